"""How full budgets are, for people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from passgate.contracts.limits import window_bounds
from passgate.metering.budgets.spent import spent_of
from passgate.publishing.limits.schemas import LimitView
from passgate.storage.work import Work

_FOREVER = 9999


class Fill(BaseModel):
    """A limit, and how much of it is used."""

    model_config = ConfigDict(frozen=True)

    limit: LimitView
    spent_micro_dollars: int | None
    """In the present window, by the ledger; None where the limit is not on money."""
    resets_at: datetime | None
    """None where it never does."""
    counted: Literal["by the ledger", "by the workers"]
    """Calls, tokens and calls at the same time pass within a minute, and only those who count them know of them."""


def fill_of(work: Work, limits: Sequence[LimitView]) -> list[Fill]:
    """The fill of limits that the caller may read, in their order."""
    spent = spent_of(work, limits)
    now = work.clock.now()
    fills: list[Fill] = []
    for limit in limits:
        told = spent.get(limit.id)
        end = window_bounds(limit.window, now)[1]
        fills.append(
            Fill(
                limit=limit,
                spent_micro_dollars=told.micro_dollars if told else None,
                resets_at=None if end.year == _FOREVER else end,
                counted="by the ledger" if told else "by the workers",
            )
        )
    return fills
