"""A tool's arguments as the request that its operation wants (OpenAPI 3.1, "Parameter Object", "Style Values")."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from passgate.contracts.offered_tools import Tool, ToolArgument
from passgate.kernel.errors import InvalidInputError

_BETWEEN = {"spaceDelimited": " ", "pipeDelimited": "|"}


@dataclass(slots=True)
class ToolRequest:
    """What goes to the gate."""

    method: str
    target: str
    """Path below the service's base path, and query."""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def request_of(tool: Tool, arguments: Mapping[str, Any]) -> ToolRequest:
    """The request.

    Raises:
        InvalidInputError: an argument is missing, unknown or cannot stand where it belongs; names it.
    """
    body = tool.body
    if body is not None and body.form == "whole":
        content = {"content-type": "application/json", "accept": "application/json"}
        return ToolRequest(tool.method, tool.path, content, orjson.dumps(arguments))
    known = {one.name for one in tool.arguments} | ({body.name} if body is not None else set())
    for name in arguments:
        if name not in known:
            raise InvalidInputError(f"The tool has no argument {name}.", field=name)
    path = tool.path
    query: list[tuple[str, str]] = []
    headers: dict[str, str] = {}
    for one in tool.arguments:
        value = arguments.get(one.name)
        if value is None:
            if one.required:
                raise InvalidInputError(f"The argument {one.name} is missing.", field=one.name)
        elif one.place == "path":
            path = path.replace(f"{{{one.parameter}}}", _segment(one, value))
        elif one.place == "query":
            query += _pairs(one, value)
        else:
            headers[one.parameter.lower()] = _header(one, value)
    written = _body(tool, arguments, headers)
    target = f"{path}?{urlencode(query, quote_via=quote)}" if query else path
    return ToolRequest(tool.method, target, headers, written)


def _body(tool: Tool, arguments: Mapping[str, Any], headers: dict[str, str]) -> bytes:
    body = tool.body
    if body is None or body.name not in arguments:
        if body is not None and body.required:
            raise InvalidInputError(f"The argument {body.name} is missing.", field=body.name)
        return b""
    value = arguments[body.name]
    headers["content-type"] = body.media_type
    if body.form == "json":
        return orjson.dumps(value)
    if body.form == "text":
        return _text(value).encode()
    if not isinstance(value, dict):
        raise InvalidInputError(f"The argument {body.name} is an object of the form's fields.", field=body.name)
    pairs = [(str(name), _text(one)) for name, given in value.items() for one in _each(given)]
    return urlencode(pairs).encode()


def _segment(one: ToolArgument, value: Any) -> str:  # noqa: ANN401 - JSON
    text = quote(_joined(value, ","), safe="")
    if text in {"", ".", ".."} or "%2F" in text or "%5C" in text:
        raise InvalidInputError(f"The argument {one.name} cannot be a part of a path.", field=one.name)
    return text


def _header(one: ToolArgument, value: Any) -> str:  # noqa: ANN401 - JSON
    text = _joined(value, ",")
    if not (text.isascii() and text.isprintable()):
        raise InvalidInputError(f"The argument {one.name} holds what no header may.", field=one.name)
    return text


def _pairs(one: ToolArgument, value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON
    name = one.parameter
    if one.style == "content":
        yield name, orjson.dumps(value).decode()
    elif isinstance(value, list) and one.explode and one.style == "form":
        yield from ((name, _text(each)) for each in value)
    elif isinstance(value, dict) and one.style == "deepObject":
        yield from ((f"{name}[{key}]", _text(each)) for key, each in value.items())
    elif isinstance(value, dict) and one.explode:
        yield from ((str(key), _text(each)) for key, each in value.items())
    else:
        yield name, _joined(value, _BETWEEN.get(one.style, ","))


def _joined(value: Any, between: str) -> str:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        return between.join(_text(each) for each in value)
    if isinstance(value, dict):
        return between.join(f"{key}{between}{_text(each)}" for key, each in value.items())
    return _text(value)


def _each(value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:  # noqa: ANN401 - JSON
    return value if isinstance(value, str) else orjson.dumps(value).decode()
