"""The thread of control that keeps our signing keys: published ahead, rotated on schedule, retired in time.

In control and not in the agents, since what it changes has to be published in control's name.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from passgate.identity.service.key_rotation import keep_keys
from passgate.settings import Settings
from passgate.storage.work import Storage

_log = logging.getLogger("passgate.keys")

_ROUND_SECONDS = 30.0


@contextmanager
def kept_keys(settings: Settings, storage: Storage) -> Iterator[None]:
    """Keep the keys while inside."""
    ended = threading.Event()
    days = settings.key_rotation_days
    rotate_after = timedelta(days=days) if days else None
    thread = threading.Thread(target=_follow, args=(storage, rotate_after, ended), name="signing-keys", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()  # a round under way ends with the process


def _follow(storage: Storage, rotate_after: timedelta | None, ended: threading.Event) -> None:
    while not ended.wait(_ROUND_SECONDS):
        try:
            with storage.writing() as work:
                done = keep_keys(work, rotate_after)
            for what, kids in (("published", done.published), ("signs", done.activated), ("retired", done.retired)):
                for kid in kids:
                    _log.info("signing key %s: %s", kid, what)
        except SQLAlchemyError as error:
            _log.warning("signing keys wait: %s", str(getattr(error, "orig", None) or error).splitlines()[0])
