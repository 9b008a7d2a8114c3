"""What a call is charged for: how much of each kind, at which price. The one rule of reckoning, for ledger and gate."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

from passgate.contracts.inference_config import PriceTable
from passgate.contracts.usage_record import TokenUsage
from passgate.kernel.money import MicroDollars

ChargeKind = Literal[
    "input",
    "cached_input",
    "cache_write",
    "cache_write_long",
    "input_audio",
    "output",
    "reasoning",
    "output_audio",
    "request",
    "image",
]
_NOTHING = Decimal(0)
_MICRO_PER_CALL = Decimal(1000)
"""A price of x dollars per thousand calls is 1,000 x micro-dollars per call."""
_MICRO_PER_IMAGE = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Charge:
    """Some of one kind, and what it costs. A token is charged once, under the most special kind that it is of."""

    kind: ChargeKind
    count: int
    price: Decimal
    """Dollars per million tokens, per thousand calls, or per picture: as price tables say it."""
    micro_dollars: Decimal
    """Unrounded."""


def charges(usage: TokenUsage, table: PriceTable) -> list[Charge]:
    """The charges of one call; kinds of which there is nothing are left out."""
    table = table.at(usage.input)
    plain_in, plain_out = table.input or _NOTHING, table.output or _NOTHING
    short = _first(table.cache_write, plain_in)
    into, out = usage.input, usage.output
    cached = min(usage.cached_input, into)
    written = min(usage.cache_write, into - cached)
    long = min(usage.cache_write_long, written)
    heard = min(usage.input_audio, into - cached - written)
    said = min(usage.output_audio, out)
    thought = min(usage.reasoning, out - said) if table.reasoning is not None else 0
    tokens: tuple[tuple[ChargeKind, int, Decimal], ...] = (
        ("input", into - cached - written - heard, plain_in),
        ("cached_input", cached, _first(table.cached_input, plain_in)),
        ("cache_write", written - long, short),
        ("cache_write_long", long, _first(table.cache_write_long, short)),
        ("input_audio", heard, _first(table.input_audio, plain_in)),
        ("output", out - said - thought, plain_out),
        ("reasoning", thought, _first(table.reasoning, plain_out)),
        ("output_audio", said, _first(table.output_audio, plain_out)),
    )
    found = [Charge(kind, count, price, count * price) for kind, count, price in tokens if count]
    if table.request:
        found.append(Charge("request", 1, table.request, table.request * _MICRO_PER_CALL))
    if usage.images:
        price = table.image or _NOTHING
        found.append(Charge("image", usage.images, price, usage.images * price * _MICRO_PER_IMAGE))
    return found


def cost_of(found: list[Charge]) -> MicroDollars:
    """All of them together, rounded once; half a micro-dollar goes to the even neighbour."""
    total = sum((charge.micro_dollars for charge in found), _NOTHING)
    return MicroDollars(int(total.to_integral_value(rounding=ROUND_HALF_EVEN)))


def _first(price: Decimal | None, otherwise: Decimal) -> Decimal:
    """A price of zero is a price; only an unknown one gives way."""
    return otherwise if price is None else price
