"""MCP tools of a service: one for each operation of its document (MCP 2025-06-18, "Tools")."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from passgate.contracts.offered_tools import ArgumentPlace, BodyForm, Tool, ToolArgument, ToolBody
from passgate.contracts.prompt import PromptDefinition
from passgate.publishing.openapi.prepared import prepared_operations
from passgate.publishing.openapi.walking import operations, resolved
from passgate.publishing.prompts.openapi import input_schema

PROMPT_ROUTE = "ask"
"""Stands for the one operation of a prompt."""
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_NAME = 64
"""What models' vendors take as the name of a function."""
_LONGEST_DESCRIPTION = 2_000
_PLACES = ("path", "query", "header")
_NOT_ARGUMENTS = frozenset({"accept", "authorization", "content-type", "cookie", "host"})
"""Header parameters that the caller's own token and the gate decide (OpenAPI 3.1, "Parameter Object")."""
_GATES_OWN = ("x-passgate-", "x-envoy-", "x-forwarded-")


def tools_of(document: dict[str, Any]) -> tuple[Tool, ...]:
    """A tool for each operation that can be one, in the document's order."""
    content = prepared_operations(document)
    taken: set[str] = set()
    found = []
    for ready, (path, method, item, operation) in zip(content["operations"], operations(document), strict=True):
        body = _body_of(ready)
        if body is None and ready.get("body", {}).get("required"):
            continue
        given = [resolved(document, one) for one in (*item.get("parameters", ()), *operation.get("parameters", ()))]
        told = {(one.get("in"), one.get("name")): str(one.get("description") or "") for one in given}
        arguments, properties = _arguments(ready, told)
        if body is not None:
            name = "body" if "body" not in properties else "request_body"
            body = body.model_copy(update={"name": name})
            properties[name] = ready["body"]["content"][body.media_type]
        required = [one.name for one in arguments if one.required] + ([body.name] if body and body.required else [])
        words = [str(operation.get(key) or item.get(key) or "").strip() for key in ("summary", "description")]
        found.append(
            Tool(
                route_id=ready["id"],
                name=_free(operation.get("operationId") or ready["id"], taken),
                title=words[0][:200],
                description=("\n\n".join(filter(None, words)) or f"{method.upper()} {path}")[:_LONGEST_DESCRIPTION],
                input_schema=_object(properties, required, content["defs"]),
                method=ready["method"],
                path=path,
                arguments=tuple(arguments),
                body=body,
            )
        )
    return tuple(found)


def tool_of_prompt(prompt: PromptDefinition, name: str, description: str) -> Tool:
    """The one tool of a prompt service.

    Args:
        prompt: its definition.
        name: the service's name.
        description: the service's.
    """
    return Tool(
        route_id=PROMPT_ROUTE,
        name=tool_name(name.lower()) or PROMPT_ROUTE,
        title=name,
        description=description or name,
        input_schema=input_schema(prompt),
        method="POST",
        path="",
        body=ToolBody(form="whole", media_type="application/json", required=True),
    )


def tool_name(text: str) -> str:
    """A text as part of a tool's name."""
    return _NOT_IN_NAMES.sub("_", text).strip("_-")[:_LONGEST_NAME]


def _free(wanted: str, taken: set[str]) -> str:
    base = tool_name(str(wanted)) or "tool"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base[: _LONGEST_NAME - 4]}_{number}"
    taken.add(name)
    return name


def _arguments(
    operation: Mapping[str, Any], told: Mapping[tuple[Any, Any], str]
) -> tuple[list[ToolArgument], dict[str, Any]]:
    """The operation's parameters, and their schemas by the names that arguments have."""
    arguments: list[ToolArgument] = []
    properties: dict[str, Any] = {}
    for one in operation["parameters"]:
        place, parameter = one["in"], str(one["name"])
        lower = parameter.lower()
        if place not in _PLACES or (place == "header" and (lower in _NOT_ARGUMENTS or lower.startswith(_GATES_OWN))):
            continue
        name = parameter if parameter not in properties else f"{parameter}_{place}"
        words = told.get((place, one["name"]))
        schema = one["schema"]
        properties[name] = {**schema, "description": words} if words and isinstance(schema, dict) else schema
        arguments.append(
            ToolArgument(
                name=name,
                parameter=parameter,
                place=cast("ArgumentPlace", place),
                style=one["style"],
                explode=bool(one["explode"]),
                required=bool(one["required"]),
            )
        )
    return arguments, properties


def _body_of(operation: Mapping[str, Any]) -> ToolBody | None:
    """The body in the form that arguments can be written in; None: it has none, or only others such as files."""
    body = operation.get("body")
    for media in body["content"] if body else ():
        plain = media.partition(";")[0].strip().lower()
        form: BodyForm | None = None
        if plain == "application/json" or plain.endswith("+json"):
            form = "json"
        elif plain == "application/x-www-form-urlencoded":
            form = "form"
        elif plain == "text/plain":
            form = "text"
        if form is not None:
            return ToolBody(form=form, media_type=media, required=bool(body and body["required"]))
    return None


def _object(properties: dict[str, Any], required: list[str], defs: Mapping[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = required
    used = dict(_used(properties, defs))
    return schema | ({"$defs": used} if used else {})


def _used(schema: Any, defs: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - a schema
    """The shared schemas that a schema needs, and those that these need."""
    seen: set[str] = set()
    left = [schema]
    while left:
        text = json.dumps(left.pop())
        for name in re.findall(r'"\$ref": "#/\$defs/([^"]+)"', text):
            if name not in seen and name in defs:
                seen.add(name)
                left.append(defs[name])
                yield name, defs[name]
