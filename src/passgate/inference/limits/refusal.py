"""A call over a limit: which one, its window, and when it is worth while to try again."""

from datetime import UTC, datetime
from http import HTTPStatus

from passgate.inference.limits.limit import Ask
from passgate.kernel.errors import PassgateError
from passgate.kernel.money import format_dollars

_NO_PLACE_SECONDS = 1
"""Nobody knows when a call under way will end."""
_LATEST_SECONDS = 10**9
_WINDOWS = {"minute": "a minute", "day": "a day", "week": "a week", "month": "a month", "total": "in all"}
_WHOSE = {"token": "token", "application": "application", "team": "team", "user": "user", "model": "model"}


class RateLimitError(PassgateError):
    """Too many calls or tokens in a minute, or calls at the same time."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "rate_limit_exceeded"


class BudgetError(PassgateError):
    """The money is spent, or would be by this call."""

    status = HTTPStatus.PAYMENT_REQUIRED
    code = "budget_exhausted"


class CountersUnavailableError(PassgateError):
    """The shared counters cannot be reached, and this gate is told to refuse then."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "limits_unavailable"


def refusal_of(refused: Ask, now: float) -> tuple[PassgateError, int | None]:
    """The error for the caller, and the seconds to wait; None: waiting does not help."""
    limit = refused.limit
    wait = _seconds_to_reset(refused, now)
    whose = f"the {_WHOSE.get(limit.scope, limit.scope)}" + (" itself" if limit.from_token else "")
    named = f"'{limit.name}' for {whose}"
    when = "" if wait is None or limit.measure == "parallel" else f" It resets at {_moment(limit.end)}, in {wait} s."
    if limit.measure == "money":
        return BudgetError(
            f"The budget {named} is {format_dollars(refused.share)} {_WINDOWS[limit.window]}: "
            f"{format_dollars(refused.used)} is spent or reserved, and this call may cost up to "
            f"{format_dollars(refused.amount)}.{when or ' It does not reset.'}"
        ), wait
    if limit.measure == "parallel":
        return RateLimitError(
            f"The limit {named} is {refused.share} calls at the same time, and {refused.used} are under way."
        ), wait
    asked = "" if limit.measure == "requests" else f", and this call may use up to {refused.amount}"
    return RateLimitError(
        f"The limit {named} is {refused.share} {limit.measure} a minute: "
        f"{refused.used} are used or reserved{asked}.{when}"
    ), wait


def _seconds_to_reset(refused: Ask, now: float) -> int | None:
    limit = refused.limit
    if limit.measure == "parallel":
        return _NO_PLACE_SECONDS
    seconds = int(limit.end - now) + 1
    return seconds if seconds < _LATEST_SECONDS else None


def _moment(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
