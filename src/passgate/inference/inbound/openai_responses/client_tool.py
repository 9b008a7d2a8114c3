"""A client's tools as OpenAI names them, and as vendors see them that know plain functions alone.

OpenAI groups tools in namespaces, and has custom tools, which take free text in place of JSON
(https://platform.openai.com/docs/guides/function-calling). Elsewhere a tool of a namespace bears both names in one, and
a custom tool is a function of one text. What the model calls by such a name is told to the client in OpenAI's words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from passgate.inference.exchange.reading import as_list, as_object
from passgate.inference.json_text import read_exact, write_json

INPUT = "input"
"""The one parameter of a custom tool that is offered as a function."""
_LONGEST = 64
"""Characters that vendors of OpenAI's format, the narrowest, take in the name of a function."""
_DIGITS = 8


@dataclass(frozen=True, slots=True)
class ClientTool:
    """A tool by the names that the client knows."""

    name: str
    namespace: str | None = None
    custom: bool = False


class ClientTools:
    """The tools that a request offers, by the names that the vendor knows."""

    def __init__(self, asked: Mapping[str, Any]) -> None:
        tools = (tool for holder in _holders(asked) for tool in as_list(holder.get("tools")))
        self._known = {vendor_name(tool.namespace, tool.name): tool for tool in _told(tools, None)}

    def called(self, name: str) -> ClientTool:
        """The tool that a model calls by this name."""
        return self._known.get(name) or ClientTool(name)


def _holders(asked: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The request, and the items of its input that bring further tools."""
    yield asked
    for item in as_list(asked.get("input")):
        if as_object(item).get("type") == "additional_tools":
            yield item


def _told(tools: Iterator[Any] | list[Any], namespace: str | None) -> Iterator[ClientTool]:
    for tool in map(as_object, tools):
        name, kind = tool.get("name"), tool.get("type")
        if not isinstance(name, str):
            continue
        if kind == "namespace":
            yield from _told(as_list(tool.get("tools")), name)
        elif kind == "custom" or namespace is not None:
            yield ClientTool(name, namespace, kind == "custom")


def vendor_name(namespace: str | None, name: str) -> str:
    """The name under which other vendors see a tool; one too long for them ends in a digest of the whole."""
    if namespace is None:
        return name
    whole = f"{namespace.rstrip('_')}__{name}"
    if len(whole) <= _LONGEST:
        return whole
    return f"{whole[: _LONGEST - _DIGITS - 1]}_{sha256(whole.encode()).hexdigest()[:_DIGITS]}"


def as_arguments(text: str) -> str:
    """The free text of a custom tool's call as a function's arguments."""
    return write_json({INPUT: text}).decode()


def as_free_text(arguments: str) -> str:
    """The free text in a function's arguments; where they are of another shape, the model meant all of it."""
    try:
        told = read_exact(arguments)
    except ValueError:
        return arguments
    text = as_object(told).get(INPUT)
    return text if isinstance(text, str) else arguments
