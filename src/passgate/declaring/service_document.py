"""The document of a service with its versions."""

from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, Field, SecretStr, StringConstraints, model_validator

from passgate.contracts.prompt import PromptDefinition
from passgate.contracts.published_service import PublishedRoute, ServiceKind, VersionSelection
from passgate.contracts.service_policy import Access
from passgate.declaring.documents import Document, TeamName
from passgate.kernel.given import Input
from passgate.kernel.text import Line, Paragraph
from passgate.publishing.definition_input import PoolIn
from passgate.publishing.hosts import Hosts
from passgate.publishing.lifecycle_schemas import ScheduledAct, Weight
from passgate.publishing.schemas import BasePath, Documentation, Policies, Tags, UpstreamUrl, Visibility
from passgate.publishing.version_schemas import VersionName, VersionState


class OpenApiPart(Input):
    """An OpenAPI document, in one of three ways."""

    file: Annotated[str, Field(max_length=500)] | None = Field(
        default=None, description="Path beside the YAML file; the command line puts the text in."
    )
    text: Annotated[str, Field(max_length=10_000_000)] | None = None
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        default=None, description="SHA-256 of a document that the team has brought in already."
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(one is not None for one in (self.file, self.text, self.digest)) != 1:
            raise ValueError("give one of file, text and digest")
        return self


class VersionPart(Input):
    """A version: what it says, and where in its life it stands."""

    name: VersionName
    state: VersionState = "published"
    hosts: Hosts = ()
    deprecated_at: AwareDatetime | None = Field(default=None, description="Null: when it is applied.")
    sunset_at: AwareDatetime | None = None
    successor: VersionName | None = None
    upstream_url: UpstreamUrl | None = Field(default=None, description="Instead of pools: one of this address.")
    routes: Annotated[tuple[PublishedRoute, ...], Field(max_length=2_000)] | None = Field(
        default=None, description="Null: those of the document; without one: all paths."
    )
    pools: Annotated[tuple[PoolIn, ...], Field(max_length=20)] = ()
    policies: Policies = ()
    mock: bool = False
    mirror_pool: str | None = None
    document: OpenApiPart | None = None
    prompt: PromptDefinition | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.upstream_url is not None and self.pools:
            raise ValueError("give either upstream_url or pools")
        dated = self.deprecated_at is not None or self.sunset_at is not None
        if dated and self.state != "deprecated":
            raise ValueError("deprecated_at and sunset_at go with the state deprecated")
        return self


class SchedulePart(Input):
    """A step that is planned for a version."""

    version: VersionName
    act: ScheduledAct
    due_at: AwareDatetime = Field(description="Once it has passed, the step counts as made.")
    weight: Weight = Field(default=100, description="Of publish: percent of the calls for the newest revision.")
    sunset_at: AwareDatetime | None = Field(default=None, description="Of deprecate.")
    successor: VersionName | None = Field(default=None, description="Of deprecate and retire; null: as it was.")


class CertificatePart(Input):
    """A certificate of the service's hosts."""

    chain_pem: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100_000)]
    key_pem: Annotated[SecretStr, Field(min_length=1, max_length=20_000)] | None = Field(
        default=None, description="By reference, such as ${ENV:SHOP_KEY}; null: the stored one."
    )


class ToolPart(Input):
    """A tool of an MCP server, in the form in which it is allowed."""

    name: Annotated[str, Field(min_length=1, max_length=128, description="What the server calls it.")]
    title: str = ""
    description: str = ""
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None = None
    annotations: dict[str, bool] = Field(default_factory=dict)


class ServiceDocument(Document):
    """A service. A version that it does not name stays as it is."""

    kind: Literal["Service"]
    team: TeamName
    name: Line
    type: ServiceKind = "rest"
    description: Paragraph = ""
    base_path: BasePath = ""
    hosts: Hosts = ()
    strip_base_path: bool = True
    selection: VersionSelection = "path"
    default_version: VersionName | None = Field(default=None, description="Null: the first of the versions.")
    visibility: Visibility = "all_teams"
    chosen_teams: Annotated[tuple[Line, ...], Field(max_length=500)] = Field(default=(), description="Names of teams.")
    tags: Tags = ()
    documentation: Documentation = ""
    review_required: bool = False
    access: Access | None = Field(default=None, description="Null: as policies say; where they do not: subscription.")
    policies: Policies = ()
    mcp_tools: Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=500)] | None = Field(
        default=None,
        description="Ids of the default version's routes that are offered as MCP tools; of a prompt, ask. "
        "Null: as they are.",
    )
    allowed_tools: Annotated[tuple[ToolPart, ...], Field(max_length=500)] | None = Field(
        default=None, description="Of an MCP server: exactly what is allowed. Null: as it is."
    )
    certificates: Annotated[tuple[CertificatePart, ...], Field(max_length=20)] | None = Field(
        default=None, description="Of its hosts. Null: as they are."
    )
    schedules: Annotated[tuple[SchedulePart, ...], Field(max_length=100)] | None = Field(
        default=None, description="What is planned for its versions. Null: as it is."
    )
    versions: Annotated[tuple[VersionPart, ...], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _names_each_version_once(self) -> Self:
        names = [version.name for version in self.versions]
        if len(set(names)) < len(names):
            raise ValueError("versions: each name once")
        if self.type == "mcp" and self.mcp_tools is not None:
            raise ValueError("mcp_tools: an MCP server's tools are allowed one by one: allowed_tools")
        if self.type != "mcp" and self.allowed_tools is not None:
            raise ValueError("allowed_tools: only a service of the type mcp has a server's tools")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        """Team and name."""
        return (self.team, self.name)
