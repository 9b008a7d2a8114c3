"""The thread of control that tells teams of certificates that expire."""

import logging
from contextlib import AbstractContextManager

from passgate.bootstrap.rounds import rounds
from passgate.publishing.certificates.service import tell_of_expiry
from passgate.storage.work import Storage

_log = logging.getLogger("passgate.services")

_ROUND_SECONDS = 600.0


def told_expiries(storage: Storage, every_seconds: float = _ROUND_SECONDS) -> AbstractContextManager[None]:
    """Look for certificates that expire soon while inside."""

    def look() -> None:
        with storage.writing() as work:
            told = tell_of_expiry(work)
        if told:
            _log.info("certificates that expire soon: %d", told)

    return rounds(look, every_seconds, "certificates", _log)
