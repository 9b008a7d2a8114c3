"""The document of a service with its versions."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from passgate.contracts.prompt import PromptDefinition
from passgate.contracts.published_service import PublishedRoute, ServiceKind, VersionSelection
from passgate.contracts.service_policy import Access
from passgate.declaring.documents import Document, TeamName
from passgate.kernel.given import Input
from passgate.kernel.text import Line, Paragraph
from passgate.publishing.definition_input import PoolIn
from passgate.publishing.hosts import Hosts
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
        "Null: as they are. Tools of an MCP server are allowed one by one, in the console.",
    )
    versions: Annotated[tuple[VersionPart, ...], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _names_each_version_once(self) -> Self:
        names = [version.name for version in self.versions]
        if len(set(names)) < len(names):
            raise ValueError("versions: each name once")
        if self.type == "mcp" and self.mcp_tools is not None:
            raise ValueError("mcp_tools: an MCP server's tools are allowed one by one, in the console")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        """Team and name."""
        return (self.team, self.name)
