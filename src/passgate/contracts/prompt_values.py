"""What a caller may give for a prompt's variables, and how each value is written into a template."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from passgate.contracts.prompt import PromptVariable, VariableKind

IMAGE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""Those that every vendor with pictures takes."""
LONGEST_URL = 8_192
_IMAGE = re.compile(rf"data:(?:{'|'.join(IMAGE_TYPES)});base64,", re.IGNORECASE)
_WEB = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)


class ValuesError(ValueError):
    """Values break rules of their variables.

    Attributes:
        faults: the variables at fault, each with the rule that it breaks.
    """

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"'{name}' {rule}" for name, rule in faults))
        self.faults = tuple(faults)


def checked_values(variables: Sequence[PromptVariable], given: Mapping[str, Any]) -> dict[str, Any]:
    """The value of every variable, defaults included; null is a value that was not given.

    Raises:
        ValuesError: at least one is missing, of the wrong kind or out of bounds, or there is no such variable.
    """
    faults = [(name, "is no variable of this prompt") for name in given if name not in {v.name for v in variables}]
    values: dict[str, Any] = {}
    for variable in variables:
        value = given.get(variable.name)
        if value is None:
            value = variable.default
            if value is None and variable.required:
                faults.append((variable.name, "is required"))
        else:
            rule = broken_rule(variable, value)
            if rule is not None:
                faults.append((variable.name, rule))
        values[variable.name] = value
    if faults:
        raise ValuesError(faults)
    return values


def broken_rule(variable: PromptVariable, value: object) -> str | None:
    """The rule that a value breaks, as the end of a sentence about it; None where it breaks none."""
    return _RULES[variable.kind](variable, value)


def _text(variable: PromptVariable, value: object) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    if not value and variable.required:
        return "must not be empty"
    if variable.max_length is not None and len(value) > variable.max_length:
        return f"must have at most {variable.max_length} characters; it has {len(value)}"
    return None


def _number(variable: PromptVariable, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "must be a number"
    if variable.minimum is not None and value < variable.minimum:
        return f"must be at least {variable.minimum:g}"
    if variable.maximum is not None and value > variable.maximum:
        return f"must be at most {variable.maximum:g}"
    return None


def _boolean(_: PromptVariable, value: object) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _choice(variable: PromptVariable, value: object) -> str | None:
    return None if value in variable.choices else f"must be one of {', '.join(variable.choices)}"


def _list(variable: PromptVariable, value: object) -> str | None:
    if not isinstance(value, list):
        return "must be a list"
    if not value and variable.required:
        return "must not be empty"
    if variable.max_length is not None and len(value) > variable.max_length:
        return f"must have at most {variable.max_length} entries; it has {len(value)}"
    for place, entry in enumerate(value):
        if isinstance(entry, bool) or not isinstance(entry, str | int | float):
            return f"must hold strings or numbers only; entry {place} is neither"
    return None


def _image(_: PromptVariable, value: object) -> str | None:
    if not isinstance(value, str):
        return "must be the URL of an image, or a data URL"
    if value[:5].lower() != "data:":
        fits = len(value) <= LONGEST_URL and _WEB.fullmatch(value) is not None
        return None if fits else "must be an http(s) URL or a data URL"
    head = _IMAGE.match(value)
    if head is None:
        return f"must be a base64 data URL of {', '.join(IMAGE_TYPES)}"
    try:
        empty = not base64.b64decode(value[head.end() :], validate=True)
    except (binascii.Error, ValueError):
        return "holds no valid base64"
    return "holds no image" if empty else None


_RULES: dict[VariableKind, Callable[[PromptVariable, object], str | None]] = {
    "text": _text,
    "number": _number,
    "boolean": _boolean,
    "enum": _choice,
    "list": _list,
    "image": _image,
}


def value_text(value: object) -> str:
    """A value as it stands in a text: numbers as JSON writes them, a list as lines, what was not given as nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(f"- {value_text(entry)}" for entry in value)
    return json.dumps(value)
