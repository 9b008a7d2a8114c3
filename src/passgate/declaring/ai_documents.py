"""The documents of providers, models and policies of AI calls."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from passgate.catalog.policy_schemas import CacheSeconds, MaskingRules, OutputTokens, PromptBytes
from passgate.catalog.schemas import (
    MAX_ALIASES,
    MAX_KEYS,
    MAX_PASS_THROUGH_APPLICATIONS,
    ApiKey,
    BaseUrl,
    PassThroughCharge,
    PriceIn,
    Priority,
    PublicName,
    Region,
    TimeLimitsIn,
    Tokens,
    VendorModel,
    Weight,
)
from passgate.contracts.inference_config import ModelKind
from passgate.contracts.routing import MAX_FALLBACKS, MAX_RETRIES, Stickiness, Strategy
from passgate.declaring.documents import ApplicationRef, Document
from passgate.kernel.given import Input
from passgate.kernel.text import Line

KeyLabel = Annotated[Line, Field(max_length=100)]


class KeyPart(Input):
    """One more key of a provider, beside its own."""

    label: KeyLabel
    api_key: ApiKey | None = Field(default=None, description="Write ${ENV:NAME}. Null: stays as it is.")


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
    keys: Annotated[tuple[KeyPart, ...], Field(max_length=MAX_KEYS)] | None = Field(
        default=None, description="All of its further keys, over which its calls are spread. Null: as they are."
    )
    is_enabled: bool = True
    pass_through: bool = Field(default=False, description="It may be called as it is, below /providers.")
    pass_through_applications: Annotated[
        tuple[ApplicationRef, ...], Field(max_length=MAX_PASS_THROUGH_APPLICATIONS)
    ] = Field(default=(), description="Who may call it as it is; none: nobody may.")
    pass_through_charge_micro_dollars: PassThroughCharge = 1000

    @model_validator(mode="after")
    def _names_each_key_once(self) -> Self:
        labels = [key.label for key in self.keys or ()]
        if len(set(labels)) < len(labels):
            raise ValueError("keys: each label once")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        """The name: no two providers share one."""
        return (self.name,)


class DeploymentPart(Input):
    """A provider that answers for a model."""

    provider: Line
    vendor_model: VendorModel
    region: Region | None = Field(default=None, description="Where it is asked; null: where the provider's address is.")
    key: KeyLabel | None = Field(
        default=None, description="Label of the one key of the provider's that it uses, `main` for its own; null: all."
    )
    weight: Weight = 1
    priority: Priority = Field(default=0, description="0 first; higher: fallbacks.")
    price: PriceIn | None = Field(default=None, description="Null: the catalogue's.")

    @property
    def place(self) -> tuple[str, str, str, str]:
        """What tells it from the model's others."""
        return (self.provider, self.vendor_model, self.region or "", self.key or "")


class ModelDocument(Document):
    """A public model with what answers for it; it belongs where its first provider does."""

    kind: Literal["Model"]
    name: PublicName
    type: ModelKind = "chat"
    aliases: Annotated[tuple[PublicName, ...], Field(max_length=MAX_ALIASES)] = Field(
        default=(), description="Its further names."
    )
    owned_by: Annotated[Line, Field(max_length=100)] | None = Field(default=None, description="Null: as it is.")
    context_window: Tokens | None = Field(default=None, description="Null: as it is.")
    max_output_tokens: Tokens | None = Field(default=None, description="Null: as it is.")
    is_enabled: bool = True
    strategy: Strategy = Field(
        default="weighted", description="How one of several deployments of the same priority is chosen."
    )
    sticky: Stickiness | None = Field(
        default=None, description="By what calls are held together, at one deployment; null: they are not."
    )
    retries: Annotated[int, Field(ge=0, le=MAX_RETRIES)] = 1
    time_limits: TimeLimitsIn = Field(default_factory=TimeLimitsIn, description="Null: the gate's own.")
    fallbacks: Annotated[tuple[PublicName, ...], Field(max_length=MAX_FALLBACKS)] = Field(
        default=(), description="Names of the models that step in, in order."
    )
    deployments: Annotated[tuple[DeploymentPart, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _names_each_deployment_once(self) -> Self:
        places = [part.place for part in self.deployments]
        if len(set(places)) < len(places):
            raise ValueError("deployments: each provider, vendor's model, region and key once")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        """The public name."""
        return (self.name,)


class AiPolicyDocument(Document):
    """What holds for AI calls: what is masked, kept and bounded. Where it names nobody, it concerns everybody."""

    kind: Literal["AiPolicy"]
    name: Line
    team: Line | None = Field(default=None, description="Whose calls it concerns; null: every team's.")
    application: ApplicationRef | None = Field(default=None, description="The one that it concerns; null: all.")
    model: PublicName | None = Field(default=None, description="The model that it concerns; null: all.")
    cache_seconds: CacheSeconds | None = Field(
        default=None, description="How long a same request is answered from the cache; 0: never; null: as asked."
    )
    max_prompt_bytes: PromptBytes | None = None
    max_output_tokens: OutputTokens | None = None
    masking: MaskingRules = ()
    is_enabled: bool = True

    @property
    def key(self) -> tuple[str, ...]:
        """Team and name."""
        return (self.team or "", self.name)
