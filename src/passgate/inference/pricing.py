"""What a call costs, from what the vendor reported and the deployment's prices."""

from decimal import Decimal

from passgate.contracts.inference_config import PriceTable
from passgate.contracts.usage_record import TokenUsage
from passgate.kernel.money import MicroDollars, to_micro_dollars

_NOTHING = Decimal(0)
_CALLS_PER_UNIT = Decimal(1000)
_MILLION_PLACES = -6


class CallPrice:
    """A price table, made ready for reckoning.

    A price of x dollars per million tokens is x micro-dollars per token, so the sums below are in micro-dollars;
    they are rounded once, at the end.
    """

    def __init__(self, table: PriceTable) -> None:
        self.version = table.version
        self._input = table.input or _NOTHING
        self._output = table.output or _NOTHING
        self._cached = _first(table.cached_input, self._input)
        self._cache_write = _first(table.cache_write, self._input)
        self._input_audio = _first(table.input_audio, self._input)
        self._output_audio = _first(table.output_audio, self._output)
        self._special_input = not self._cached == self._cache_write == self._input_audio == self._input
        self._special_output = self._output_audio != self._output
        self._call = to_micro(table.request) / _CALLS_PER_UNIT if table.request else _NOTHING

    def cost(self, usage: TokenUsage) -> MicroDollars:
        """The cost of a call that used this."""
        total = self._call
        total += self._input_cost(usage) if self._special_input else usage.input * self._input
        total += self._output_cost(usage) if self._special_output else usage.output * self._output
        return to_micro_dollars(total.scaleb(_MILLION_PLACES))

    def _input_cost(self, usage: TokenUsage) -> Decimal:
        """Each token is charged once: kinds that overlap in the vendor's report never add up to more than the total."""
        rest = usage.input
        cached = min(usage.cached_input, rest)
        rest -= cached
        written = min(usage.cache_write, rest)
        rest -= written
        audio = min(usage.input_audio, rest)
        rest -= audio
        plain = rest * self._input
        return plain + cached * self._cached + written * self._cache_write + audio * self._input_audio

    def _output_cost(self, usage: TokenUsage) -> Decimal:
        audio = min(usage.output_audio, usage.output)
        return (usage.output - audio) * self._output + audio * self._output_audio


def to_micro(dollars: Decimal) -> Decimal:
    """Dollars as micro-dollars, unrounded."""
    return dollars.scaleb(-_MILLION_PLACES)


def _first(price: Decimal | None, otherwise: Decimal) -> Decimal:
    """A price of zero is a price; only an unknown one gives way."""
    return otherwise if price is None else price
