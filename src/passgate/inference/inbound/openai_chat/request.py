"""An OpenAI chat request as a neutral one."""

from typing import Any

from passgate.inference.exchange.chat_request import (
    ChatRequest,
    Reasoning,
    Tool,
    ToolChoice,
)
from passgate.inference.inbound.fields import Fields
from passgate.inference.inbound.openai_chat.messages import read_messages
from passgate.inference.inbound.openai_chat.parts import read_cache
from passgate.inference.inbound.openai_wishes import read_effort, read_format

_CHOICES = {
    "auto": ToolChoice("auto"),
    "none": ToolChoice("none"),
    "required": ToolChoice("required"),
    "any": ToolChoice("required"),  # Mistral's word
}
_NAMES = {
    "max_tokens": "max_completion_tokens",
    "reasoning": "reasoning_effort",
    "reasoning_budget": "reasoning.max_tokens",
    "response_schema": "response_format.json_schema",
    "image_detail": "image_url.detail",
    "document_title": "file.filename",
    "cache": "cache_control",
    "include_usage": "stream_options.include_usage",
}


def read_request(document: dict[str, Any]) -> ChatRequest:
    """Read the whole request.

    Raises:
        InvalidRequestError: a field is missing or of a wrong type.
        UntranslatableError: a field that only OpenAI knows and that may not be left out.
    """
    fields = Fields(document, "", [])
    system, turns = read_messages(fields)
    request = ChatRequest(fields.text("model"), turns, system, names=dict(_NAMES), unread=fields.unread)
    request.stream = fields.flag("stream") or False
    _read_tools(fields, request)
    _read_sampling(fields, request)
    _read_output(fields, request)
    _refuse_unknowable(fields)
    request.user = fields.text_or_none("user")
    request.metadata = fields.mapping("metadata")
    request.service_tier = fields.text_or_none("service_tier")
    request.prompt_cache_key = fields.text_or_none("prompt_cache_key")
    request.cache = read_cache(fields)
    options = fields.object("stream_options")
    if options is not None:
        request.include_usage = options.flag("include_usage") or False
        options.done()
    fields.done()
    return request


def _read_sampling(fields: Fields, request: ChatRequest) -> None:
    request.temperature = fields.number("temperature")
    request.top_p = fields.number("top_p")
    request.top_k = fields.integer("top_k")
    request.seed = fields.integer("seed")
    if "random_seed" in fields.document:  # Mistral's word
        request.seed = fields.integer("random_seed")
        request.names["seed"] = "random_seed"
    request.n = fields.integer("n")
    request.frequency_penalty = fields.number("frequency_penalty")
    request.presence_penalty = fields.number("presence_penalty")
    request.logit_bias = fields.mapping("logit_bias")
    request.logprobs = fields.flag("logprobs") or None  # false asks for nothing
    request.top_logprobs = fields.integer("top_logprobs")
    stop = fields.take("stop")
    request.stop = (stop,) if isinstance(stop, str) else fields.texts("stop")


def _read_output(fields: Fields, request: ChatRequest) -> None:
    newer = fields.integer("max_completion_tokens")
    older = fields.integer("max_tokens")
    if newer is None and older is not None:
        request.names["max_tokens"] = "max_tokens"
    request.max_tokens = newer if newer is not None else older
    request.verbosity = fields.text_or_none("verbosity")
    request.response_format = read_format(fields.object("response_format"), _nested_schema)
    request.reasoning = _read_reasoning(fields, request)


def _read_reasoning(fields: Fields, request: ChatRequest) -> Reasoning | None:
    effort = read_effort(fields, "reasoning_effort")
    nested = fields.object("reasoning")
    if nested is not None and effort is None:
        request.names["reasoning"] = "reasoning"
        found = Reasoning(nested.flag("enabled"), read_effort(nested, "effort"), nested.integer("max_tokens"))
        nested.done()
        return found
    return None if effort is None else Reasoning(effort=effort)


def _nested_schema(fields: Fields) -> Fields:
    inner = fields.object("json_schema")
    if inner is None:
        raise fields.missing("json_schema")
    return inner


def _read_tools(fields: Fields, request: ChatRequest) -> None:
    for tool in fields.objects("tools"):
        kind = tool.text_or_none("type")
        if kind not in {None, "function"}:
            raise tool.refuse("type", f"tools of the type '{kind}' are known to no other vendor.")
        function = tool.object("function")
        if function is None:
            raise tool.missing("function")
        request.tools.append(
            Tool(
                function.text("name"),
                function.text_or_none("description"),
                function.mapping("parameters") or {},
                function.flag("strict"),
                read_cache(tool),
                tool.path,
            )
        )
        function.done()
        tool.done()
    request.parallel_tool_calls = fields.flag("parallel_tool_calls")
    request.tool_choice = _read_tool_choice(fields)


def _read_tool_choice(fields: Fields) -> ToolChoice | None:
    choice = fields.take("tool_choice")
    if choice is None:
        return None
    if isinstance(choice, str):
        known = _CHOICES.get(choice)
        if known is None:
            raise fields.wrong("tool_choice", "one of auto, none, required, or an object")
        return known
    inner = Fields(choice, "tool_choice", fields.unread)
    kind = inner.text_or_none("type") or "function"
    if kind == "function":
        function = inner.object("function")
        if function is None:
            raise inner.missing("function")
        return ToolChoice("required", (function.text("name"),))
    if kind == "allowed_tools":
        return _read_allowed_tools(inner)
    raise inner.refuse("type", f"the choice '{kind}' is known to no other vendor.")


def _read_allowed_tools(choice: Fields) -> ToolChoice:
    allowed = choice.object("allowed_tools")
    if allowed is None:
        raise choice.missing("allowed_tools")
    names = []
    for tool in allowed.objects("tools"):
        function = tool.object("function")
        if function is None:
            raise tool.missing("function")
        names.append(function.text("name"))
    return ToolChoice("required" if allowed.text("mode") == "required" else "auto", tuple(names))


def _refuse_unknowable(fields: Fields) -> None:
    """Refuse what changes the answer's very nature and has no counterpart elsewhere."""
    modalities = fields.texts("modalities")
    if "audio" in modalities or fields.take("audio") is not None:
        raise fields.refuse("modalities", "only OpenAI answers in sound.")
    if fields.take("functions"):
        raise fields.refuse("functions", "functions are out of use; send tools.")
    if fields.take("function_call") is not None:
        raise fields.refuse("function_call", "functions are out of use; send tool_choice.")
    if fields.take("web_search_options") is not None:
        raise fields.refuse("web_search_options", "the search is OpenAI's own.")
    if fields.document.get("store") is False:
        fields.skip("store")
