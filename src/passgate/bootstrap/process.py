"""``python -m passgate.bootstrap.process NAME``: one of a node's Python processes; the supervisor starts these."""

import logging
import os
import sys

from passgate.bootstrap.child import EXIT_CONFIGURATION
from passgate.bootstrap.layout import Folders, folders_of
from passgate.bootstrap.logs import configure_logging
from passgate.kernel.errors import PassgateError
from passgate.settings import Settings, load_settings

_BELOW_THE_GATE = 5
"""Niceness of the agent: ingesting may lag a little when the machine is busy, calls may not."""


def main(name: str) -> int:
    """Run the process of that name; the exit code."""
    settings = load_settings()
    configure_logging(name, settings.log_format, settings.log_level)
    try:
        _run(name, settings, folders_of(settings))
    except PassgateError as error:
        logging.getLogger("passgate").critical(error.message)
        return EXIT_CONFIGURATION
    except KeyboardInterrupt:
        return 0
    return 0


def _run(name: str, settings: Settings, folders: Folders) -> None:
    # Each process imports only what it runs: a worker with the console's libraries would weigh three times as much.
    if name == "control":
        from passgate.bootstrap.control import run_control  # noqa: PLC0415 - see above

        run_control(settings, folders)
    elif name == "agent":
        from passgate.bootstrap.agent import run_agent  # noqa: PLC0415 - see above

        os.nice(_BELOW_THE_GATE)
        run_agent(settings, folders)
    else:
        from passgate.bootstrap.worker import run_worker  # noqa: PLC0415 - see above

        run_worker(settings, folders, name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
