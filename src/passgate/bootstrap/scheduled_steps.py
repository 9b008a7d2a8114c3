"""The thread of control that makes what is planned for services when it is due."""

import logging
from contextlib import AbstractContextManager

from passgate.bootstrap.rounds import rounds
from passgate.publishing.service.schedules import make_due_steps
from passgate.storage.work import Storage

_log = logging.getLogger("passgate.services")

_ROUND_SECONDS = 5.0


def made_steps(storage: Storage) -> AbstractContextManager[None]:
    """Make due steps while inside."""

    def make() -> None:
        for step in make_due_steps(storage):
            _log.info("planned step %s of version %s: %s", step.act, step.version_id, step.failure or step.status)

    return rounds(make, _ROUND_SECONDS, "planned steps", _log)
