"""The thread of control that makes what is planned for services when it is due."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from passgate.publishing.service.schedules import make_due_steps
from passgate.storage.work import Storage

_log = logging.getLogger("passgate.services")

_ROUND_SECONDS = 5.0


@contextmanager
def made_steps(storage: Storage) -> Iterator[None]:
    """Make due steps while inside."""
    ended = threading.Event()
    thread = threading.Thread(target=_follow, args=(storage, ended), name="scheduled-steps", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()  # a round under way ends with the process


def _follow(storage: Storage, ended: threading.Event) -> None:
    while not ended.wait(_ROUND_SECONDS):
        try:
            for step in make_due_steps(storage):
                _log.info("planned step %s of version %s: %s", step.act, step.version_id, step.failure or step.status)
        except SQLAlchemyError as error:
            _log.warning("planned steps wait: %s", str(getattr(error, "orig", None) or error).splitlines()[0])
