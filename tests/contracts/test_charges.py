"""The ledger's reckoning is the gate's."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from passgate.contracts.charges import charges, cost_of
from passgate.contracts.inference_config import LARGE_PROMPT, PriceTable
from passgate.contracts.usage_record import TokenUsage
from passgate.inference.pricing import CallPrice

_COUNTS = ("input", "output", "cached_input", "cache_write", "reasoning", "input_audio", "output_audio")
_PRICES = ("input", "output", "cached_input", "cache_write", "cache_write_long", "reasoning", "input_audio")
counts = st.fixed_dictionaries(dict.fromkeys((*_COUNTS, "cache_write_long", "images"), st.integers(0, 10**6)))
prices = st.fixed_dictionaries(
    dict.fromkeys(
        (*_PRICES, "output_audio", "request", "image"), st.none() | st.decimals("0", "90", places=6).map(Decimal)
    )
)


large = st.fixed_dictionaries(
    dict.fromkeys(LARGE_PROMPT[1:], st.none() | st.decimals("0", "90", places=6).map(Decimal))
    | {"large_above": st.none() | st.integers(0, 10**6)}
)


@given(counts, prices, large)
def test_an_entry_explains_to_the_micro_dollar_what_the_gate_charged(
    counted: dict[str, int], figures: dict[str, Decimal | None], dearer: dict[str, Any]
) -> None:
    usage, table = TokenUsage(**counted), PriceTable(version="1", **figures, **dearer)
    assert cost_of(charges(usage, PriceTable.from_text("1", table.as_text()))) == CallPrice(table).cost(usage)


def test_every_token_is_charged_once_under_its_most_special_kind() -> None:
    usage = TokenUsage(
        input=1000, cached_input=400, cache_write=300, cache_write_long=100, output=90, reasoning=50, images=2
    )
    price = PriceTable(
        version="own",
        input=Decimal(3),
        output=Decimal(15),
        cached_input=Decimal("0.3"),
        cache_write=Decimal("3.75"),
        cache_write_long=Decimal(6),
        request=Decimal(5),
        image=Decimal("0.04"),
    )
    assert [(one.kind, one.count, one.micro_dollars) for one in charges(usage, price)] == [
        ("input", 300, 900),
        ("cached_input", 400, 120),
        ("cache_write", 200, 750),
        ("cache_write_long", 100, 600),
        ("output", 90, 1350),
        ("request", 1, 5000),
        ("image", 2, 80_000),
    ]
