"""Careful reading of what vendors send: any shape may come, none may raise."""

from typing import Any

_FIRST_SUCCESS = 200
_AFTER_SUCCESS = 300
_LARGEST_COUNT = 2**53


def is_success(status: int) -> bool:
    """Tell whether a status means that the call succeeded."""
    return _FIRST_SUCCESS <= status < _AFTER_SUCCESS


def as_object(value: object) -> dict[str, Any]:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """The value where it is text, else an empty one."""
    return value if isinstance(value, str) else ""


def as_text_or_none(value: object) -> str | None:
    """The value where it is text that says something."""
    return value if isinstance(value, str) and value else None


def as_count(value: object) -> int:
    """The value where it is a sensible number of things, else 0; true is no number."""
    if type(value) is not int:
        if not isinstance(value, float) or not value.is_integer():
            return 0
        value = int(value)
    return value if 0 <= value <= _LARGEST_COUNT else 0
