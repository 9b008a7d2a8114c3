"""Money: integer micro-dollars where it is stored, Decimal where it is reckoned, never a float."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import NewType

MicroDollars = NewType("MicroDollars", int)
"""Millionths of a US dollar."""

_MICRO = Decimal(1_000_000)


def to_micro_dollars(dollars: Decimal) -> MicroDollars:
    """Dollars as whole micro-dollars, halves to the even neighbour."""
    return MicroDollars(int((dollars * _MICRO).to_integral_value(rounding=ROUND_HALF_EVEN)))


def to_dollars(amount: int) -> Decimal:
    """Micro-dollars as dollars, exact."""
    return Decimal(amount) / _MICRO


def format_dollars(amount: int) -> str:
    """Micro-dollars as people read them: cents from a dollar up, as many places as it takes below."""
    dollars = to_dollars(amount)
    if amount == 0:
        return "$0"
    if abs(dollars) >= 1:
        return f"${dollars:,.2f}"
    return f"${dollars:.6f}".rstrip("0")
