"""The documents of teams, applications, providers and models; each names things by name, never by id.

What a document leaves out has its default: a document says all of the thing. Only what is marked so keeps its value.
"""

from typing import Annotated, Literal

from pydantic import Field

from passgate.catalog.schemas import ApiKey, BaseUrl, PriceIn, PublicName, Tokens, VendorModel
from passgate.contracts.inference_config import ModelKind
from passgate.kernel.given import Input
from passgate.kernel.text import Line, Paragraph

TeamName = Annotated[Line, Field(description="Name of the team that it belongs to.")]


class Document(Input):
    """The base of all."""

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from others of its kind."""
        raise NotImplementedError

    @property
    def label(self) -> str:
        """The key, for people."""
        return " / ".join(part for part in self.key if part)


class TeamDocument(Document):
    """A team."""

    kind: Literal["Team"]
    name: Line

    @property
    def key(self) -> tuple[str, ...]:
        """The name."""
        return (self.name,)


class ApplicationDocument(Document):
    """An application of a team."""

    kind: Literal["Application"]
    team: TeamName
    name: Line
    description: Paragraph = ""
    models: Annotated[tuple[Line, ...], Field(max_length=500)] | None = Field(
        default=None, description="Models it may use; null: all."
    )
    is_active: bool = True

    @property
    def key(self) -> tuple[str, ...]:
        """Team and name."""
        return (self.team, self.name)


class ProviderDocument(Document):
    """A configured account at a vendor."""

    kind: Literal["Provider"]
    name: Line
    team: Line | None = Field(default=None, description="The team that owns it; null: the whole organisation.")
    vendor: Annotated[str, Field(max_length=64)]
    base_url: BaseUrl | None = Field(default=None, description="Null: the vendor's own.")
    api_key: ApiKey | None = Field(
        default=None, description="Write ${ENV:NAME}: the command line puts the value in. Null: stays as it is."
    )
    is_enabled: bool = True

    @property
    def key(self) -> tuple[str, ...]:
        """The name: no two providers share one."""
        return (self.name,)


class DeploymentPart(Input):
    """A provider that answers for a model."""

    provider: Line
    vendor_model: VendorModel
    weight: Annotated[int, Field(ge=1, le=1000)] = 1
    priority: Annotated[int, Field(ge=0, le=1000)] = Field(default=0, description="0 first; higher: fallbacks.")
    price: PriceIn | None = Field(default=None, description="Null: the catalogue's.")


class ModelDocument(Document):
    """A public model with what answers for it; it belongs where its first provider does."""

    kind: Literal["Model"]
    name: PublicName
    type: ModelKind = "chat"
    owned_by: Annotated[Line, Field(max_length=100)] | None = Field(default=None, description="Null: as it is.")
    context_window: Tokens | None = Field(default=None, description="Null: as it is.")
    max_output_tokens: Tokens | None = Field(default=None, description="Null: as it is.")
    is_enabled: bool = True
    deployments: Annotated[tuple[DeploymentPart, ...], Field(min_length=1, max_length=100)]

    @property
    def key(self) -> tuple[str, ...]:
        """The public name."""
        return (self.name,)
