"""Tools as Converse takes them."""

from typing import Any

from passgate.inference.dialects.bedrock.blocks import BlockWriter
from passgate.inference.exchange.chat_request import ChatRequest, Tool, ToolChoice
from passgate.inference.exchange.claude_sampling import kept_choice
from passgate.inference.exchange.content import ToolCall, ToolResult
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.translation import Target

_NO_MORE = "Was called before, and is not there any more: answer without it."


def put_tools(
    request: ChatRequest, target: Target, body: dict[str, Any], writer: BlockWriter, left_out: LeftOut
) -> None:
    """Write the tools and which of them may be used.

    Converse knows no way to offer tools and forbid them. They are then not offered, unless the talk holds calls of
    them already, which Converse takes only beside their definitions. A client that offers none any more, as agents do
    that have their talk summed up, has those defined by name.
    """
    choice = request.tool_choice
    tools = request.offered_tools()
    if not tools:
        left_out.member_if("tool_choice", choice)
        left_out.member_if("parallel_tool_calls", request.parallel_tool_calls)
        called = _called(request)
        if called:
            body["toolConfig"] = {"tools": [_tool(Tool(name, _NO_MORE)) for name in called]}
        return
    if choice is not None and choice.mode == "none":
        if not _calls_tools(request):
            return
        left_out.member("tool_choice")
    if request.parallel_tool_calls is False:
        left_out.member("parallel_tool_calls")
    written: list[dict[str, Any]] = []
    for tool in tools:
        written.append(_tool(tool))
        if tool.cache is not None:
            written.extend(writer.cache_point(tool.cache, tool.path))
    body["toolConfig"] = {"tools": written}
    choice = kept_choice(choice, target, left_out)
    if choice is not None and choice.mode != "none":
        body["toolConfig"]["toolChoice"] = _choice(choice)


def _tool(tool: Tool) -> dict[str, Any]:
    written: dict[str, Any] = {"name": tool.name}
    if tool.description:
        written["description"] = tool.description
    written["inputSchema"] = {"json": {"type": "object", **tool.parameters}}
    if tool.strict:
        written["strict"] = True
    return {"toolSpec": written}


def _choice(choice: ToolChoice) -> dict[str, Any]:
    if choice.forced is not None:
        return {"tool": {"name": choice.forced}}
    return {"any": {}} if choice.mode == "required" else {"auto": {}}


def _called(request: ChatRequest) -> list[str]:
    """The names of all tools that were called, each once."""
    calls = (part for turn in request.turns for part in turn.parts if isinstance(part, ToolCall))
    return list(dict.fromkeys(call.name for call in calls))


def _calls_tools(request: ChatRequest) -> bool:
    return any(isinstance(part, ToolCall | ToolResult) for turn in request.turns for part in turn.parts)
