"""One line of a worker's usage log: an AI call, what it used and what it cost."""

from dataclasses import dataclass
from typing import Literal

import msgspec


@dataclass(slots=True)
class TokenUsage:
    """Tokens by kind. ``input`` and ``output`` are totals that include the kinds named after them.

    Made for every call and every event that tells of usage, hence no model that validates itself.
    """

    input: int = 0
    output: int = 0
    cached_input: int = 0
    """Part of ``input`` that was read from the vendor's cache."""
    cache_write: int = 0
    """Part of ``input`` that was written to the vendor's cache."""
    reasoning: int = 0
    """Part of ``output`` that was thought, not said."""
    input_audio: int = 0
    output_audio: int = 0
    cache_write_long: int = 0
    """Part of ``cache_write`` that the vendor keeps for an hour instead of minutes."""
    images: int = 0
    """Pictures made, where they are charged by the piece."""


UsageSource = Literal["vendor", "estimate", "none"]
"""Who counted. ``estimate``: nobody all of it, since the vendor never does, or a stream was broken off on the caller's
account before the end."""
COUNTED: tuple[UsageSource, ...] = ("vendor", "estimate")
"""Where there are counts to be charged by kind, and to be charged anew."""


class MaskingHit(msgspec.Struct, gc=False):
    """What a masking rule found in a call: how often and where, and nothing of the find itself."""

    rule: str
    action: Literal["mask", "block", "note"]
    place: Literal["request", "reply"]
    count: int


class TriedDeployment(msgspec.Struct, gc=False):
    """A deployment that did not answer, or was not asked, and why."""

    deployment_id: str
    provider_id: str
    vendor_model: str
    code: str
    """Stable name of what went wrong, or of why it was passed over."""
    model: str | None = None
    """The fallback model that it belongs to; None: the model that was asked for."""
    key: str | None = None
    """The label of the key that was used; None: the provider's only one, or none was."""
    status: int | None = None
    """The vendor's; None: it gave none, or was not asked."""
    ms: int = 0
    """How long it took."""


class UsageRecord(msgspec.Struct, gc=False):
    """What a worker says of an AI call, under the request id that Envoy gave it. Unknown fields are ignored.

    Nothing here can point back at itself, so nobody looks for circles in the thousands that are read at once.
    """

    request_id: str
    start: str
    """ISO 8601 with microseconds, UTC."""
    application_id: str
    team_id: str
    jti: str
    subject: str
    format_in: str
    """Such as ``openai-chat`` or ``anthropic-messages``."""
    model: str
    """The public name that was asked for."""
    status: int
    provider_id: str | None = None
    vendor: str | None = None
    vendor_model: str | None = None
    deployment_id: str | None = None
    stream: bool = False
    outcome: Literal["ok", "error", "cancelled", "revoked"] = "ok"
    error_code: str | None = None
    usage: TokenUsage = msgspec.field(default_factory=TokenUsage)
    usage_source: UsageSource = "none"
    cost_micro_dollars: int = 0
    price_version: str | None = None
    latency_ms: int = 0
    first_token_ms: int | None = None
    finish_reason: str | None = None
    dropped: tuple[str, ...] = ()
    cached: bool = False
    """Answered from the cache: nothing was used, and nothing is charged."""
    masked: tuple[MaskingHit, ...] = ()
    unit_prices: str | None = None
    """What the cost was reckoned with, as :meth:`~passgate.contracts.inference_config.PriceTable.as_text` writes it."""
    chosen_by: str | None = None
    """What led to the deployment: ``only``, a strategy, ``sticky``, ``fallback``, …; None: none was asked."""
    answered_model: str | None = None
    """The fallback model that answered; None: the one that was asked for."""
    key: str | None = None
    """The label of the key that was used, where the provider has several."""
    tried: tuple[TriedDeployment, ...] = ()
    """What was tried or passed over before, in order."""
    service_id: str | None = None
    """The service that the call was of, such as a prompt's; None: it went to the model as such."""
