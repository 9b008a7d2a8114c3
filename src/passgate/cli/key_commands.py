"""``passgate key list | rotate | revoke | import | rotate-master``: for whoever may read the data folder."""

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:  # noqa: ANN401 - argparse gives its subparsers no public type
    """Add the commands."""
    parser = commands.add_parser("key", help="list, rotate, revoke and import signing keys; rotate the master key")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (PASSGATE_DATA_DIR, ./data)")
    acts = parser.add_subparsers(metavar="ACT", required=True)
    listing = acts.add_parser("list", help="list signing keys, newest first")
    listing.add_argument("--json", action="store_true", help="for machines")
    listing.set_defaults(run=_run, act="list")
    rotate = acts.add_parser("rotate", help="sign with the next key; the one before still verifies")
    rotate.add_argument(
        "--algorithm", default="ES256", metavar="ALG", help="ES256 (default), ES384, RS256, PS256, EdDSA"
    )
    rotate.add_argument("--at-once", action="store_true", help="even if services may not know the next key yet")
    rotate.set_defaults(run=_run, act="rotate")
    revoke = acts.add_parser("revoke", help="take a key out in an emergency; every token that it signed dies")
    revoke.add_argument("kid", help="the key's id")
    revoke.add_argument("--reason", default="", help="kept with the key and its tokens")
    revoke.set_defaults(run=_run, act="revoke")
    taken = acts.add_parser("import", help="import a private key (PEM, JWK or JWK Set); it becomes the next one")
    taken.add_argument("file", type=Path, help="the file, or - for standard input")
    taken.add_argument("--algorithm", metavar="ALG", help="for an RSA key: RS256 (default) or PS256")
    taken.add_argument("--kid", help="its id (the JWK's own, or a new one)")
    taken.add_argument("--passphrase-file", type=Path, metavar="FILE", help="file with the passphrase of a PEM")
    taken.set_defaults(run=_run, act="import")
    master = acts.add_parser("rotate-master", help="seal every stored secret anew, under another master key")
    how = master.add_mutually_exclusive_group()
    how.add_argument("--prepare", action="store_true", help="only put a new key into the file, to copy it to all nodes")
    how.add_argument("--to", metavar="ID", help="use the key that was prepared")
    how.add_argument("--drop-old", action="store_true", help="take older keys out of the file, once nothing needs them")
    master.set_defaults(run=_run, act="rotate-master")


def _run(options: argparse.Namespace) -> int:
    # The database's libraries are for these acts alone: `passgate up`, which stays resident, shall not carry them.
    from passgate.cli.key_acts import ACTS  # noqa: PLC0415 - see above

    return ACTS[options.act](options)
