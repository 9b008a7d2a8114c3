"""What an inference worker must know: providers, models, prices, applications."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from passgate.contracts.ai_policy import AiPolicy
from passgate.contracts.described_revision import DescribedRevision, TokenSigning
from passgate.contracts.frozen import Contract
from passgate.contracts.limits import LimitRule
from passgate.contracts.offered_tools import OfferedTools
from passgate.contracts.prompt import PublishedPrompt
from passgate.contracts.routing import RoutingRules
from passgate.contracts.trusted_issuer import TrustedIssuer

ModelKind = Literal["chat", "embeddings", "image", "audio", "moderation", "rerank"]


_BY_PROMPT = ("input", "output", "cached_input", "cache_write", "cache_write_long")
LARGE_PROMPT = ("large_above", *(f"large_{name}" for name in _BY_PROMPT))
"""The members of a price table that say what calls with large prompts cost."""


class PriceTable(Contract):
    """US dollars per million tokens, each kind of token; None: not told apart, or not known."""

    version: str
    """Names the tariff, such as ``genai-prices 0.2.3`` or ``own 2026-11-23``."""
    input: Decimal | None = None
    output: Decimal | None = None
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None
    input_audio: Decimal | None = None
    output_audio: Decimal | None = None
    cache_write_long: Decimal | None = None
    """What is kept for an hour."""
    reasoning: Decimal | None = None
    request: Decimal | None = None
    """Dollars per thousand calls."""
    image: Decimal | None = None
    """Dollars per picture made."""
    large_above: int | None = None
    """Above so many tokens of prompt, cached ones among them, all of the call costs the prices that follow."""
    large_input: Decimal | None = None
    large_output: Decimal | None = None
    large_cached_input: Decimal | None = None
    large_cache_write: Decimal | None = None
    large_cache_write_long: Decimal | None = None

    def at(self, prompt: int) -> "PriceTable":
        """The table with the prices that hold for a prompt of so many tokens."""
        if self.large_above is None or prompt <= self.large_above:
            return self
        dearer = {name: getattr(self, f"large_{name}") for name in _BY_PROMPT}
        return self.model_copy(update={name: price for name, price in dearer.items() if price is not None})

    def as_text(self) -> str:
        """The figures in one line, such as ``input=3;output=15``."""
        figures = self.model_dump(exclude={"version"}, exclude_none=True)
        return ";".join(
            f"{name}={figure:f}" if isinstance(figure, Decimal) else f"{name}={figure}"
            for name, figure in figures.items()
        )

    @classmethod
    def from_text(cls, version: str, text: str) -> "PriceTable":
        """The table whose figures are these.

        Raises:
            ValueError: it is no such line.
        """
        return cls.model_validate({"version": version, **dict(part.split("=", 1) for part in text.split(";") if part)})


class ProviderKey(Contract):
    """One more key of a provider, beside its first."""

    id: str
    label: str
    sealed_key: str


class PassThrough(Contract):
    """Who may call a provider as it is, and what such a call costs."""

    applications: tuple[str, ...] = ()
    """Their ids; empty: nobody."""
    charge_micro_dollars: int = 1000
    """Of a call of which nothing else can be reckoned; at least 1, so that none is free."""
    prices: dict[str, PriceTable] = Field(default_factory=dict)
    """The catalogue's, by the vendor's name of the model."""


class InferenceProvider(Contract):
    """A configured account at a vendor. Secrets stay sealed on disk; the worker holds the master key."""

    id: str
    name: str
    team_id: str | None = None
    vendor: str
    dialect: str
    """The wire format spoken to it: ``openai`` or ``anthropic``."""
    base_url: str
    sealed_api_key: str | None = None
    keys: tuple[ProviderKey, ...] = ()
    """Further ones; calls are spread over all of them."""
    profile: dict[str, str | bool | int | float | list[str] | dict[str, str | bool | int]] = Field(default_factory=dict)
    """The vendor's oddities, as the catalogue's row has them."""
    pass_through: PassThrough | None = None
    """None: it cannot be called as it is."""


class Deployment(Contract):
    """A provider and the vendor's own name of a model."""

    id: str
    provider_id: str
    vendor_model: str
    base_url: str | None = None
    """Where it is asked, if not at the provider's own address: another region of the same account."""
    region: str | None = None
    key_id: str | None = None
    """The one key of the provider's that it uses; None: all of them."""
    weight: int = 1
    priority: int = 0
    price: PriceTable | None = None


class InferenceModel(Contract):
    """A public model name and what may answer it."""

    id: str
    name: str
    team_id: str | None = None
    """None: every team's."""
    aliases: tuple[str, ...] = ()
    """Further public names that mean this model."""
    kind: ModelKind = "chat"
    owned_by: str = ""
    created: int = 0
    capabilities: tuple[str, ...] = ()
    """What it can do besides text (``tools``, ``vision``, …), as far as it is known."""
    context_window: int | None = None
    max_output_tokens: int | None = None
    deployments: tuple[Deployment, ...]
    routing: RoutingRules = RoutingRules()


class InferenceApplication(Contract):
    """A consumer as the worker sees it."""

    id: str
    name: str
    team_id: str
    models: tuple[str, ...] | None = None
    """Public names it may use; None: all that its team may."""
    logs_bodies: bool = False
    """What its calls say is kept for those who may read it."""


class PlanModels(Contract):
    """Which models a service's prompts may use for an application, as its plan says."""

    service_id: str
    application_id: str
    models: tuple[str, ...]
    """Their public names."""


class InferenceConfig(Contract):
    """All that a worker works by."""

    format: Literal[1] = 1
    version: int
    providers: tuple[InferenceProvider, ...] = ()
    models: tuple[InferenceModel, ...] = ()
    applications: tuple[InferenceApplication, ...] = ()
    limits: tuple[LimitRule, ...] = ()
    policies: tuple[AiPolicy, ...] = ()
    prompts: tuple[PublishedPrompt, ...] = ()
    """Prompt services, by revision."""
    plan_models: tuple[PlanModels, ...] = ()
    """Subscriptions whose plan bounds the models."""
    described: tuple[DescribedRevision, ...] = ()
    """Revisions that are mocked, or whose requests are validated."""
    tools: tuple[OfferedTools, ...] = ()
    """Services that are offered as MCP tools."""
    token_signing: TokenSigning | None = None
    """Where a policy asks for tokens for upstreams."""
    sealed_file_key: str | None = None
    """32 bytes in hexadecimal, under which the ids of files and batches are sealed."""
    trusted_issuers: tuple[TrustedIssuer, ...] = ()
    """Whose tokens, besides ours, are calls of which application."""
