"""JSON as a token may hold it: one object, UTF-8, every key once, only numbers that are numbers."""

import json
from typing import Any, NoReturn


def strict_object(data: bytes) -> dict[str, Any]:
    """The object.

    Raises:
        ValueError: not UTF-8, not JSON (RFC 8259), not an object, a key twice at any depth, NaN or Infinity, half a
            surrogate pair, or too deep.
    """
    try:
        found = _DECODER.decode(data.decode("utf-8"))
        if b"\\u" in data:  # nothing else can make half a surrogate pair, which cannot be encoded
            json.dumps(found, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one kind of error for whatever the bytes hold
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
