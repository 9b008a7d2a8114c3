"""The thread of control that keeps the keys of other issuers fresh."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from passgate.identity.issuers.refresh import KeyRefresh
from passgate.kernel.outage import Outage
from passgate.metering.service.refused import refused_since
from passgate.storage.work import Storage

_log = logging.getLogger("passgate.issuers")

_ROUND_SECONDS = 1.0
_AWAY_SECONDS = 5.0
_UNKNOWN_KEY = "token_unknown_key"
_COUNTED_WITHIN = timedelta(seconds=5)
"""A call stands in the database this long after it was made, at most, unless the node is far behind."""


@contextmanager
def fresh_keys(storage: Storage) -> Iterator[None]:
    """Keep the keys fresh while inside."""
    ended = threading.Event()
    thread = threading.Thread(target=_follow, args=(storage, ended), name="issuers", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()  # a fetch under way ends with the process


def _follow(storage: Storage, ended: threading.Event) -> None:
    def unknown_key_seen(since: datetime) -> bool:
        with storage.reading() as work:
            return refused_since(work, _UNKNOWN_KEY, since - _COUNTED_WITHIN)

    refresh = KeyRefresh(storage, unknown_key_seen)
    outage = Outage(_log, "keys of issuers are not refreshed", "keys of issuers are refreshed again")
    pause = _ROUND_SECONDS
    while not ended.wait(pause):
        pause = _ROUND_SECONDS
        try:
            refresh.run_once()
        except SQLAlchemyError as error:
            outage.failed(error)
            pause = _AWAY_SECONDS
        except Exception as error:  # noqa: BLE001 - the edge of a thread: its end would be seen by nobody
            outage.failed(error, foreseen=False)
            pause = _AWAY_SECONDS
        else:
            outage.worked()
