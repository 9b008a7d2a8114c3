"""Deleting what is old enough, a bounded piece at a time."""

from datetime import datetime

from passgate.metering.alerts.repository import delete_alerts_before
from passgate.metering.ledger.repository import delete_corrections_before
from passgate.metering.repository.calls import delete_calls_before, delete_usages_before
from passgate.metering.repository.masking import delete_finds_before
from passgate.storage.work import Work


def delete_before(work: Work, moment: datetime, batch: int = 2_000) -> int:
    """Delete calls, usage, its corrections, masking's finds and alerts of before a moment; the hourly sums stay.

    It deletes ``batch`` of each at most.

    For the node's own upkeep, so no actor is asked for. Call it, each time in a unit of work of its own, until it
    returns 0: a big deletion in one transaction would keep all other writers waiting.

    Returns:
        How many rows were deleted.
    """
    return (
        delete_calls_before(work.session, moment, batch)
        + delete_usages_before(work.session, moment, batch)
        + delete_finds_before(work.session, moment, batch)
        + delete_corrections_before(work.session, moment, batch)
        + delete_alerts_before(work.session, moment, batch)
    )
