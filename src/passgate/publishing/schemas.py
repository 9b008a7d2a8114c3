"""What publishing's services take in and give out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from passgate.contracts.published_service import ServiceKind, VersionSelection
from passgate.contracts.service_policy import Access, AnyPolicy
from passgate.kernel.given import Input
from passgate.kernel.text import Line, Paragraph
from passgate.publishing.base_path import checked_base_path
from passgate.publishing.definition_input import DefinitionIn
from passgate.publishing.hosts import Hosts
from passgate.publishing.upstream_url import checked_host_header, checked_upstream_url
from passgate.publishing.version_schemas import VersionName, VersionState

ServiceStatus = Literal["draft", "published", "retired"]
Visibility = Literal["public", "all_teams", "chosen"]
"""``public``: guests of the portal too; ``chosen``: the teams that are named."""

BasePath = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    AfterValidator(lambda value: checked_base_path(value) if value else value),
    Field(
        description="Such as /orders: lower-case segments, no slash at the end; empty where it has hosts of its own.",
        examples=["/orders"],
    ),
]
Tags = Annotated[
    tuple[Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")], ...],
    Field(max_length=20, description="Lower-case letters, digits and -.", examples=[["sales"]]),
]
ChosenTeams = Annotated[tuple[str, ...], Field(max_length=500, description="Ids of teams, for the visibility chosen.")]
Documentation = Annotated[str, StringConstraints(max_length=200_000), Field(description="Markdown.")]
Policies = Annotated[tuple[AnyPolicy, ...], Field(max_length=200)]
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
    """A new service with its first version: from an upstream URL, from a whole definition, or still without either."""

    team_id: str
    name: Line
    description: Paragraph = ""
    kind: ServiceKind = "rest"
    base_path: BasePath = ""
    hosts: Hosts = Field(default=(), description="Hosts at which it answers; empty: any.")
    strip_base_path: bool = Field(default=True, description="Whether the upstream sees the path without the base path.")
    selection: VersionSelection = Field(default="path", description="How callers name a version.")
    version: VersionName = "v1"
    visibility: Visibility = Field(default="all_teams", description="Who finds it once it is published.")
    chosen_teams: ChosenTeams = ()
    tags: Tags = ()
    documentation: Documentation = ""
    review_required: bool = Field(default=False, description="Whether revisions need somebody else's approval.")
    access: Access = Field(default="subscription", description="Who may call: anyone, any token, or subscribers.")
    policies: Policies = Field(
        default=(), description="For all versions; one of kind access takes the place of access."
    )
    upstream_url: UpstreamUrl | None = None
    host_header: HostHeader | None = Field(default=None, description="Host header for the upstream; null: its own.")
    timeout_ms: Timeout = 30_000
    connect_timeout_ms: ConnectTimeout = 2_000
    definition: DefinitionIn | None = Field(default=None, description="Instead of an upstream URL and timeouts.")
    publish: bool = Field(default=False, description="Publish at once; otherwise it starts as a draft.")


class ServiceChange(Input):
    """What is to change of a service; what is left out stays. ``host_header`` may be set to null.

    What is of a revision (upstream, Host header, timeouts) makes a new one, which takes the place of the published one
    at once; on a draft it changes the draft.
    """

    name: Line | None = None
    description: Paragraph | None = None
    base_path: BasePath | None = None
    hosts: Hosts | None = None
    strip_base_path: bool | None = None
    selection: VersionSelection | None = None
    default_version: VersionName | None = None
    visibility: Visibility | None = None
    chosen_teams: ChosenTeams | None = None
    tags: Tags | None = None
    documentation: Documentation | None = None
    review_required: bool | None = None
    access: Access | None = None
    policies: Policies | None = None
    upstream_url: UpstreamUrl | None = None
    host_header: HostHeader | None = None
    timeout_ms: Timeout | None = None
    connect_timeout_ms: ConnectTimeout | None = None


@dataclass(frozen=True, slots=True)
class ServiceFilter:
    """Which services to list; None: whatever."""

    search: str | None = None
    """Part of the name, the base path or a tag."""
    status: ServiceStatus | None = None
    tag: str | None = None
    team_id: str | None = None
    kind: ServiceKind | None = None
    visibility: Visibility | None = None


class VersionBrief(BaseModel):
    """A version in a list of services."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    status: VersionState
    deprecated_at: datetime | None
    sunset_at: datetime | None
    successor: str | None


class ServiceView(BaseModel):
    """A service; where it is another team's, without what only its owners may know."""

    id: str
    team_id: str
    name: str
    description: str
    kind: ServiceKind
    base_path: str
    hosts: list[str]
    strip_base_path: bool
    selection: VersionSelection
    default_version: str | None
    versions: list[VersionBrief]
    """Oldest first; of another team's service, without drafts."""
    visibility: Visibility
    chosen_teams: list[str]
    """Empty: another team's service, or not ``chosen``."""
    tags: list[str]
    documentation: str
    review_required: bool
    access: Access
    policies: list[AnyPolicy]
    """Empty for other teams."""
    status: ServiceStatus
    upstream_url: str | None
    """Of the default version's first upstream; None: another team's service, or it has none."""
    host_header: str | None
    timeout_ms: int
    connect_timeout_ms: int
    subscription_count: int | None = None
    """Active subscriptions; None: another team's service."""
    created_at: datetime
    created_by: str | None
    published_at: datetime | None
