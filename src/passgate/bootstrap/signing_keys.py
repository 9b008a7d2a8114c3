"""The thread of control that keeps our signing keys: published ahead, rotated on schedule, retired in time.

In control and not in the agents, since what it changes has to be published in control's name.
"""

import logging
from contextlib import AbstractContextManager
from datetime import timedelta

from passgate.bootstrap.rounds import rounds
from passgate.identity.service.key_rotation import keep_keys
from passgate.settings import Settings
from passgate.storage.work import Storage

_log = logging.getLogger("passgate.keys")

_ROUND_SECONDS = 30.0


def kept_keys(settings: Settings, storage: Storage) -> AbstractContextManager[None]:
    """Keep the keys while inside."""
    days = settings.key_rotation_days
    rotate_after = timedelta(days=days) if days else None

    def keep() -> None:
        with storage.writing() as work:
            done = keep_keys(work, rotate_after)
        for what, kids in (("published", done.published), ("signs", done.activated), ("retired", done.retired)):
            for kid in kids:
                _log.info("signing key %s: %s", kid, what)

    return rounds(keep, _ROUND_SECONDS, "signing keys", _log)
