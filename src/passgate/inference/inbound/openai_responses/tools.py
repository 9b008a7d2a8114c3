"""The tools of a Responses request as functions, which is all that other vendors know."""

from collections.abc import Iterator
from typing import Any

from passgate.inference.exchange.chat_request import ChatRequest, Tool, ToolChoice
from passgate.inference.exchange.content import Text
from passgate.inference.inbound.fields import Fields
from passgate.inference.inbound.openai_responses.client_tool import INPUT, vendor_name

TOOLS_ITEM = "additional_tools"
"""The item of the input that brings further tools."""
_CHOICES = {"auto": ToolChoice("auto"), "none": ToolChoice("none"), "required": ToolChoice("required")}
_CLIENTS = frozenset({"function", "custom"})
_SEARCH = "web_search"


def read_tools(fields: Fields, request: ChatRequest) -> None:
    """Read the tools, wherever they stand, and how they may be used.

    Raises:
        InvalidRequestError: a field is missing or of a wrong type.
        UntranslatableError: a tool that runs at OpenAI.
    """
    searches: list[Fields] = []
    for holder in _holders(fields):
        for tool in holder.objects("tools"):
            if tool.text("type").startswith(_SEARCH):
                searches.append(tool)
            else:
                _read_tool(tool, request)
    for search in searches:
        _leave_search(search, request)
    request.parallel_tool_calls = fields.flag("parallel_tool_calls")
    request.tool_choice = _read_choice(fields)


def _holders(fields: Fields) -> Iterator[Fields]:
    yield fields
    if isinstance(fields.document.get("input"), list):
        for item in fields.objects("input"):
            if item.take("type") == TOOLS_ITEM:
                item.skip("id", "role")
                yield item
                item.done()


def _leave_search(search: Fields, request: ChatRequest) -> None:
    """Do without a search of the web that a client offers beside tools of its own, as coding agents do unasked.

    Where it is all that is offered, the answer was to rest on it.
    """
    if not request.tools:
        raise _unknown(search)
    request.unread.append(f"tools.{search.document['type']}")


def _read_tool(tool: Fields, request: ChatRequest, namespace: str | None = None) -> None:
    kind = tool.text("type")
    if kind == "namespace" and namespace is None:
        _read_namespace(tool, request)
    elif kind in _CLIENTS:
        name = vendor_name(namespace, tool.text("name"))
        request.tools.append(_custom(tool, name) if kind == "custom" else _function(tool, name))
    else:
        raise _unknown(tool)
    tool.done()


def _read_namespace(group: Fields, request: ChatRequest) -> None:
    """What is said of all of them goes into the instructions, once, since no tool of theirs has a place for it."""
    name = group.text("name")
    for tool in group.objects("tools"):
        _read_tool(tool, request, name)
    description = group.text_or_none("description")
    if description:
        begin = vendor_name(name, "")
        request.system.append(Text(f"Of the tools whose names begin with {begin}: {description}", path=group.path))


def _function(tool: Fields, name: str) -> Tool:
    schema = tool.mapping("parameters") or {}
    return Tool(name, tool.text_or_none("description"), schema, tool.flag("strict"), path=tool.path)


def _custom(tool: Fields, name: str) -> Tool:
    said = [tool.text_or_none("description") or ""]
    form = tool.object("format")
    if form is not None:
        if form.text("type") == "grammar":
            # It is told to the model; that the vendor holds the answer to it is lost.
            said.append(f"The text must follow this grammar ({form.text('syntax')}):\n{form.text('definition')}")
            tool.unread.append("tools.format")
        form.done()
    told: dict[str, Any] = {"type": "string", "description": "The tool's whole input, as plain text."}
    schema = {"type": "object", "properties": {INPUT: told}, "required": [INPUT], "additionalProperties": False}
    return Tool(name, "\n\n".join(filter(None, said)) or None, schema, path=tool.path)


def _read_choice(fields: Fields) -> ToolChoice | None:
    choice = fields.take("tool_choice")
    if choice is None:
        return None
    if isinstance(choice, str):
        if choice not in _CHOICES:
            raise fields.wrong("tool_choice", "one of auto, none, required, or an object")
        return _CHOICES[choice]
    inner = Fields(choice, "tool_choice", fields.unread)
    kind = inner.text("type")
    if kind in _CLIENTS:
        return ToolChoice("required", (_chosen(inner),))
    if kind == "allowed_tools":
        names = []
        for tool in inner.objects("tools"):
            if tool.text("type") not in _CLIENTS:
                raise tool.refuse("type", "such tools are known to no other vendor.")
            names.append(_chosen(tool))
        return ToolChoice("required" if inner.text("mode") == "required" else "auto", tuple(names))
    raise inner.refuse("type", f"the choice '{kind}' is known to no other vendor.")


def _chosen(tool: Fields) -> str:
    return vendor_name(tool.text_or_none("namespace"), tool.text("name"))


def _unknown(tool: Fields) -> Exception:
    return tool.refuse("type", f"tools of the type '{tool.document['type']}' are known to no other vendor.")
