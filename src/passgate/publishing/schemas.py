"""What publishing's services take in and give out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from passgate.contracts.service_policy import Access
from passgate.kernel.given import Input
from passgate.kernel.text import Line, Paragraph
from passgate.publishing.base_path import checked_base_path
from passgate.publishing.upstream_url import checked_host_header, checked_upstream_url

ServiceStatus = Literal["draft", "published", "retired"]
SubscriptionStatus = Literal["active", "ended"]

BasePath = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    AfterValidator(checked_base_path),
    Field(description="Such as /orders: lower-case segments, no slash at the end.", examples=["/orders"]),
]
UpstreamUrl = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=500),
    AfterValidator(checked_upstream_url),
    Field(
        description="Where calls go: http or https, host, optional port and path.", examples=["http://localhost:9000"]
    ),
]
HostHeader = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=255), AfterValidator(checked_host_header)
]
Timeout = Annotated[int, Field(ge=0, le=3_600_000, description="Milliseconds for the whole answer; 0: no bound.")]
ConnectTimeout = Annotated[int, Field(ge=50, le=60_000, description="Milliseconds to connect.")]


class ServiceIn(Input):
    """A new service."""

    team_id: str
    name: Line
    description: Paragraph = ""
    base_path: BasePath
    strip_base_path: bool = Field(default=True, description="Whether the upstream sees the path without the base path.")
    access: Access = Field(default="subscription", description="Who may call: anyone, any token, or subscribers.")
    upstream_url: UpstreamUrl
    host_header: HostHeader | None = Field(default=None, description="Host header for the upstream; null: its own.")
    timeout_ms: Timeout = 30_000
    connect_timeout_ms: ConnectTimeout = 2_000
    publish: bool = Field(default=False, description="Publish at once; otherwise it starts as a draft.")


class ServiceChange(Input):
    """What is to change of a service; what is left out stays. ``host_header`` may be set to null."""

    name: Line | None = None
    description: Paragraph | None = None
    base_path: BasePath | None = None
    strip_base_path: bool | None = None
    access: Access | None = None
    upstream_url: UpstreamUrl | None = None
    host_header: HostHeader | None = None
    timeout_ms: Timeout | None = None
    connect_timeout_ms: ConnectTimeout | None = None


class ServiceView(BaseModel):
    """A service; where it is another team's, without what only its owners may know."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    team_id: str
    name: str
    description: str
    base_path: str
    strip_base_path: bool
    access: Access
    status: ServiceStatus
    upstream_url: str | None
    """None: another team's service."""
    host_header: str | None
    timeout_ms: int
    connect_timeout_ms: int
    subscription_count: int | None = None
    """Active subscriptions; None: another team's service."""
    created_at: datetime
    created_by: str | None
    published_at: datetime | None


class SubscriptionIn(Input):
    """An application that wants to call a service."""

    service_id: str
    application_id: str


@dataclass(frozen=True, slots=True)
class SubscriptionFilter:
    """Which subscriptions to list; None: whatever."""

    service_id: str | None = None
    application_id: str | None = None
    status: SubscriptionStatus | None = None


class SubscriptionView(BaseModel):
    """A subscription, with the names of both sides."""

    id: str
    service_id: str
    service_name: str
    service_team_id: str
    base_path: str
    application_id: str
    application_name: str
    application_team_id: str
    status: SubscriptionStatus
    created_at: datetime
    created_by: str
    ended_at: datetime | None
