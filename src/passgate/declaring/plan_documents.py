"""The documents of plans, subscriptions and limits."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from passgate.contracts.limits import LimitMeasure, LimitWindow
from passgate.declaring.documents import Document, TeamName
from passgate.kernel.text import Line, Paragraph
from passgate.publishing.limits import schemas as limits
from passgate.publishing.limits.schemas import AlertPercents, Amount
from passgate.publishing.plans import schemas as plans
from passgate.publishing.plans.schemas import Budget, BudgetWindow, Days, Position, Rates

_MOST = 200


class PlanDocument(Document):
    """What a team offers to subscribers of its services."""

    kind: Literal["Plan"]
    team: TeamName
    name: Line
    description: Paragraph = ""
    services: Annotated[tuple[Line, ...], Field(max_length=_MOST)] = Field(
        default=(), description="Names of the team's services that offer it."
    )
    rates: Rates = Field(default=[], description="Calls per window, for each subscription; empty: no bound.")
    budget: Budget | None = Field(
        default=None, description="Micro-dollars that a subscriber may spend on AI in each window; null: no bound."
    )
    budget_window: BudgetWindow | None = None
    needs_approval: bool = Field(default=False, description="Whether the service's team decides on each request.")
    is_public: bool = Field(default=True, description="False: only invited teams see it and may take it.")
    invited_teams: Annotated[tuple[Line, ...], Field(max_length=_MOST)] = Field(
        default=(), description="Names of teams."
    )
    lifetime_days: Days | None = Field(default=None, description="A subscription ends by itself after so many days.")
    position: Position = 0
    is_default: bool = Field(default=False, description="Taken where a subscriber names no plan.")
    is_open: bool = Field(default=True, description="False: nobody may take it anew.")

    @model_validator(mode="after")
    def _budget_has_a_window(self) -> Self:
        plans.require_window(self.budget, self.budget_window)
        return self

    @property
    def key(self) -> tuple[str, ...]:
        """Team and name."""
        return (self.team, self.name)


class SubscriptionDocument(Document):
    """An application that may call a service."""

    kind: Literal["Subscription"]
    team: TeamName
    application: Line
    service: Line
    service_team: Line | None = Field(default=None, description="Whose the service is; null: the same team's.")
    plan: Line | None = Field(default=None, description="One of the service's; null: its default, or as it is.")
    state: Literal["requested", "active", "suspended", "rejected"] = Field(
        default="active",
        description="active: to be asked for, and agreed to where you decide; suspended: refused for now. "
        "requested and rejected stand in exports and ask for the same as active.",
    )
    note: Paragraph = Field(default="", description="What it is for; told when it is asked for.")
    reason: Paragraph = Field(default="", description="Why it is suspended; told to the other side.")
    expires_at: AwareDatetime | None = Field(default=None, description="When it ends; null: as the plan says.")

    @property
    def key(self) -> tuple[str, ...]:
        """Both sides."""
        return (self.team, self.application, self.service_team or self.team, self.service)

    @property
    def label(self) -> str:
        """Both sides, for people."""
        team, application, service_team, service = self.key
        return f"{team} / {application} to {service_team} / {service}"


class LimitDocument(Document):
    """A limit on use, or a budget."""

    kind: Literal["Limit"]
    name: Line
    scope: Literal["team", "application", "user", "model", "provider"]
    team: Line | None = Field(default=None, description="The team that is limited, or whose application is.")
    target: Annotated[str, Field(min_length=1, max_length=254)] | None = Field(
        default=None, description="Name of the application, model or provider; e-mail address of the user."
    )
    measure: LimitMeasure
    window: LimitWindow = Field(
        description="minute for requests and tokens; none for parallel; day, week, month or total for money."
    )
    amount: Amount
    alert_percents: AlertPercents = (80, 100)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.scope in {"team", "application"}) != (self.team is not None):
            raise ValueError("team: goes with the scopes team and application, and with no other")
        if (self.scope == "team") != (self.target is None):
            raise ValueError("target: goes with every scope but team")
        limits.require_window(self.measure, self.window)
        return self

    @property
    def key(self) -> tuple[str, ...]:
        """What is limited, and the name."""
        return (self.scope, self.team or "", self.target or "", self.name)
