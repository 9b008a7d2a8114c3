from decimal import Decimal

import pytest

from passgate.kernel.money import format_dollars, to_dollars, to_micro_dollars


def test_dollars_and_micro_dollars_are_exact_both_ways() -> None:
    assert to_micro_dollars(Decimal("12.345678")) == 12_345_678
    assert to_dollars(12_345_678) == Decimal("12.345678")


@pytest.mark.parametrize(("dollars", "micro"), [("0.0000005", 0), ("0.0000015", 2), ("0.0000025", 2)])
def test_halves_go_to_the_even_neighbour(dollars: str, micro: int) -> None:
    assert to_micro_dollars(Decimal(dollars)) == micro


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "$0"), (1, "$0.000001"), (1_500, "$0.0015"), (1_234_560_000, "$1,234.56")]
)
def test_money_reads_well(amount: int, text: str) -> None:
    assert format_dollars(amount) == text
