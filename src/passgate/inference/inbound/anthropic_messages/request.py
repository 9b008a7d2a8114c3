"""An Anthropic messages request as a neutral one."""

from typing import Any

from passgate.inference.exchange.chat_request import (
    EFFORTS,
    ChatRequest,
    Effort,
    Reasoning,
    ResponseFormat,
    Tool,
    ToolChoice,
    Turn,
)
from passgate.inference.exchange.content import Text
from passgate.inference.inbound.anthropic_messages.blocks import read_blocks, read_cache
from passgate.inference.inbound.fields import Fields

_NAMES = {
    "stop": "stop_sequences",
    "reasoning": "thinking",
    "reasoning_budget": "thinking.budget_tokens",
    "response_format": "output_config.format",
    "response_schema": "output_config.format",
    "reasoning_display": "thinking.display",
    "document_title": "title",
    "user": "metadata.user_id",
    "cache": "cache_control",
    "parallel_tool_calls": "tool_choice.disable_parallel_tool_use",
}
_TIERS = {"standard_only": "default"}


def read_request(document: dict[str, Any]) -> ChatRequest:
    """Read the whole request.

    Raises:
        InvalidRequestError: a field is missing or of a wrong type.
        UntranslatableError: a field that only Anthropic knows and that may not be left out.
    """
    fields = Fields(document, "", [])
    system = _read_system(fields)
    request = ChatRequest(fields.text("model"), _read_turns(fields), system, names=_NAMES, unread=fields.unread)
    request.stream = fields.flag("stream") or False
    request.include_usage = True
    request.max_tokens = fields.integer("max_tokens")
    request.temperature = fields.number("temperature")
    request.top_p = fields.number("top_p")
    request.top_k = fields.integer("top_k")
    request.stop = fields.texts("stop_sequences")
    _read_tools(fields, request)
    _read_output(fields, request)
    metadata = fields.object("metadata")
    if metadata is not None:
        request.user = metadata.text_or_none("user_id")
        metadata.done()
    tier = fields.text_or_none("service_tier")
    request.service_tier = None if tier is None else _TIERS.get(tier, tier)
    request.cache = read_cache(fields)
    if fields.listed("mcp_servers"):
        raise fields.refuse("mcp_servers", "Anthropic itself calls these servers; other vendors do not.")
    fields.done()
    return request


def _read_system(fields: Fields) -> list[Text]:
    if fields.take("system") is None:
        return []
    return _texts(fields, "system")


def _texts(fields: Fields, name: str) -> list[Text]:
    texts = []
    for part in read_blocks(fields, name):
        if not isinstance(part, Text):
            raise fields.wrong(name, "text")
        texts.append(part)
    return texts


def _read_turns(fields: Fields) -> list[Turn]:
    turns = []
    for message in fields.objects("messages"):
        role = message.text("role")
        if role == "user":
            turns.append(Turn("user", read_blocks(message), path=message.path))
        elif role == "assistant":
            turns.append(Turn("assistant", read_blocks(message), path=message.path))
        elif role == "system":
            turns.append(Turn("system", read_blocks(message), path=message.path))
        else:
            raise message.wrong("role", "one of user, assistant, system")
        message.done()
    return turns


def _read_tools(fields: Fields, request: ChatRequest) -> None:
    for tool in fields.objects("tools"):
        kind = tool.text_or_none("type")
        if kind not in {None, "custom"}:
            raise tool.refuse("type", f"the tool '{kind}' runs at Anthropic; other vendors do not have it.")
        schema = tool.mapping("input_schema") or {}
        description = tool.text_or_none("description")
        strict = tool.flag("strict")
        request.tools.append(Tool(tool.text("name"), description, schema, strict, read_cache(tool), tool.path))
        tool.done()
    choice = fields.object("tool_choice")
    if choice is None:
        return
    kind = choice.text("type")
    if choice.flag("disable_parallel_tool_use") is not None:
        request.parallel_tool_calls = not choice.document["disable_parallel_tool_use"]
    if kind == "tool":
        request.tool_choice = ToolChoice("required", (choice.text("name"),))
    elif kind in _CHOICES:
        request.tool_choice = _CHOICES[kind]
    else:
        raise choice.wrong("type", "one of auto, any, tool, none")
    choice.done()


_CHOICES = {"auto": ToolChoice("auto"), "any": ToolChoice("required"), "none": ToolChoice("none")}


def _read_output(fields: Fields, request: ChatRequest) -> None:
    effort = None
    output = fields.object("output_config")
    if output is not None:
        told = output.text_or_none("effort")
        effort = None if told is None else EFFORTS.get(told)
        if told is not None and effort is None:
            raise output.wrong("effort", "one of " + ", ".join(EFFORTS))
        _read_format(output.object("format"), request)
        output.done()
    # As it was called before, and still is by older SDKs.
    _read_format(fields.object("output_format"), request)
    request.reasoning = _read_thinking(fields.object("thinking"), effort)


def _read_format(form: Fields | None, request: ChatRequest) -> None:
    if form is None:
        return
    if form.text("type") != "json_schema":
        raise form.wrong("type", "json_schema")
    request.response_format = ResponseFormat("json_schema", form.mapping("schema") or {})
    form.done()


def _read_thinking(thinking: Fields | None, effort: Effort | None) -> Reasoning | None:
    if thinking is None:
        return None if effort is None else Reasoning(effort=effort)
    kind = thinking.text("type")
    found: Reasoning
    if kind == "enabled":
        found = Reasoning(True, effort, thinking.integer("budget_tokens"), display=thinking.text_or_none("display"))
    elif kind == "adaptive":
        found = Reasoning(None, effort, adaptive=True, display=thinking.text_or_none("display"))
    elif kind == "disabled":
        found = Reasoning(False, effort)
    else:
        raise thinking.refuse("type", f"the way of thinking '{kind}' is Anthropic's own.")
    thinking.done()
    return found
