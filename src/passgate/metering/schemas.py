"""What goes into and comes out of metering's services."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

CallKind = Literal["ai", "rest"]
StatusClass = Literal["2xx", "3xx", "4xx", "5xx", "error"]
"""``error``: status 0 (the client left) or from 400 up."""
Bucket = Literal["hour", "day"]


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls to list; fields left None do not matter."""

    since: datetime | None = None
    """First moment of the start, inclusive."""
    until: datetime | None = None
    """Last moment of the start, exclusive."""
    application_id: str | None = None
    service_id: str | None = None
    model: str | None = None
    kind: CallKind | None = None
    status_class: StatusClass | None = None
    text: str | None = None
    """A request id, or part of path, code, subject, token id, client address or user agent (in any case)."""


class TriedView(BaseModel):
    """A deployment that did not answer, or was not asked, and why."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    deployment_id: str
    provider_id: str
    provider_name: str | None = None
    """None where the provider is gone."""
    vendor_model: str
    model: str | None = None
    """The fallback model that it belongs to; None: the model that was asked for."""
    key: str | None = None
    """The label of the key that was used, where the provider has several."""
    code: str
    """Stable name of what went wrong, or of why it was passed over."""
    status: int | None = None
    """The vendor's; None: it gave none, or was not asked."""
    ms: int = 0
    """How long it took."""


class UsageView(BaseModel):
    """What an AI call used and cost."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    format_in: str
    """The caller's wire format, such as ``openai-chat``."""
    provider_id: str | None
    provider_name: str | None
    """None where the provider is gone."""
    vendor: str | None
    vendor_model: str | None
    deployment_id: str | None
    stream: bool
    outcome: str
    """``ok``, ``error``, ``cancelled`` or ``revoked``."""
    error_code: str | None
    tokens_in: int
    tokens_out: int
    cached_tokens_in: int
    cache_write_tokens: int
    reasoning_tokens: int
    audio_tokens_in: int
    audio_tokens_out: int
    cache_write_long_tokens: int
    """Of those written to the cache, those that are kept for an hour."""
    images: int
    usage_source: str
    """``vendor`` where the vendor counted the tokens; ``estimate`` where it never did, or a stream was broken off on
    the caller's account before it had; else ``none``."""
    cost_micro_dollars: int
    """As the last correction has it; ``GET /calls/{id}/ledger`` tells how it came about."""
    price_version: str | None
    """Of the first entry."""
    latency_ms: int
    first_token_ms: int | None
    finish_reason: str | None
    dropped: tuple[str, ...]
    """Request fields that the translation could not carry over."""
    cached: bool
    """Answered from the cache: nothing was used."""
    chosen_by: str | None = None
    """What led to the deployment: ``only``, ``priority``, a strategy, ``sticky``, ``next``, ``fallback``, …"""
    answered_model: str | None = None
    """The fallback model that answered; None: the one that was asked for."""
    key: str | None = None
    """The label of the provider's key that was used, where it has several."""
    tried: tuple[TriedView, ...] = ()
    """What was tried or passed over before, in order."""


class CallView(BaseModel):
    """A call, the names of what it concerned, and its usage where it was an AI call."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int
    request_id: str
    started_at: datetime
    node: str
    kind: CallKind
    method: str | None
    path: str | None
    status: int
    """HTTP status; 0 where the client left before an answer."""
    code: str | None
    """Stable name of why it did not go well; None where it did."""
    duration_ms: int
    upstream_ms: int | None
    bytes_in: int
    bytes_out: int
    attempts: int | None
    team_id: str | None
    application_id: str | None
    application_name: str | None
    """None where the application is unknown or gone."""
    service_id: str | None
    service_name: str | None
    """None where the service is unknown or gone."""
    model: str | None
    jti: str | None
    subject: str | None
    client_ip: str | None
    user_agent: str | None
    version_id: str | None
    """Of the service."""
    revision_id: str | None
    route_id: str | None
    cached: bool = False
    """Answered from a cache: the REST service's, or that of AI calls."""
    usage: UsageView | None


class MaskingFindView(BaseModel):
    """What a masking rule found in a call: how often and where, never what."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int
    request_id: str
    """Of the call."""
    started_at: datetime
    team_id: str
    application_id: str
    model: str
    rule: str
    action: Literal["mask", "block", "note"]
    place: Literal["request", "reply"]
    finds: int


class Totals(BaseModel):
    """Sums over a stretch of time."""

    model_config = ConfigDict(frozen=True)

    calls: int = 0
    errors: int = 0
    """Calls with status 0 or from 400 up."""
    tokens_in: int = 0
    tokens_out: int = 0
    cost_micro_dollars: int = 0
    average_latency_ms: float | None = None
    """None where there was no call."""


class Point(Totals):
    """The sums of one bucket of a chart."""

    start: datetime


class Ranked(Totals):
    """The sums of one application, service or model."""

    id: str
    """Its id; of a model, its public name."""
    name: str
    """Its name, or its id where it is gone."""


class Summary(BaseModel):
    """The overview: totals, a chart without gaps, and who leads."""

    model_config = ConfigDict(frozen=True)

    since: datetime
    """Start of the first bucket: the asked moment, down to the hour or day."""
    until: datetime
    """End of the last bucket: the asked moment, up to the hour or day."""
    bucket: Bucket
    totals: Totals
    series: tuple[Point, ...]
    top_applications: tuple[Ranked, ...]
    """By calls, ten at most."""
    top_services: tuple[Ranked, ...]
    """By calls, ten at most; tokens and cost are zero."""
    top_models: tuple[Ranked, ...]
    """By calls, ten at most; calls are those that a worker took up."""


@dataclass(frozen=True, slots=True)
class ServiceTraffic:
    """Calls at the gate; those of no service, such as of models, have no id."""

    kind: str
    service_id: str
    service_name: str
    calls: int
    errors: int
    """Calls with status 0 or from 400 up."""
    latency_ms: int
    """The durations of all."""


@dataclass(frozen=True, slots=True)
class ModelTraffic:
    """Calls of a model that a provider answered; those that none was asked for have no provider."""

    model: str
    provider_id: str
    provider_name: str
    calls: int
    errors: int
    latency_ms: int
    tokens_in: int
    tokens_out: int
    cost: int
    """Micro-dollars, corrections of prices included."""
