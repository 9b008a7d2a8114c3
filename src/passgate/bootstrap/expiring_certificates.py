"""The thread of control that tells teams of certificates that expire."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from passgate.publishing.certificates.service import tell_of_expiry
from passgate.storage.work import Storage

_log = logging.getLogger("passgate.services")

_ROUND_SECONDS = 600.0


@contextmanager
def told_expiries(storage: Storage) -> Iterator[None]:
    """Look for certificates that expire soon while inside."""
    ended = threading.Event()
    thread = threading.Thread(target=_follow, args=(storage, ended), name="certificates", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()  # a round under way ends with the process


def _follow(storage: Storage, ended: threading.Event) -> None:
    while not ended.wait(_ROUND_SECONDS):
        try:
            with storage.writing() as work:
                told = tell_of_expiry(work)
        except SQLAlchemyError as error:
            _log.warning("certificates wait: %s", str(getattr(error, "orig", None) or error).splitlines()[0])
        else:
            if told:
                _log.info("certificates that expire soon: %d", told)
