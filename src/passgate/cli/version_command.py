"""``passgate version``."""

import argparse
import platform
from importlib import metadata
from typing import Any

from passgate import __version__
from passgate.gateway.envoy.binary import DISTRIBUTION


def add(commands: Any) -> None:  # noqa: ANN401 - argparse gives its subparsers no public type
    """Add the command."""
    parser = commands.add_parser("version", help="say which versions run here")
    parser.set_defaults(run=_version)


def _version(_options: argparse.Namespace) -> int:
    print(f"passgate {__version__}")
    print(f"envoy {metadata.version(DISTRIBUTION)}")
    print(f"python {platform.python_version()}")
    return 0
