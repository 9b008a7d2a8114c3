"""The thread of control that ends subscriptions whose last moment has come."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from passgate.publishing.subscriptions.service.deciding import any_due, end_due
from passgate.storage.work import Storage

_log = logging.getLogger("passgate.subscriptions")

_ROUND_SECONDS = 15.0


@contextmanager
def ended_subscriptions(storage: Storage) -> Iterator[None]:
    """End what is due while inside."""
    ended = threading.Event()
    thread = threading.Thread(target=_follow, args=(storage, ended), name="subscriptions", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()  # a round under way ends with the process


def _follow(storage: Storage, ended: threading.Event) -> None:
    while not ended.wait(_ROUND_SECONDS):
        try:
            with storage.reading() as work:
                is_any_due = any_due(work)
            if is_any_due:
                with storage.writing() as work:
                    over = end_due(work)
                _log.info("%d subscriptions have come to their end", len(over))
        except SQLAlchemyError as error:
            _log.warning("subscriptions wait: %s", str(getattr(error, "orig", None) or error).splitlines()[0])
