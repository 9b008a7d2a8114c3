"""Work of the control process that comes round: a thread that does it again and again, and waits where it cannot."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from passgate.kernel.outage import Outage


@contextmanager
def rounds(work: Callable[[], None], seconds: float, what: str, log: logging.Logger) -> Iterator[None]:
    """Do some work every so often while inside; a round that fails waits for the next one, and the log says so.

    Args:
        work: one round.
        seconds: between two rounds, and before the first.
        what: of what the log says that it waits; the thread's name too.
        log: where it says so.
    """
    ended = threading.Event()
    thread = threading.Thread(target=_follow, args=(work, seconds, what, log, ended), name=what, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()  # a round under way ends with the process


def _follow(work: Callable[[], None], seconds: float, what: str, log: logging.Logger, ended: threading.Event) -> None:
    outage = Outage(log, f"{what} wait", f"{what} go on")
    while not ended.wait(seconds):
        try:
            work()
        except SQLAlchemyError as error:
            outage.failed(error)
        except Exception as error:  # noqa: BLE001 - the edge of a thread: its end would be seen by nobody
            outage.failed(error, foreseen=False)
        else:
            outage.worked()
