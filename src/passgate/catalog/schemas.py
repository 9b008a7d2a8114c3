"""What the catalogue's services take in and give out."""

import json
import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    SecretStr,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from passgate.catalog.base_url import checked_base_url
from passgate.catalog.capabilities import Capability
from passgate.catalog.regions import REGION
from passgate.contracts.inference_config import ModelKind, PriceTable
from passgate.contracts.routing import MAX_FALLBACKS, MAX_RETRIES, Seconds, Stickiness, Strategy, TimeLimits
from passgate.kernel.given import Input
from passgate.kernel.text import Line

MAX_MODELS_AT_ONCE = 200
MAX_PRICE = Decimal(1_000_000)
MAX_ALIASES = 20
MAX_KEYS = 50
_MAX_DEPLOYMENTS = 100
_MAX_TOKENS = 100_000_000
_KEY = re.compile(r"[\x21-\x7e]{1,4000}")

AvailableKind = Literal[
    "chat", "embeddings", "image", "audio", "realtime", "video", "moderation", "rerank", "ocr", "completion"
]
"""What a vendor's model does; Passgate serves those of ``contracts.inference_config.ModelKind``."""


def _is_header_safe(value: SecretStr) -> SecretStr:
    key = value.get_secret_value().strip()
    if key.startswith("{"):
        return SecretStr(_service_account(key))
    if not _KEY.fullmatch(key):
        raise ValueError("an API key is one word of visible ASCII characters, 4000 at most")
    return SecretStr(key)


def _service_account(text: str) -> str:
    """A key file of Google's on one line of ASCII."""
    try:
        document = json.loads(text)
        members = [document[name] for name in ("client_email", "private_key", "token_uri")]
    except (ValueError, KeyError, TypeError):
        members = []
    if not members or not all(isinstance(member, str) and member for member in members):
        raise ValueError("a service account's key is the whole JSON file, with client_email, private_key and token_uri")
    return json.dumps(document, separators=(",", ":"))


def _is_exact(value: object) -> object:
    if isinstance(value, float):
        raise ValueError('a price is a decimal number written as a string, such as "0.15"')  # noqa: TRY004 - pydantic reports a ValueError
    return value


ApiKey = Annotated[SecretStr, AfterValidator(_is_header_safe)]
"""A vendor's key; goes in and never comes out."""
BaseUrl = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(checked_base_url)]
PUBLIC_NAME = r"^[A-Za-z0-9._:/@+-]{1,200}$"
PublicName = Annotated[
    str,
    StringConstraints(pattern=PUBLIC_NAME),
    Field(description="The name that clients ask for: letters, digits and . _ : / @ + -"),
]
VendorModel = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]
Price = Annotated[
    Decimal,
    BeforeValidator(_is_exact),
    Field(ge=0, le=MAX_PRICE, decimal_places=10),
    WithJsonSchema({"type": "string", "examples": ["0.15"]}),
]
Tokens = Annotated[int, Field(ge=1, le=_MAX_TOKENS)]
Weight = Annotated[int, Field(ge=1, le=1000)]
Priority = Annotated[int, Field(ge=0, le=1000)]
Region = Annotated[str, StringConstraints(pattern=REGION)]


class ConnectionIn(Input):
    """Enough of a provider to reach its vendor."""

    vendor: Annotated[str, StringConstraints(max_length=64)]
    base_url: BaseUrl | None = Field(default=None, description="Absent: the vendor's own.")
    api_key: ApiKey | None = None


MAX_PASS_THROUGH_APPLICATIONS = 1000
Applications = Annotated[
    list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,40}$")]],
    Field(
        max_length=MAX_PASS_THROUGH_APPLICATIONS,
        description="Ids of the applications that may call the provider as it is; none: nobody may.",
    ),
]
PassThroughCharge = Annotated[
    int,
    Field(
        ge=1,
        le=1_000_000_000,
        description="Micro-dollars that a call costs of which nothing else can be reckoned; never nothing.",
    ),
]


class ProviderIn(ConnectionIn):
    """A new provider."""

    team_id: str | None = Field(default=None, description="The team that owns it; null: the whole organisation.")
    name: Line
    is_enabled: bool = True
    pass_through: bool = Field(default=False, description="It may be called as it is, below /providers.")
    pass_through_applications: Applications = Field(default=[])
    pass_through_charge_micro_dollars: PassThroughCharge = 1000


class ProviderChange(Input):
    """What is to change of a provider; what is left out stays. ``api_key`` may be set to null: none."""

    name: Line | None = None
    base_url: BaseUrl | None = None
    api_key: ApiKey | None = None
    is_enabled: bool | None = None
    pass_through: bool | None = None
    pass_through_applications: Applications | None = None
    pass_through_charge_micro_dollars: PassThroughCharge | None = None


class ProviderView(BaseModel):
    """A provider, less its key."""

    id: str
    team_id: str | None
    name: str
    vendor: str
    vendor_name: str
    dialect: str
    base_url: str
    has_api_key: bool
    is_enabled: bool
    model_count: int
    """Models that it answers for, whether switched on or not."""
    created_at: datetime
    last_test_at: datetime | None
    last_test_ok: bool | None
    last_test_message: str | None
    pass_through: bool
    pass_through_applications: list[str]
    pass_through_charge_micro_dollars: int


class KeyIn(Input):
    """One more key of a provider."""

    label: Annotated[Line, Field(max_length=100)]
    api_key: ApiKey


class KeyChange(Input):
    """What is to change of a key; what is left out stays."""

    label: Annotated[Line, Field(max_length=100)] | None = None
    api_key: ApiKey | None = None


class KeyView(BaseModel):
    """A key of a provider's pool, less the key."""

    id: str
    """``main``: the provider's own, which is changed at the provider."""
    label: str
    created_at: datetime


class ConnectionTest(BaseModel):
    """What a vendor's model list said to a connection."""

    ok: bool
    code: str
    """``connected``, or the stable name of what went wrong."""
    message: str
    """A sentence that a person can act on."""
    models_found: int = 0


class AvailableModel(BaseModel):
    """A model that a provider's vendor offers."""

    vendor_model: str
    name: str
    """For people."""
    kind: AvailableKind
    can_enable: bool
    reason: str | None = None
    """Why it cannot be switched on."""
    context_window: int | None = None
    max_output_tokens: int | None = None
    capabilities: tuple[Capability, ...] = ()
    """What it can do besides text, as far as its vendor or its name tells."""
    price: PriceTable | None = None
    enabled: bool = False
    model_id: str | None = None
    """The model that this vendor's model answers for, where there is one."""
    source: Literal["vendor", "catalogue"] = "vendor"
    """``vendor``: its live list; ``catalogue``: the price catalogue, since the list could not be had."""


class ModelChoice(Input):
    """A vendor's model to switch on."""

    vendor_model: VendorModel
    name: PublicName | None = Field(default=None, description="The public name; absent: the vendor's own.")
    kind: ModelKind | None = Field(default=None, description="Absent: told from the name.")
    context_window: Tokens | None = None
    max_output_tokens: Tokens | None = None


class TimeLimitsIn(Input):
    """How long a model's calls may take, in seconds; absent or null: as long as any call may."""

    connect: Seconds | None = None
    first_token: Seconds | None = Field(default=None, description="Of a stream; then another deployment is tried.")
    silence: Seconds | None = Field(default=None, description="Between two parts of a stream.")
    whole: Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)] | None = Field(
        default=None, description="All attempts together."
    )


class ModelChange(Input):
    """What is to change of a model; what is left out stays. The token bounds may be set to null: unknown."""

    aliases: Annotated[list[PublicName], Field(max_length=MAX_ALIASES)] | None = Field(
        default=None, description="All of its further names."
    )
    strategy: Strategy | None = Field(
        default=None, description="How one of several deployments of the same priority is chosen."
    )
    sticky: Stickiness | None = Field(
        default=None, description="By what calls are held together, at one deployment; null: they are not."
    )
    retries: Annotated[int, Field(ge=0, le=MAX_RETRIES)] | None = None
    time_limits: TimeLimitsIn | None = Field(default=None, description="All of them; null: the gate's own.")
    fallbacks: Annotated[list[str], Field(max_length=MAX_FALLBACKS)] | None = Field(
        default=None, description="Ids of the models that step in, in order."
    )

    name: PublicName | None = None
    is_enabled: bool | None = None
    owned_by: Annotated[Line, Field(max_length=100)] | None = None
    context_window: Tokens | None = None
    max_output_tokens: Tokens | None = None


class PriceIn(Input):
    """A price of one's own: US dollars per million tokens (``request``: per thousand calls; ``image``: per picture).

    It takes the place of the whole catalogue price. A kind of token that has no price of its own costs what its
    parent costs: cached input what input costs, audio what text costs, an hour in the cache what minutes cost.
    """

    input: Price | None = None
    output: Price | None = None
    cached_input: Price | None = None
    cache_write: Price | None = None
    input_audio: Price | None = None
    output_audio: Price | None = None
    cache_write_long: Price | None = None
    reasoning: Price | None = None
    request: Price | None = None
    image: Price | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise ValueError("a price names at least one figure; 0 means free")
        return self


class DeploymentIn(Input):
    """One more deployment of a model."""

    provider_id: str
    vendor_model: VendorModel
    region: Region | None = Field(
        default=None, description="Where it is asked; null: where the provider's address says."
    )
    key_id: str | None = Field(default=None, description="The one key that it uses; null: all of the provider's.")
    weight: Weight = 1
    priority: Priority | None = Field(default=None, description="Absent: after those that are there.")
    price: PriceIn | None = None


class DeploymentChange(Input):
    """What is to change of a deployment; what is left out stays. ``price`` may be set to null: the catalogue's.

    ``region`` and ``key_id`` may be null as well: where the provider's address says, and all of its keys.
    """

    weight: Weight | None = None
    priority: Priority | None = None
    price: PriceIn | None = None
    region: Region | None = None
    key_id: str | None = None


class DeploymentOrder(Input):
    """In which order a model's deployments are tried: steps, each of one deployment or of several that share it."""

    steps: Annotated[
        list[Annotated[list[str], Field(min_length=1, max_length=_MAX_DEPLOYMENTS)]],
        Field(min_length=1, max_length=_MAX_DEPLOYMENTS),
    ]


class DeploymentView(BaseModel):
    """A provider that answers for a model."""

    id: str
    provider_id: str
    provider_name: str
    vendor: str
    vendor_model: str
    region: str | None
    key_id: str | None
    key_label: str | None
    """None: it uses all of the provider's keys."""
    weight: int
    priority: int
    price: PriceTable | None
    price_source: Literal["own", "catalogue"] | None
    """None: no price is known."""


class FallbackView(BaseModel):
    """A model that steps in for another."""

    id: str
    name: str


class ModelView(BaseModel):
    """A public model with what answers for it."""

    id: str
    team_id: str | None
    name: str
    kind: ModelKind
    owned_by: str
    context_window: int | None
    max_output_tokens: int | None
    is_enabled: bool
    created_at: datetime
    aliases: list[str]
    strategy: Strategy
    sticky: Stickiness | None
    retries: int
    time_limits: TimeLimits
    fallbacks: list[FallbackView]
    deployments: list[DeploymentView]
