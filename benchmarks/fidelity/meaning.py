"""What an exchange says, whatever the words of its format: plain values, compared aspect by aspect.

The readers of this package share no code with the gate: what they read is what the vendors' documentation says.
"""

import hashlib
import json
from typing import Any

Meaning = dict[str, Any]
"""Aspect (``text``, ``calls``, ``usage`` …) to a value that another format's reader finds equal; absent: unsaid."""


def said(aspects: Meaning) -> Meaning:
    """Without what says nothing."""
    return {name: value for name, value in aspects.items() if value not in (None, "", [], {}, ())}


def differing(wanted: Meaning, found: Meaning) -> tuple[str, ...]:
    """The aspects in which two meanings differ."""
    return tuple(sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)))


def arguments(told: object) -> Any:  # noqa: ANN401 - JSON of any shape
    """The value of a tool call's arguments; text that is no object's JSON as it stands."""
    if not isinstance(told, str):
        return {"_unparsed": told["_unparsed"]} if isinstance(told, dict) and "_unparsed" in told else (told or {})
    if not told.strip():
        return {}
    try:
        value = json.loads(told)
    except ValueError:
        return {"_unparsed": told}
    return value if isinstance(value, dict) else {"_unparsed": told}


def fingerprint(data: str) -> str:
    """Of content in base64, in either alphabet, whatever its padding."""
    plain = data.replace("-", "+").replace("_", "/").rstrip("=").replace("\n", "")
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def counts(**told: object) -> dict[str, int]:
    """Counts of tokens, without those that are nought."""
    return {name: value for name, value in told.items() if isinstance(value, int) and value}


def as_dict(value: object) -> dict[str, Any]:
    """The value where it is an object."""
    return value if isinstance(value, dict) else {}


def as_rows(value: object) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def finish(reason: object, classes: dict[str, str], *, called: bool) -> str | None:
    """The class of a reason to stop: ``stop``, ``length``, ``filter``, ``pause``; ``tools`` where tools are called."""
    if not isinstance(reason, str):
        return None
    found = classes.get(reason, "stop")
    return "tools" if called and found in {"stop", "tools"} else found
