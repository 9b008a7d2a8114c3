"""Plans as they come in and go out."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from passgate.contracts.service_policy import RateWindow
from passgate.kernel.given import Input
from passgate.kernel.text import Line, Paragraph

BudgetWindow = Literal["day", "week", "month", "total"]
Identifier = Annotated[str, Field(min_length=1, max_length=40)]
MICRO_DOLLARS_AT_MOST = 10**15


class Rate(Input):
    """So many calls a window."""

    calls: int = Field(ge=1, le=1_000_000_000)
    window: RateWindow


def _one_a_window(rates: list[Rate]) -> list[Rate]:
    windows = [rate.window for rate in rates]
    if len(set(windows)) != len(windows):
        raise ValueError("one rate a window: of two, the smaller would always decide")
    return rates


def _each_once(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


Rates = Annotated[list[Rate], Field(max_length=5), AfterValidator(_one_a_window)]
Names = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=100), AfterValidator(_each_once)
]
Identifiers = Annotated[list[Identifier], Field(max_length=200), AfterValidator(_each_once)]
Budget = Annotated[int, Field(ge=0, le=MICRO_DOLLARS_AT_MOST, description="Micro-dollars in each window.")]
Days = Annotated[int, Field(ge=1, le=3_650)]
Position = Annotated[int, Field(ge=0, le=1_000)]


class PlanIn(Input):
    """A new plan."""

    team_id: Identifier
    name: Line
    description: Paragraph = ""
    service_ids: Identifiers = Field(default=[], description="The services of the team that offer it.")
    rates: Rates = Field(default=[], description="Calls per window, for each subscription; empty: no bound.")
    models: Names = Field(
        default=[], description="Models that prompts may use for a subscriber; empty: all that the prompt names."
    )
    budget: Budget | None = Field(default=None, description="What a subscriber may spend on AI; null: no bound.")
    budget_window: BudgetWindow | None = None
    needs_approval: bool = Field(default=False, description="Whether the service's team decides on each request.")
    is_public: bool = Field(default=True, description="False: only invited teams see it and may take it.")
    invited_team_ids: Identifiers = Field(default=[])
    lifetime_days: Days | None = Field(default=None, description="A subscription ends by itself after so many days.")
    position: Position = 0
    is_default: bool = Field(default=False, description="Taken where a subscriber names no plan.")
    is_open: bool = Field(default=True, description="False: nobody may take it anew.")

    @model_validator(mode="after")
    def _budget_has_a_window(self) -> Self:
        require_window(self.budget, self.budget_window)
        return self


class PlanChange(Input):
    """What is to change of a plan; what is left out stays. ``budget`` and ``lifetime_days`` may be set to null."""

    name: Line | None = None
    description: Paragraph | None = None
    service_ids: Identifiers | None = None
    rates: Rates | None = None
    models: Names | None = None
    budget: Budget | None = None
    budget_window: BudgetWindow | None = None
    needs_approval: bool | None = None
    is_public: bool | None = None
    invited_team_ids: Identifiers | None = None
    lifetime_days: Days | None = None
    position: Position | None = None
    is_default: bool | None = None
    is_open: bool | None = None


def require_window(budget: int | None, window: str | None) -> None:
    """A budget and its window go together.

    Raises:
        ValueError: one without the other.
    """
    if (budget is None) != (window is None):
        raise ValueError("budget_window: a budget has a window (day, week, month or total), and no budget has none")


class PlanView(BaseModel):
    """A plan; of another team's, only what a subscriber may know."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    team_id: str
    name: str
    description: str
    service_ids: list[str] = []
    """Those that the reader may know of."""
    rates: list[Rate]
    models: list[str]
    budget: int | None
    budget_window: BudgetWindow | None
    needs_approval: bool
    is_public: bool
    invited_team_ids: list[str] | None
    """None: another team's plan."""
    lifetime_days: int | None
    position: int
    is_default: bool
    is_open: bool
    subscription_count: int | None = None
    """Active subscriptions; None: another team's plan."""
    created_at: datetime
    created_by: str | None
