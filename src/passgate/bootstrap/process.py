"""``python -m passgate.bootstrap.process NAME``: one of a node's Python processes; the supervisor starts these."""

import functools
import gc
import logging
import sys
from collections.abc import Callable

from passgate.bootstrap.child import EXIT_CONFIGURATION
from passgate.bootstrap.layout import Folders, folders_of
from passgate.bootstrap.logs import configure_logging
from passgate.bootstrap.schema import PROCESS_NAME, begin_schema, run_schema
from passgate.kernel.errors import PassgateError
from passgate.settings import Settings, load_settings

_COLLECTED_AFTER = (20_000, 50, 100)
"""Of the collector, by generation. A call leaves no circles behind, and looking for them as often as Python does by
itself costs a worker a twentieth of its time."""


def main(name: str) -> int:
    """Run the process of that name; the exit code."""
    settings = load_settings()
    configure_logging(name, settings.log_format, settings.log_level)
    try:
        schema = begin_schema() if name == "control" else None
        run = _loaded(name)
        if schema is not None and (code := schema.wait()):
            return code
        folders = folders_of(settings)
        # Who cleans temporary folders may have taken it: a process that is started again makes its socket in a new one.
        folders.runtime.mkdir(mode=0o700, exist_ok=True)
        run(settings, folders)
    except PassgateError as error:
        logging.getLogger("passgate").critical(error.message)
        return EXIT_CONFIGURATION
    except KeyboardInterrupt:
        return 0
    return 0


def _loaded(name: str) -> Callable[[Settings, Folders], None]:
    """What the process runs, with its libraries loaded.

    Each process loads only what it runs: a worker with the console's libraries would weigh three times as much.
    The collector rests meanwhile, and never looks again at what stays of it.
    """
    gc.disable()
    run: Callable[[Settings, Folders], None]
    if name == PROCESS_NAME:
        run = run_schema
    elif name == "control":
        from passgate.bootstrap.control import run_control as run  # noqa: PLC0415 - see above
    elif name == "agent":
        from passgate.bootstrap.agent import run_agent as run  # noqa: PLC0415 - see above
    else:
        from passgate.bootstrap.worker import run_worker  # noqa: PLC0415 - see above

        run = functools.partial(run_worker, name=name)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTED_AFTER)
    gc.enable()
    return run


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
