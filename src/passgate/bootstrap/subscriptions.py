"""The thread of control that ends subscriptions whose last moment has come."""

import logging
from contextlib import AbstractContextManager

from passgate.bootstrap.rounds import rounds
from passgate.publishing.subscriptions.service.deciding import any_due, end_due
from passgate.storage.work import Storage

_log = logging.getLogger("passgate.subscriptions")

_ROUND_SECONDS = 15.0


def ended_subscriptions(storage: Storage) -> AbstractContextManager[None]:
    """End what is due while inside."""

    def end() -> None:
        with storage.reading() as work:
            is_any_due = any_due(work)
        if is_any_due:
            with storage.writing() as work:
                over = end_due(work)
            _log.info("%d subscriptions have come to their end", len(over))

    return rounds(end, _ROUND_SECONDS, "subscriptions", _log)
