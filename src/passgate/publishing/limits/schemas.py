"""Limits as they come in and go out."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from passgate.contracts.limits import LimitMeasure, LimitScope, LimitWindow
from passgate.kernel.given import Input
from passgate.kernel.text import Line

_MOST = 10**15
_WINDOWS: dict[str, tuple[LimitWindow, ...]] = {
    "requests": ("minute",),
    "tokens": ("minute",),
    "parallel": ("none",),
    "money": ("day", "week", "month", "total"),
}

Amount = Annotated[
    int,
    Field(ge=0, le=_MOST, description="Calls, tokens, calls at the same time, or micro-dollars; 0: nothing passes."),
]


AlertPercents = Annotated[
    tuple[Annotated[int, Field(ge=1, le=1000)], ...],
    Field(
        max_length=10,
        description="Shares of the amount, in per cent, at which there is an alert: once a window of money, else once "
        "an hour.",
    ),
]


class LimitIn(Input):
    """A new limit."""

    name: Line
    scope: LimitScope
    target: Annotated[str, Field(min_length=1, max_length=40, description="The id (of a token: the jti).")]
    measure: LimitMeasure
    window: LimitWindow = Field(
        description="minute for requests and tokens; none for parallel; day, week, month or total for money. UTC; "
        "weeks begin on Monday."
    )
    amount: Amount
    alert_percents: AlertPercents = (80, 100)

    @model_validator(mode="after")
    def _window_suits_the_measure(self) -> Self:
        require_window(self.measure, self.window)
        return self


def require_window(measure: LimitMeasure, window: LimitWindow) -> None:
    """A measure and its window go together.

    Raises:
        ValueError: they do not.
    """
    windows = _WINDOWS[measure]
    if window not in windows:
        raise ValueError(f"window: {measure} goes with {' or '.join(windows)}")


class LimitChange(Input):
    """What to change; null: nothing."""

    name: Line | None = None
    amount: Amount | None = None
    alert_percents: AlertPercents | None = None


class LimitView(BaseModel):
    """A limit."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    scope: LimitScope
    target: str
    target_name: str
    """Its name, or its id where it is gone."""
    team_id: str | None
    measure: LimitMeasure
    window: LimitWindow
    amount: int
    subscription_id: str | None
    """The subscription whose plan made it; None: somebody set it."""
    alert_percents: tuple[int, ...]
    created_at: datetime
    created_by: str
