"""JSON Schema 2020-12 for what callers send: the field's validator, with a bound on each of its costs.

Patterns are asked as far as :func:`passgate.contracts.schema_pattern.longest_text` allows. Alternatives that refer to
each other can double the work with every level of a document, so references are counted.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from passgate.contracts.schema_pattern import longest_text

_LEFT: ContextVar[list[int]] = ContextVar("left")
_FEW = 5_000
_BYTES_A_REFERENCE = 8
_FORMATS = FormatChecker(formats=("email", "ipv4", "ipv6"))


class TooComplexError(Exception):
    """A document that would take longer to judge than one of its size may."""


@_FORMATS.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or (len(value) == 10 and bool(date.fromisoformat(value)))  # noqa: PLR2004 - RFC 3339


@_FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@_FORMATS.checks("uuid", raises=ValueError)
def _is_uuid(value: object) -> bool:
    return not isinstance(value, str) or str(UUID(value)) == value.lower()


@_FORMATS.checks("int32")
def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


@_FORMATS.checks("int64")
def _is_int64(value: object) -> bool:
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def validator_of(defs: Mapping[str, Any]) -> Validator:
    """A validator whose schemas may refer to ``#/$defs``; ``evolve(schema=…)`` makes one of a schema."""
    made: Validator = _VALIDATOR({"$defs": dict(defs)}, format_checker=_FORMATS)
    return made


def first_error(validator: Validator, schema: Any, value: Any, size: int) -> ValidationError | None:  # noqa: ANN401 - JSON
    """The first rule that a value breaks, where alternatives fail that of the nearest one; None: none.

    Args:
        validator: of the document.
        schema: what the value must be.
        value: what came.
        size: bytes in which it came.

    Raises:
        TooComplexError: it cannot be told within the bound.
    """
    with counted(size):
        found = next(iter(validator.evolve(schema=schema).iter_errors(value)), None)
    while found is not None and found.context:
        found = max(found.context, key=lambda one: len(one.absolute_path))
    return found


@contextmanager
def counted(size: int) -> Iterator[None]:
    """Within, references are followed only so often as a value of that size may need.

    Raises:
        TooComplexError: it was too often, or too deep.
    """
    token = _LEFT.set([_FEW + size // _BYTES_A_REFERENCE])
    try:
        yield
    except RecursionError:
        raise TooComplexError from None
    finally:
        _LEFT.reset(token)


def _counting(keyword: str) -> Callable[..., Iterator[ValidationError]]:
    def follow(validator: Any, reference: str, instance: Any, schema: Any) -> Iterator[ValidationError]:  # noqa: ANN401
        left = _LEFT.get()
        left[0] -= 1
        if left[0] < 0:
            raise TooComplexError
        yield from Draft202012Validator.VALIDATORS[keyword](validator, reference, instance, schema)

    return follow


def _matches(pattern: str, text: str) -> bool | None:
    """Whether the pattern is found in a text; None: it is not asked."""
    most = longest_text(pattern)
    return bool(re.search(pattern, text)) if most and len(text) <= most else None


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:  # noqa: ANN401
    del validator, schema
    if isinstance(instance, str) and _matches(pattern, instance) is False:
        yield ValidationError(f"{instance[:50]!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:  # noqa: ANN401
    del schema
    if not isinstance(instance, dict):
        return
    for pattern, subschema in patterns.items():
        for key, value in instance.items():
            if _matches(pattern, key):
                yield from validator.descend(value, subschema, path=key, schema_path=pattern)


def _additional(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:  # noqa: ANN401
    """What no pattern takes is judged as ever; the library would ask all patterns of keys of any length."""
    patterns = schema.get("patternProperties", {})
    if patterns and isinstance(instance, dict):
        # A key that a pattern was not asked about may be the pattern's.
        instance = {
            key: value for key, value in instance.items() if all(_matches(one, key) is False for one in patterns)
        }
        schema = {name: value for name, value in schema.items() if name != "patternProperties"}
    yield from Draft202012Validator.VALIDATORS["additionalProperties"](validator, wanted, instance, schema)


def _unique(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:  # noqa: ANN401
    del validator, schema
    if wanted and isinstance(instance, list):
        texts = {orjson.dumps(one, option=orjson.OPT_SORT_KEYS) for one in instance}
        if len(texts) < len(instance):
            yield ValidationError("its items are not all different")


COUNTING_VALIDATOR = extend(  # type: ignore[no-untyped-call]  # its types are not complete
    Draft202012Validator, {keyword: _counting(keyword) for keyword in ("$ref", "$dynamicRef")}
)
"""The field's validator, to be used within :func:`counted`."""

_VALIDATOR = extend(  # type: ignore[no-untyped-call]  # as above
    COUNTING_VALIDATOR,
    {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional,
        "uniqueItems": _unique,
    },
)
