"""Whether a document holds: by the standard's own schema (openapi-spec-validator), and by what a gate asks besides."""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jsonschema.exceptions import ValidationError
from jsonschema.validators import validator_for
from openapi_spec_validator import OpenAPIV2SpecValidator, OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from openapi_spec_validator.schemas import schema_v2, schema_v30, schema_v31
from openapi_spec_validator.validation.validators import SpecValidator
from referencing.exceptions import Unresolvable

from passgate.contracts.schema_pattern import longest_text
from passgate.publishing.openapi.faults import MOST_FAULTS, Fault, pointer, shortened
from passgate.publishing.openapi.operations import route_faults
from passgate.publishing.openapi.places import place_of
from passgate.publishing.openapi.walking import every_object, operations, value_at, version_of

MOST_OPERATIONS = 2_000
_WORD_ENDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_VALIDATORS: dict[str, tuple[type[SpecValidator], Mapping[str, Any]]] = {
    "2.0": (OpenAPIV2SpecValidator, schema_v2),
    "3.0": (OpenAPIV30SpecValidator, schema_v30),
    "3.1": (OpenAPIV31SpecValidator, schema_v31),
}


def faults_of(document: dict[str, Any]) -> list[Fault]:
    """All that is wrong with a document, up to a bound; empty: nothing."""
    version = version_of(document)
    if version is None:
        said = document.get("openapi", document.get("swagger"))
        text = f"OpenAPI 3.0, 3.1 or Swagger 2.0 is needed; this says {said!r}."
        place = next((f"/{key}" for key in ("openapi", "swagger") if key in document), "")
        return [Fault(place=place, rule="version", detail=shortened(text))]
    # References come first: the validator would go and fetch what they name.
    found = list(_first(_reference_faults(document))) or list(_first(_size_faults(document)))
    if found:
        return found
    return list(_first(_by_the_standard(document, version))) or list(_first(route_faults(document)))


def unasked_patterns(document: dict[str, Any]) -> list[str]:
    """Places of patterns that the gate does not ask about, since their cost has no bound."""
    return [pointer([*path, "pattern"]) for path, value in every_object(document) if _is_unbounded(value)]


def _first(faults: Iterable[Fault]) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for fault in faults:
        if (fault.place, fault.detail) in seen:
            continue
        seen.add((fault.place, fault.detail))
        yield fault
        if len(seen) == MOST_FAULTS:
            return


def _reference_faults(document: dict[str, Any]) -> Iterator[Fault]:
    for path, value in every_object(document):
        reference = value.get("$ref")
        if not isinstance(reference, str) or (path and path[-1] in {"properties", "example", "value", "default"}):
            continue
        place = pointer([*path, "$ref"])
        if not reference.startswith("#"):
            text = f"It refers to {reference!r}; a document must hold all that it refers to."
            yield Fault(place=place, rule="remote_reference", detail=shortened(text))
        elif reference != "#" and value_at(document, reference) is None:
            yield Fault(place=place, rule="reference", detail=shortened(f"There is nothing at {reference!r}."))


def _size_faults(document: dict[str, Any]) -> Iterator[Fault]:
    count = sum(1 for _ in operations(document))
    if count > MOST_OPERATIONS:
        text = f"It has {count} operations; {MOST_OPERATIONS} are allowed."
        yield Fault(place="/paths", rule="too_many_operations", detail=text)


def _by_the_standard(document: dict[str, Any], version: str) -> Iterator[Fault]:
    asked = document
    if unasked_patterns(document):
        # The validator holds defaults and examples to their patterns, some of which would never end.
        asked = copy.deepcopy(document)
        for _, value in every_object(asked):
            if _is_unbounded(value):
                del value["pattern"]
    kind, schema = _VALIDATORS[version]
    validator = kind(asked)
    try:
        # Not by its iter_errors, which keeps every validator, and its document, for ever; and always by jsonschema,
        # since what it takes where jsonschema-rs is installed too names no rules.
        misshapen = [_fault(error) for error in validator_for(schema)(schema).iter_errors(asked)]
        if misshapen:
            yield from misshapen
            return
        for error in validator.root_validator(validator.schema_path):
            fault = _fault(error)
            yield fault if fault.place else fault.model_copy(update={"place": place_of(asked, error)})
    except Unresolvable as error:
        yield Fault(place="", rule="reference", detail=shortened(f"A reference leads nowhere: {error}"))
    except RecursionError:
        yield Fault(place="", rule="too_deep", detail="Its schemas are nested too deep.")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # The validator expects the standard's shape where the schema above has just found another.
        yield Fault(
            place="", rule="shape", detail=shortened(f"A part has not the form that the standard asks: {error}")
        )


def _is_unbounded(value: dict[str, Any]) -> bool:
    pattern = value.get("pattern")
    return isinstance(pattern, str) and longest_text(pattern) == 0


def _fault(error: Exception) -> Fault:
    if isinstance(error, ValidationError):
        narrow = _narrowed(error)
        rule = narrow.validator if isinstance(narrow.validator, str) and narrow.validator else _rule(narrow)
        return Fault(place=pointer(narrow.absolute_path), rule=rule, detail=shortened(narrow.message))
    return Fault(place="", rule=_rule(error), detail=shortened(str(error)))


def _narrowed(error: ValidationError) -> ValidationError:
    """Of alternatives none of which holds, what is wrong with that which came nearest."""
    while error.context:
        deepest = max(error.context, key=lambda one: (len(one.absolute_path), one.validator != "required"))
        if deepest.validator == "required" and "$ref" in deepest.message:
            others = [one for one in error.context if "$ref" not in one.message]
            deepest = max(others, key=lambda one: len(one.absolute_path)) if others else deepest
        error = deepest
    return error


def _rule(error: Exception) -> str:
    name = type(error).__name__.removesuffix("Error")
    return _WORD_ENDS.sub("_", name).lower()
