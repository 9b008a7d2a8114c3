"""The OpenAPI 3.1 document of a prompt service, made from its definition."""

from typing import Any

from passgate.contracts.prompt import PromptDefinition, PromptVariable

_PROBLEM = {
    "type": "object",
    "required": ["title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "field": {"type": "string"},
        "request_id": {"type": "string"},
    },
}
_REFUSALS = {
    "401": "No token, or one that does not hold.",
    "403": "The application has no subscription.",
    "422": "A variable is missing, of the wrong kind, out of bounds or unknown; nothing was asked of the model.",
    "429": "A limit is reached; Retry-After says when to try again.",
    "502": "The model gave no answer, or none that fits.",
}
_ANSWER = "#/components/schemas/Answer"
_REFERENCES = ("$ref", "$dynamicRef")


def prompt_document(  # noqa: PLR0913 - what a document says, each by name
    definition: PromptDefinition, *, title: str, version: str, description: str, path: str, server: str
) -> dict[str, Any]:
    """The document.

    Args:
        definition: of the revision.
        title: the service's name.
        version: the service's version.
        description: what it is for.
        path: the base path.
        server: the gate's URL.
    """
    operation: dict[str, Any] = {
        "operationId": "ask",
        "summary": title,
        "requestBody": {
            "required": bool(_required(definition)),
            "content": _json({"$ref": "#/components/schemas/Input"}),
        },
        "responses": {"200": _answer(definition)} | {status: _refusal(told) for status, told in _REFUSALS.items()},
    }
    if _streams(definition):
        told = "The answer as server-sent events, piece by piece."
        stream = {"name": "stream", "in": "query", "description": told, "schema": {"type": "boolean"}}
        operation["parameters"] = [stream]
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version} | ({"description": description} if description else {}),
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "paths": {path or "/": {"post": operation}},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "schemas": {"Input": input_schema(definition), "Answer": _answer_schema(definition), "Problem": _PROBLEM},
        },
    }


def input_schema(definition: PromptDefinition) -> dict[str, Any]:
    """JSON Schema of what a caller sends."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {variable.name: _variable(variable) for variable in definition.variables},
        "additionalProperties": False,
    }
    required = _required(definition)
    return schema | ({"required": required} if required else {})


def _required(definition: PromptDefinition) -> list[str]:
    return [one.name for one in definition.variables if one.required and one.default is None]


def _variable(variable: PromptVariable) -> dict[str, Any]:
    fullness = 1 if variable.required else None
    by_kind: dict[str, dict[str, Any]] = {
        "text": {"type": "string", "minLength": fullness, "maxLength": variable.max_length},
        "number": {"type": "number", "minimum": variable.minimum, "maximum": variable.maximum},
        "boolean": {"type": "boolean"},
        "enum": {"type": "string", "enum": list(variable.choices)},
        "list": {
            "type": "array",
            "items": {"type": ["string", "number"]},
            "minItems": fullness,
            "maxItems": variable.max_length,
        },
        "image": {"type": "string", "description": "An image: an http(s) URL, or a base64 data URL."},
    }
    schema = {**by_kind[variable.kind], "default": variable.default}
    if variable.description:
        schema["description"] = variable.description
    return {name: value for name, value in schema.items() if value is not None}


def _streams(definition: PromptDefinition) -> bool:
    return definition.streaming and definition.output_schema is None


def _answer(definition: PromptDefinition) -> dict[str, Any]:
    content = _json({"$ref": _ANSWER})
    if _streams(definition):
        content["text/event-stream"] = {"schema": {"type": "string"}}
    return {"description": "The answer.", "content": content}


def _answer_schema(definition: PromptDefinition) -> dict[str, Any]:
    if definition.output_schema is None:
        return {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
    moved: dict[str, Any] = _moved(definition.output_schema)
    return moved


def _moved(value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """A schema whose references to places in itself hold where the document has it."""
    if isinstance(value, list):
        return [_moved(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    return {
        name: below.replace("#", _ANSWER, 1) if name in _REFERENCES and isinstance(below, str) else _moved(below)
        for name, below in value.items()
        if name != "$schema"
    }


def _refusal(told: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": told, "content": content}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
