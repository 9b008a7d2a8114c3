"""JSON as text: strict reading, writing that loses no digit, and the smallest possible edit of a body."""

import json
import re
from typing import Any, TypeAlias

import orjson

Json: TypeAlias = Any
"""JSON of others has any shape."""

MAX_DEPTH = 200
"""Levels of nesting in what is written anew; the writer itself ends at 254."""
_EXACT = 2**63
"""An integer beyond 64 bits has been read as a float of at least this size."""
_ESCAPED_MODEL_LETTER = re.compile(rb"\\u006[45cdfCDF]")
"""An escape that may spell a letter of ``model``: only then can the key stand there without its plain spelling."""
_MODEL_VALUE = re.compile(rb'"model"[ \t\r\n]*:[ \t\r\n]*("(?:[^"\\]|\\.)*")')


def read_json(text: bytes | str) -> Json:
    """Read strict JSON (RFC 8259): UTF-8, no NaN, no lone surrogate, at most 1024 levels.

    Raises:
        ValueError: the text is not JSON.
    """
    return orjson.loads(text)


def read_exact(text: bytes | str) -> Json:
    """Read JSON that is to be written anew: integers of any length stay exact, and it is not nested too deeply.

    Numbers with a fraction are doubles, as everywhere in JSON's world (RFC 8259, section 6).

    Raises:
        ValueError: the text is not JSON, or has more than ``MAX_DEPTH`` levels.
    """
    document = orjson.loads(text)
    return json.loads(text) if _has_long_integer(document) else document


def _has_long_integer(document: object) -> bool:
    found = False
    level: list[Any] = [document]
    depth = 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
        below: list[Any] = []
        for value in level:
            kind = type(value)  # the reader gives these very types, and text most often
            if kind is str:
                continue
            if kind is dict:
                below.extend(value.values())
            elif kind is list:
                below.extend(value)
            elif kind is float and abs(value) >= _EXACT:
                found = True
        level = below
    return found


def write_json(document: object) -> bytes:
    """Write compact JSON; integers beyond 64 bits by way of the standard library."""
    try:
        return orjson.dumps(document)
    except TypeError:
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def names_model_once(body: bytes) -> bool:
    """Tell whether the text of an object that has a ``model`` names it exactly once, in plain letters.

    With one plain spelling and no escape that might spell it again, that one is the member at the top. Where it is
    not so, the body may hold two models, of which the gate would judge one and the vendor answer the other.
    """
    return body.count(b'"model"') == 1 and _ESCAPED_MODEL_LETTER.search(body) is None


def with_model(body: bytes, model: str) -> bytes | None:
    """Put another model name into the text of a body that names its model once; None where that is not possible."""
    match = _MODEL_VALUE.search(body)
    if match is None:
        return None
    return body[: match.start(1)] + orjson.dumps(model) + body[match.end(1) :]


def with_member(body: bytes, name: str, value: object) -> bytes:
    """Append a member to the text of an object that has at least one and does not have this one."""
    end = body.rindex(b"}")
    return body[:end] + b"," + orjson.dumps(name) + b":" + orjson.dumps(value) + body[end:]
