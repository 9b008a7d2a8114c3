"""Whether a document holds by the standard's own schema, as openapi-spec-validator has it.

In a file of its own since the validators weigh ten megabytes: a process loads them with the first document it checks,
and an agent never does.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema.exceptions import ValidationError
from jsonschema.validators import validator_for
from openapi_spec_validator import OpenAPIV2SpecValidator, OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from openapi_spec_validator.schemas import schema_v2, schema_v30, schema_v31
from openapi_spec_validator.validation.validators import SpecValidator
from referencing.exceptions import Unresolvable

from passgate.publishing.openapi.faults import Fault, pointer, shortened
from passgate.publishing.openapi.places import place_of
from passgate.publishing.openapi.unbounded_patterns import is_unbounded, unasked_patterns
from passgate.publishing.openapi.walking import every_object

_WORD_ENDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_VALIDATORS: dict[str, tuple[type[SpecValidator], Mapping[str, Any]]] = {
    "2.0": (OpenAPIV2SpecValidator, schema_v2),
    "3.0": (OpenAPIV30SpecValidator, schema_v30),
    "3.1": (OpenAPIV31SpecValidator, schema_v31),
}


def standard_faults(document: dict[str, Any], version: str) -> Iterator[Fault]:
    """What the standard of that version (``2.0``, ``3.0`` or ``3.1``) finds wrong with a document."""
    asked = document
    if unasked_patterns(document):
        # The validator holds defaults and examples to their patterns, some of which would never end.
        asked = copy.deepcopy(document)
        for _, value in every_object(asked):
            if is_unbounded(value):
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
