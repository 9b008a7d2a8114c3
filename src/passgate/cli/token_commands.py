"""``passgate token issue | list | revoke``: for whoever may read the data folder, with Passgate running or not."""

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:  # noqa: ANN401 - argparse gives its subparsers no public type
    """Add the three commands."""
    parser = commands.add_parser("token", help="issue, list and revoke tokens")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (PASSGATE_DATA_DIR, ./data)")
    acts = parser.add_subparsers(metavar="ACT", required=True)
    issue = acts.add_parser("issue", help="issue a token to an application; it alone goes to standard output")
    issue.add_argument("--application", required=True, metavar="ID_OR_NAME", help="who is to bear it")
    issue.add_argument("--name", default="command line", help="what it is for")
    issue.add_argument("--days", type=int, metavar="N", help="lifetime (90, 365 at most)")
    issue.add_argument("--scope", action="append", default=[], metavar="SCOPE", help="may be given several times")
    issue.set_defaults(run=_run, act="issue")
    listing = acts.add_parser("list", help="list tokens, newest first")
    listing.add_argument("--application", metavar="ID_OR_NAME")
    listing.add_argument("--status", choices=["active", "expired", "revoked"])
    listing.add_argument("--json", action="store_true", help="for machines")
    listing.set_defaults(run=_run, act="list")
    revoke = acts.add_parser("revoke", help="revoke a token by its id; it is refused within a second")
    revoke.add_argument("jti", help="the token's id, tok_…")
    revoke.add_argument("--reason", default="", help="kept in the registry")
    revoke.set_defaults(run=_run, act="revoke")


def _run(options: argparse.Namespace) -> int:
    # The database's libraries are for these acts alone: `passgate up`, which stays resident, shall not carry them.
    from passgate.cli.token_acts import ACTS  # noqa: PLC0415 - see above

    return ACTS[options.act](options)
