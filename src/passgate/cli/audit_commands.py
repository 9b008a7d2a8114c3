"""``passgate audit verify | export``: for whoever may read the data folder, with Passgate running or not."""

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:  # noqa: ANN401 - argparse gives its subparsers no public type
    """Add the two commands."""
    parser = commands.add_parser("audit", help="verify and export the audit log")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (PASSGATE_DATA_DIR, ./data)")
    acts = parser.add_subparsers(metavar="ACT", required=True)
    verify = acts.add_parser("verify", help="check that no entry was changed, deleted, moved or put in")
    verify.add_argument("--kept", metavar="SEQ:HASH", help="an end of the log that was written down earlier")
    verify.add_argument("--json", action="store_true", help="for machines")
    verify.set_defaults(run=_run, act="verify")
    export = acts.add_parser("export", help="write the entries as JSON lines, oldest first")
    export.add_argument(
        "--act", dest="wanted", metavar="NAME", help="such as application.created; with a dot at the end: all of those"
    )
    export.add_argument("--actor", metavar="ID", help="who did it")
    export.add_argument("--target", metavar="ID", help="what it was done to")
    export.add_argument("--since", metavar="MOMENT", help="at or after, such as 2026-11-01T00:00:00Z")
    export.add_argument("--until", metavar="MOMENT", help="before")
    export.set_defaults(run=_run, act="export")


def _run(options: argparse.Namespace) -> int:
    # The database's libraries are for these acts alone: `passgate up`, which stays resident, shall not carry them.
    from passgate.cli.audit_acts import ACTS  # noqa: PLC0415 - see above

    return ACTS[options.act](options)
