"""Figures and names as people read them."""

from decimal import Decimal

import pytest

from passgate.console.formatting import byte_count, compact, counted, initials, milliseconds, per_million, percentage


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (1000, "1k"), (1_540, "1.5k"), (2_000_000, "2M"), (3_210_000_000, "3.2B")],
)
def test_compact(number: int, text: str) -> None:
    assert compact(number) == text


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [(1, "entry", "1 entry"), (1_200, "entry", "1,200 entries"), (2, "key", "2 keys"), (0, "call", "0 calls")],
)
def test_counted(number: int, noun: str, text: str) -> None:
    assert counted(number, noun) == text


@pytest.mark.parametrize(
    ("price", "text"),
    [
        (None, ""),
        ("3", "$3.00"),
        ("0.6", "$0.60"),
        ("0.075", "$0.075"),
        ("15.00", "$15.00"),
        ("1E+2", "$100.00"),
        ("0", "$0.00"),
    ],
)
def test_price_per_million(price: str | None, text: str) -> None:
    assert per_million(None if price is None else Decimal(price)) == text


def test_shares_and_durations() -> None:
    assert [percentage(0, 9), percentage(1, 3), percentage(1, 5000), percentage(1, 0)] == ["0%", "33.3%", "<0.1%", "0%"]
    assert [milliseconds(12.4), milliseconds(1500), milliseconds(30_000), milliseconds(None)] == [
        "12 ms",
        "1.50 s",
        "30 s",
        "",
    ]
    assert [byte_count(12), byte_count(2300)] == ["12 B", "2.3kB"]


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ada Lovelace", "AL"), ("OpenAI", "Op"), ("Alibaba Cloud Model Studio (Qwen)", "AC"), ("7", "7"), ("Z.ai", "ZA")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters
