"""Limits in people's words, and amounts as people write them."""

from decimal import Decimal, InvalidOperation

from passgate.contracts.limits import LimitMeasure, LimitWindow
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.money import format_dollars, to_micro_dollars
from passgate.publishing.limits.schemas import LimitView

MEASURES: dict[str, str] = {
    "money|day": "Money per day",
    "money|week": "Money per week",
    "money|month": "Money per month",
    "money|total": "Money in total",
    "requests|minute": "Calls per minute",
    "tokens|minute": "Tokens per minute",
    "parallel|none": "Calls at the same time",
}
"""What can be limited, by measure and window."""


def measure_of(measure: LimitMeasure, window: LimitWindow) -> str:
    """What is limited, in words."""
    return MEASURES[f"{measure}|{window}"]


def held_by(limit: LimitView) -> str:
    """What the limit is on, in words."""
    return f"{limit.scope.capitalize()} {limit.target_name}"


def amount_of(measure: LimitMeasure, amount: int) -> str:
    """The amount as people read it."""
    return format_dollars(amount) if measure == "money" else f"{amount:,}"


def read_amount(measure: str, text: str) -> int:
    """The amount as the service takes it: micro-dollars where money is limited.

    Raises:
        InvalidInputError: no number, a negative one, or parts of what has none.
    """
    try:
        number = Decimal(text.replace(",", "").lstrip("$"))
    except InvalidOperation:
        number = Decimal(-1)
    whole = to_micro_dollars(number) if measure == "money" and number.is_finite() else number
    if not number.is_finite() or number < 0 or whole != int(whole):
        kind = "an amount in dollars, such as 20 or 0.50" if measure == "money" else "a whole number"
        raise InvalidInputError(f"amount: give {kind}.", field="amount")
    return int(whole)


def read_percents(text: str) -> tuple[int, ...]:
    """Shares as people write them, such as ``80, 100``.

    Raises:
        InvalidInputError: something else than whole numbers with commas between.
    """
    try:
        return tuple(sorted({int(part.strip(" %")) for part in text.split(",") if part.strip()}))
    except ValueError:
        raise InvalidInputError("Give whole numbers, such as 80, 100.", field="alert_percents") from None
