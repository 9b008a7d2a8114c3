"""What the ledger's services take in and give out."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from passgate.catalog.schemas import PriceIn
from passgate.contracts.charges import ChargeKind
from passgate.kernel.given import Input
from passgate.kernel.text import Line

Unit = Literal["million tokens", "thousand calls", "picture"]


class LedgerLine(BaseModel):
    """Some of one kind: ``count`` x ``price`` per ``unit`` = ``micro_dollars``."""

    model_config = ConfigDict(frozen=True)

    kind: ChargeKind
    count: int
    price: Decimal
    """US dollars."""
    unit: Unit
    micro_dollars: Decimal
    """Unrounded; only the entry's sum is rounded."""


class LedgerEntry(BaseModel):
    """What a call was charged at a time."""

    model_config = ConfigDict(frozen=True)

    cost_micro_dollars: int
    price_version: str | None
    """None: no price was known."""
    lines: tuple[LedgerLine, ...]
    """Empty where the figures were not kept, as before Passgate kept them."""
    large_above: int | None = None
    """The prompt had more tokens than this, so the prices are those of large prompts; None: they are the usual ones."""
    repricing_id: str | None = None
    """The correction that it came of; None: the first entry, of the call itself."""
    reason: str | None = None
    made_at: datetime


class CallLedger(BaseModel):
    """All entries of a call, oldest first; the last one holds."""

    model_config = ConfigDict(frozen=True)

    call_id: int
    request_id: str
    usage_source: str
    """``vendor`` where the vendor counted; ``estimate``: it never did, or a stream was broken off on the caller's
    account before it had; ``none``: nothing is charged."""
    cached: bool
    """Answered from the cache, for nothing."""
    cost_micro_dollars: int
    entries: tuple[LedgerEntry, ...]


class RepricingIn(Input):
    """A correction: which calls, of when, at which price."""

    since: AwareDatetime
    until: AwareDatetime
    """The first moment that is not meant any more."""
    model: Annotated[str, Field(max_length=200)] | None = None
    """Public name."""
    provider_id: Annotated[str, Field(max_length=40)] | None = None
    vendor_model: Annotated[str, Field(max_length=200)] | None = None
    price: PriceIn | None = None
    """Null: the price that each deployment has now."""
    reason: Line


class RepricingPreview(BaseModel):
    """What a correction would do."""

    model_config = ConfigDict(frozen=True)

    calls: int
    """Whose cost would change."""
    cost_before_micro_dollars: int
    """Of those calls together."""
    cost_after_micro_dollars: int


class RepricingView(RepricingPreview):
    """A correction that was made."""

    id: str
    created_at: datetime
    created_by: str
    since: datetime
    until: datetime
    model: str | None
    provider_id: str | None
    vendor_model: str | None
    price: str | None
    """The figures in one line; null: those that the deployments had."""
    reason: str
