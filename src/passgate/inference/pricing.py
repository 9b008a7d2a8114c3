"""What a call costs, from what the vendor reported and the deployment's prices."""

from decimal import Decimal

from passgate.contracts.inference_config import PriceTable
from passgate.contracts.usage_record import TokenUsage
from passgate.kernel.money import MicroDollars

_NOTHING = Decimal(0)
_CALLS_PER_UNIT = Decimal(1000)
_MILLION_PLACES = -6


class CallPrice:
    """A price table, made ready for reckoning; it says what ``contracts/charges.py`` says, and faster.

    A price of x dollars per million tokens is x micro-dollars per token. Prices are held as whole numbers of the
    smallest part that any of them has, since Decimal costs a call five times the time; the sum is rounded once.
    """

    def __init__(self, table: PriceTable) -> None:
        self.version = table.version
        self.text = table.as_text()
        plain_in, plain_out = table.input or _NOTHING, table.output or _NOTHING
        short = _first(table.cache_write, plain_in)
        prices = (
            plain_in,
            plain_out,
            _first(table.cached_input, plain_in),
            short,
            _first(table.cache_write_long, short),
            _first(table.input_audio, plain_in),
            _first(table.output_audio, plain_out),
            _first(table.reasoning, plain_out),
            to_micro(table.request) / _CALLS_PER_UNIT if table.request else _NOTHING,
            to_micro(table.image) if table.image else _NOTHING,
        )
        self._large_above = table.large_above or 0
        self._large: CallPrice | None = None
        if table.large_above is not None:
            self._large = CallPrice(table.at(table.large_above + 1).model_copy(update={"large_above": None}))
        self._unit = 10 ** max(_places(price) for price in prices)
        whole = [int(price * self._unit) for price in prices]
        self._input, self._output, self._cached, self._cache_write, self._cache_write_long = whole[:5]
        self._input_audio, self._output_audio, self._reasoning, self._call, self._image = whole[5:]
        self._dearest_input = max(self._input, self._cached, self._cache_write, self._cache_write_long)
        self._dearest_output = max(self._output, self._reasoning)

    def cost(self, usage: TokenUsage) -> MicroDollars:
        """The cost of a call that used this; half a micro-dollar goes to the even neighbour."""
        if self._large is not None and usage.input > self._large_above:
            return self._large.cost(usage)
        whole, rest = divmod(
            self._call + self._input_cost(usage) + self._output_cost(usage) + usage.images * self._image, self._unit
        )
        up = rest * 2 > self._unit or (rest * 2 == self._unit and whole % 2 == 1)
        return MicroDollars(whole + up)

    def most(self, input_tokens: int, output_tokens: int) -> MicroDollars:
        """What a call costs at most that uses so many tokens, all of the dearest kind but audio; rounded up."""
        if self._large is not None and input_tokens > self._large_above:
            return self._large.most(input_tokens, output_tokens)
        total = self._call + input_tokens * self._dearest_input + output_tokens * self._dearest_output
        return MicroDollars(-(-total // self._unit))

    def _input_cost(self, usage: TokenUsage) -> int:
        """Each token is charged once: kinds that overlap in the vendor's report never add up to more than the total."""
        rest = usage.input
        if not (usage.cached_input or usage.cache_write or usage.input_audio):
            return rest * self._input
        cached = min(usage.cached_input, rest)
        rest -= cached
        written = min(usage.cache_write, rest)
        rest -= written
        audio = min(usage.input_audio, rest)
        rest -= audio
        long = min(usage.cache_write_long, written)
        writing = (written - long) * self._cache_write + long * self._cache_write_long
        return rest * self._input + cached * self._cached + writing + audio * self._input_audio

    def _output_cost(self, usage: TokenUsage) -> int:
        if not (usage.output_audio or usage.reasoning):
            return usage.output * self._output
        audio = min(usage.output_audio, usage.output)
        rest = usage.output - audio
        thought = min(usage.reasoning, rest)
        return (rest - thought) * self._output + thought * self._reasoning + audio * self._output_audio


def _places(price: Decimal) -> int:
    """How many decimal places it has."""
    exponent = price.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def to_micro(dollars: Decimal) -> Decimal:
    """Dollars as micro-dollars, unrounded."""
    return dollars.scaleb(-_MILLION_PLACES)


def _first(price: Decimal | None, otherwise: Decimal) -> Decimal:
    """A price of zero is a price; only an unknown one gives way."""
    return otherwise if price is None else price
