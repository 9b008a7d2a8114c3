"""``passgate token issue | narrow | list | revoke``: for whoever may read the data folder, running Passgate or not."""

import argparse
from decimal import Decimal
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:  # noqa: ANN401 - argparse gives its subparsers no public type
    """Add the four commands."""
    parser = commands.add_parser("token", help="issue, narrow, list and revoke tokens")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (PASSGATE_DATA_DIR, ./data)")
    acts = parser.add_subparsers(metavar="ACT", required=True)
    issue = acts.add_parser("issue", help="issue a token to an application; it alone goes to standard output")
    issue.add_argument("--application", required=True, metavar="ID_OR_NAME", help="who is to bear it")
    issue.add_argument("--name", default="command line", help="what it is for")
    issue.add_argument("--days", type=int, metavar="N", help="lifetime (90, 365 at most)")
    issue.add_argument("--scope", action="append", default=[], metavar="SCOPE", help="may be given several times")
    issue.add_argument("--audience", action="append", default=[], help="another service that it is for (kind service)")
    issue.add_argument("--algorithm", choices=["ES256", "ES384", "RS256", "PS256", "EdDSA"], help="ES256 otherwise")
    _add_limits(issue)
    issue.set_defaults(run=_run, act="issue")
    narrow = acts.add_parser("narrow", help="make a weaker, shorter token of the one on standard input")
    narrow.add_argument("--name", default="narrowed", help="what it is for")
    narrow.add_argument("--lifetime-seconds", type=int, metavar="N", help="an hour, or what is left, otherwise")
    narrow.add_argument("--scope", action="append", default=[], metavar="SCOPE", help="may be given several times")
    _add_limits(narrow)
    narrow.set_defaults(run=_run, act="narrow")
    listing = acts.add_parser("list", help="list tokens, newest first")
    listing.add_argument("--application", metavar="ID_OR_NAME")
    listing.add_argument("--status", choices=["active", "expired", "revoked"])
    listing.add_argument("--kind", choices=["application", "personal", "service", "custom"])
    listing.add_argument("--search", metavar="TEXT", help="a token's id, or a part of its name")
    listing.add_argument("--json", action="store_true", help="for machines")
    listing.set_defaults(run=_run, act="list")
    revoke = acts.add_parser("revoke", help="revoke a token, or all of an owner; refused within a second")
    revoke.add_argument("jti", nargs="?", help="the token's id, tok_…; what was narrowed from it falls, too")
    owner = revoke.add_mutually_exclusive_group()
    owner.add_argument("--application", metavar="ID", help="all that an application holds")
    owner.add_argument("--user", metavar="ID", help="all that a user holds, and has issued")
    owner.add_argument("--team", metavar="ID", help="all that a team's applications hold")
    revoke.add_argument("--reason", default="", help="kept in the registry")
    revoke.set_defaults(run=_run, act="revoke")


def _add_limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", action="append", metavar="NAME", help="it may use this AI model only; several times")
    parser.add_argument("--service", action="append", metavar="ID", help="it may call this service only; several times")
    parser.add_argument("--budget", type=Decimal, metavar="DOLLARS", help="it may spend so much in its life")
    parser.add_argument("--rpm", type=int, metavar="N", help="calls that it may make a minute")


def _run(options: argparse.Namespace) -> int:
    # The database's libraries are for these acts alone: `passgate up`, which stays resident, shall not carry them.
    from passgate.cli.token_acts import ACTS  # noqa: PLC0415 - see above

    return ACTS[options.act](options)
