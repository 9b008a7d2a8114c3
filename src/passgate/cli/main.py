"""The command line's entry: finds the command, runs it, turns refusals into one line and an exit code."""

import argparse
import sys
from collections.abc import Sequence

from passgate.cli import (
    audit_commands,
    declaring_commands,
    jwt_commands,
    key_commands,
    login_commands,
    node_commands,
    status_command,
    token_commands,
    version_command,
)
from passgate.kernel.errors import PassgateError

EXIT_REFUSED = 1

_EPILOG = """\
exit codes: 0 done; 1 refused or not running (one line on standard error says why); 2 wrong usage.
Settings come from the environment: see docs/settings.md."""


def build_parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    parser = argparse.ArgumentParser(
        prog="passgate",
        description="One gate for APIs and AI models, with JWTs as the one key.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    node_commands.add(commands)
    status_command.add(commands)
    token_commands.add(commands)
    jwt_commands.add(commands)
    key_commands.add(commands)
    login_commands.add(commands)
    audit_commands.add(commands)
    declaring_commands.add(commands)
    version_command.add(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code."""
    options = build_parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except PassgateError as error:
        print(f"passgate: {error.message}", file=sys.stderr)
        return EXIT_REFUSED
    except BrokenPipeError:
        return 0
    return code


if __name__ == "__main__":
    sys.exit(main())
