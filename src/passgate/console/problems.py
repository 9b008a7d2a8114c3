"""The one place that turns a refusal into words on a page."""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from passgate.kernel.errors import PassgateError

_RULE_PREFIXES = ("Value error, ", "Assertion failed, ")
_PLAIN = dict.fromkeys(("int_parsing", "int_type", "int_from_float"), "A whole number is needed.") | dict.fromkeys(
    ("float_parsing", "float_type", "decimal_parsing"), "A number is needed."
)
_PLAIN |= dict.fromkeys(
    ("datetime_from_date_parsing", "datetime_parsing", "date_from_datetime_parsing", "date_parsing"),
    "Give a day such as 2027-06-30, or a moment such as 2027-06-30 14:00.",
)
"""Kinds of problems whose own words speak of parsing."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, and in which field."""

    message: str
    field: str | None = None


def problems_of(error: PassgateError | ValidationError) -> list[Problem]:
    """The problems that an error names: one, or one a field."""
    if isinstance(error, PassgateError):
        return [Problem(_sentence(error.message), error.field)]
    return [
        Problem(_words_of(item), ".".join(str(part) for part in item["loc"]) or None)
        for item in error.errors(include_url=False)
    ]


def by_field(problems: Iterable[Problem], fields: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Problems sorted to the fields of a form, the first of each; and those that belong to none of them."""
    known = set(fields)
    inline: dict[str, str] = {}
    others: list[str] = []
    for problem in problems:
        name = next((part for part in _candidates(problem.field) if part in known), None)
        if name is None:
            others.append(problem.message)
        else:
            inline.setdefault(name, problem.message)
    return inline, others


def _candidates(path: str | None) -> list[str]:
    """A dotted path itself, then its leading parts: ``models.3`` belongs to the field ``models``."""
    if path is None:
        return []
    parts = path.split(".")
    return [".".join(parts[:count]) for count in range(len(parts), 0, -1)]


def _words_of(item: ErrorDetails) -> str:
    if item["type"] == "missing" or (item["type"] == "string_too_short" and item["input"] == ""):
        return "This is needed."
    if item["type"] in _PLAIN:
        return _PLAIN[item["type"]]
    return _sentence(_without_prefix(item["msg"]))


def _without_prefix(text: str) -> str:
    for prefix in _RULE_PREFIXES:
        text = text.removeprefix(prefix)
    return text


def _sentence(text: str) -> str:
    text = text.strip()
    if not text:
        return "Something is wrong here."
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?:" else f"{text}."
