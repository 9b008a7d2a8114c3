"""Subscriptions as they come in and go out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from passgate.kernel.given import Input
from passgate.kernel.text import Paragraph

SubscriptionStatus = Literal["requested", "active", "suspended", "rejected", "ended"]
Side = Literal["service", "application"]
Reason = Annotated[Paragraph, Field(description="Told to the other side.")]


class SubscriptionIn(Input):
    """An application that wants to call a service."""

    service_id: str
    application_id: str
    plan_id: str | None = Field(default=None, description="One of the service's plans; null: its default, if any.")
    note: Paragraph = Field(default="", description="What it is for; the service's team reads it.")


class Decision(Input):
    """Why; needed where something is taken from the other side."""

    reason: Reason = ""


class Approval(Input):
    """How a request is agreed to."""

    reason: Reason = ""
    expires_at: AwareDatetime | None = Field(
        default=None, description="When it ends by itself; null: as the plan says."
    )


class Expiry(Input):
    """When a subscription ends by itself."""

    expires_at: AwareDatetime | None = Field(description="A moment to come; null: it does not.")


class PlanWish(Input):
    """The plan to change to."""

    plan_id: str
    note: Paragraph = ""


@dataclass(frozen=True, slots=True)
class SubscriptionFilter:
    """Which subscriptions to list; None: whatever."""

    service_id: str | None = None
    application_id: str | None = None
    status: SubscriptionStatus | None = None
    side: Side | None = None
    """Only those of which this side is the reader's own."""
    undecided: bool = False
    """Only those that wait for the service's team: requests, and wishes for another plan."""


class SubscriptionView(BaseModel):
    """A subscription, with the names of both sides."""

    id: str
    service_id: str
    service_name: str
    service_team_id: str
    service_team_name: str
    base_path: str
    application_id: str
    application_name: str
    application_team_id: str
    application_team_name: str
    """So that a service's team knows who asks; a portal names teams as well."""
    status: SubscriptionStatus
    plan_id: str | None
    plan_name: str | None
    wanted_plan_id: str | None
    wanted_plan_name: str | None
    """The plan that it changes to once the service's team agrees."""
    note: str
    reason: str
    """Why it was decided so, last."""
    held_by: Side | None
    """Who suspended it, and may resume it."""
    created_at: datetime
    created_by: str
    decided_at: datetime | None
    decided_by: str | None
    expires_at: datetime | None
    ended_at: datetime | None
