"""A server's tools as it words them (MCP 2025-06-18, "Tool"), checked and brought into one form."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from passgate.publishing.mcp.tools import tool_name

MOST_TOOLS = 500
_MOST_BYTES = 64 * 1024
"""Of one tool's definition; a model could hardly read more."""
_LONGEST_NAME = 128
_HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")


@dataclass(frozen=True, slots=True)
class SeenTool:
    """A tool that could be offered."""

    name: str
    definition: dict[str, Any]
    """Title, description, input and output schema, annotations: all that a model may go by."""

    @property
    def digest(self) -> str:
        """SHA-256 of the definition, in hexadecimal."""
        return digest_of_tool(self.definition)


@dataclass(frozen=True, slots=True)
class SeenServer:
    """What a server said of itself."""

    name: str
    tools: tuple[SeenTool, ...]
    left_out: tuple[dict[str, str], ...] = ()
    """Tools that cannot be offered, by name and reason."""


def read_tools(server_name: str, given: Iterable[Any]) -> SeenServer:
    """The tools of a list; what is none, or too large, is left out by name."""
    tools: dict[str, SeenTool] = {}
    left_out = []
    for one in given:
        name = one.get("name") if isinstance(one, dict) else None
        shown = str(name)[:_LONGEST_NAME]
        reason = _fault(one, name, tools)
        if reason or not isinstance(name, str):
            left_out.append({"name": shown, "reason": reason})
        else:
            tools[name] = SeenTool(name, _definition(one))
    return SeenServer(server_name[:200], tuple(tools.values()), tuple(left_out[:MOST_TOOLS]))


def digest_of_tool(definition: dict[str, Any]) -> str:
    """SHA-256 of a definition, in hexadecimal; the order of its keys is no part of it."""
    return hashlib.sha256(json.dumps(definition, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def free_route(name: str, taken: set[str]) -> str:
    """What the gate calls a tool: its name as far as paths and vendors take it, and a number where that is taken."""
    base = tool_name(name) or "tool"
    found, number = base, 1
    while found in taken:
        number += 1
        found = f"{base[:58]}_{number}"
    taken.add(found)
    return found


def _fault(one: Any, name: object, tools: dict[str, SeenTool]) -> str:  # noqa: ANN401 - JSON of others
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        return f"A tool has a name of 1 to {_LONGEST_NAME} characters."
    if name in tools:
        return "The server names it twice."
    return f"A server may have {MOST_TOOLS} tools." if len(tools) >= MOST_TOOLS else _fault_of_form(one)


def _fault_of_form(one: dict[str, Any]) -> str:
    schema = one.get("inputSchema")
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return "Its input schema is no schema of an object."
    if not all(isinstance(one.get(field) or "", str) for field in ("title", "description")):
        return "Its title or description is no text."
    if not isinstance(one.get("outputSchema") or {}, dict):
        return "Its output schema is no object."
    large = len(json.dumps(_definition(one))) > _MOST_BYTES
    return f"Its definition is larger than {_MOST_BYTES} bytes." if large else ""


def _definition(one: dict[str, Any]) -> dict[str, Any]:
    annotations = one.get("annotations")
    hints = annotations if isinstance(annotations, dict) else {}
    title = one.get("title") or hints.get("title")
    return {
        "title": title if isinstance(title, str) else "",
        "description": one.get("description") or "",
        "input_schema": one["inputSchema"],
        "output_schema": one.get("outputSchema"),
        "annotations": {name: hints[name] for name in _HINTS if isinstance(hints.get(name), bool)},
    }
