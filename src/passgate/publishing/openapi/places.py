"""Where in a document something is wrong, for faults that the validator gives no path."""

from typing import Any

from jsonschema.exceptions import ValidationError
from openapi_spec_validator.validation.exceptions import (
    DuplicateOperationIDError,
    ParameterDuplicateError,
    UnresolvableParameterError,
)

from passgate.publishing.openapi.faults import pointer
from passgate.publishing.openapi.walking import every_object, operation_place, operations


def place_of(document: dict[str, Any], error: Exception) -> str:
    """The pointer of the place; empty: not known."""
    message = str(getattr(error, "message", error))
    if isinstance(error, DuplicateOperationIDError):
        return _second_of_that_id(document, message)
    if isinstance(error, UnresolvableParameterError | ParameterDuplicateError):
        return _operation_named(document, message)
    return _default_of(document, error) if isinstance(error, ValidationError) else ""


def _second_of_that_id(document: dict[str, Any], message: str) -> str:
    seen: set[object] = set()
    for path, method, _, operation in operations(document):
        name = operation.get("operationId")
        if name in seen and f"'{name}'" in message:
            return f"{operation_place(path, method)}/operationId"
        seen.add(name)
    return ""


def _operation_named(document: dict[str, Any], message: str) -> str:
    for path, method, _, _ in operations(document):
        if f"'{path}'" in message and f"'{method}'" in message:
            return operation_place(path, method)
    return ""


def _default_of(document: dict[str, Any], error: ValidationError) -> str:
    for path, value in every_object(document):
        if value is error.schema and "default" in value:
            return pointer([*path, "default"])
    return ""
