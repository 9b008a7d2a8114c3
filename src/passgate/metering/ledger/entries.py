"""A call's entries in the ledger, each with its sum worked out."""

from sqlalchemy import select

from passgate.contracts.charges import ChargeKind, charges
from passgate.contracts.inference_config import PriceTable
from passgate.contracts.usage_record import COUNTED, TokenUsage
from passgate.kernel.actor import Actor
from passgate.kernel.errors import NotFoundError
from passgate.metering.ledger.models import Repricing, UsageCorrection
from passgate.metering.ledger.schemas import CallLedger, LedgerEntry, LedgerLine, Unit
from passgate.metering.models import Usage
from passgate.metering.service.calls import get_call
from passgate.storage.work import Work

_UNITS: dict[ChargeKind, Unit] = {"request": "thousand calls", "image": "picture"}


def call_ledger(actor: Actor, work: Work, call_id: int) -> CallLedger:
    """What a call was charged, first and after each correction.

    Raises:
        ForbiddenError: the actor may read calls nowhere, or not in that team of its own.
        NotFoundError: no such call, one of another team, or one that used nothing of a model.
    """
    call = get_call(actor, work, call_id)
    usage = work.session.get(Usage, call.request_id)
    if usage is None:
        raise NotFoundError("The ledger has no entry for this call.")
    entries = [
        LedgerEntry(
            cost_micro_dollars=usage.cost,
            price_version=usage.price_version,
            lines=_lines(usage, usage.price_version, usage.unit_prices),
            large_above=_large_above(usage, usage.price_version, usage.unit_prices),
            made_at=usage.started_at,
        )
    ]
    made = (
        select(UsageCorrection, Repricing)
        .join(Repricing, Repricing.id == UsageCorrection.repricing_id)
        .where(UsageCorrection.request_id == call.request_id)
        .order_by(UsageCorrection.id)
    )
    for correction, repricing in work.session.execute(made):
        entries.append(
            LedgerEntry(
                cost_micro_dollars=correction.cost,
                price_version=correction.price_version,
                lines=_lines(usage, correction.price_version, correction.unit_prices),
                large_above=_large_above(usage, correction.price_version, correction.unit_prices),
                repricing_id=repricing.id,
                reason=repricing.reason,
                made_at=repricing.created_at,
            )
        )
    return CallLedger(
        call_id=call.id,
        request_id=call.request_id,
        usage_source=usage.usage_source,
        cached=usage.cached,
        cost_micro_dollars=entries[-1].cost_micro_dollars,
        entries=tuple(entries),
    )


def counted(usage: Usage) -> TokenUsage:
    """What the vendor counted, or was estimated, in the contract's words."""
    return TokenUsage(
        input=usage.tokens_in,
        output=usage.tokens_out,
        cached_input=usage.cached_tokens_in,
        cache_write=usage.cache_write_tokens,
        reasoning=usage.reasoning_tokens,
        input_audio=usage.audio_tokens_in,
        output_audio=usage.audio_tokens_out,
        cache_write_long=usage.cache_write_long_tokens,
        images=usage.images,
    )


def _lines(usage: Usage, version: str | None, unit_prices: str | None) -> tuple[LedgerLine, ...]:
    if version is None or unit_prices is None or usage.usage_source not in COUNTED:
        return ()
    return tuple(
        LedgerLine(
            kind=charge.kind,
            count=charge.count,
            price=charge.price,
            unit=_UNITS.get(charge.kind, "million tokens"),
            micro_dollars=charge.micro_dollars,
        )
        for charge in charges(counted(usage), PriceTable.from_text(version, unit_prices))
    )


def _large_above(usage: Usage, version: str | None, unit_prices: str | None) -> int | None:
    if version is None or unit_prices is None:
        return None
    above = PriceTable.from_text(version, unit_prices).large_above
    return above if above is not None and usage.tokens_in > above else None
