"""``passgate login`` and ``passgate logout``: a person at the command line, by the device flow."""

import argparse
from typing import Any


def add(commands: Any) -> None:  # noqa: ANN401 - argparse gives its subparsers no public type
    """Add both."""
    login = commands.add_parser("login", help="sign in to a Passgate in the browser, for its management API")
    login.add_argument("url", nargs="?", metavar="URL", help="which Passgate (this machine's)")
    login.add_argument("--token", action="store_true", help="print an access token, fresh if need be, and nothing else")
    login.add_argument("--scope", action="append", default=[], metavar="PERMISSION", help="ask for no more than these")
    login.set_defaults(run=_run, act="login")
    logout = commands.add_parser("logout", help="end what `passgate login` began")
    logout.add_argument("url", nargs="?", metavar="URL", help="which Passgate (this machine's)")
    logout.set_defaults(run=_run, act="logout")


def _run(options: argparse.Namespace) -> int:
    # Its libraries are for these acts alone: `passgate up`, which stays resident, shall not carry them.
    from passgate.cli.login_acts import ACTS  # noqa: PLC0415 - see above

    return ACTS[options.act](options)
