from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passgate.contracts.inference_config import PriceTable
from passgate.contracts.usage_record import TokenUsage
from passgate.inference.pricing import CallPrice


def cost(usage: dict[str, int], **prices: Any) -> int:
    return CallPrice(PriceTable(version="1", **prices)).cost(TokenUsage(**usage))


@pytest.mark.parametrize(
    ("usage", "prices", "micro_dollars"),
    [
        ({"input": 1_000_000}, {"input": "3"}, 3_000_000),
        ({"input": 1000, "output": 100}, {"input": "2.50", "output": "10"}, 3500),
        ({"input": 1000, "cached_input": 400}, {"input": "2", "cached_input": "0.5"}, 1400),
        ({"input": 1000, "cached_input": 400}, {"input": "2"}, 2000),
        ({"input": 1000, "cached_input": 400}, {"input": "2", "cached_input": "0"}, 1200),
        ({"input": 1000, "cache_write": 600}, {"input": "3", "cache_write": "3.75"}, 1200 + 2250),
        ({"input": 100, "input_audio": 40}, {"input": "1", "input_audio": "10"}, 460),
        ({"output": 100, "output_audio": 40}, {"output": "2", "output_audio": "20"}, 920),
        ({"output": 100, "reasoning": 90}, {"output": "2"}, 200),
        ({"input": 1}, {"input": "0.5"}, 0),  # half a micro-dollar goes to the even neighbour
        ({"input": 3}, {"input": "0.5"}, 2),
        ({}, {"request": "5"}, 5000),
        ({"input": 10}, {"input": "1", "request": "0.001"}, 11),
        ({"input": 10, "output": 10}, {}, 0),
    ],
)
def test_cost(usage: dict[str, int], prices: dict[str, str], micro_dollars: int) -> None:
    assert cost(usage, **prices) == micro_dollars


def test_it_is_rounded_once_and_not_kind_by_kind() -> None:
    assert cost({"input": 1, "output": 1}, input="0.3", output="0.3") == 1


@given(
    st.integers(0, 10**7),
    st.integers(0, 10**7),
    st.integers(0, 10**7),
    st.integers(0, 10**7),
    st.decimals("0", "100", places=4),
)
def test_kinds_that_overlap_are_never_charged_twice(
    total: int, cached: int, written: int, audio: int, price: Decimal
) -> None:
    usage = {"input": total, "cached_input": cached, "cache_write": written, "input_audio": audio}
    most = cost(usage, input=price, cached_input=price / 2, cache_write=price, input_audio=price)
    assert most <= cost({"input": total}, input=price)
