"""A neutral chat request as Cohere takes it (https://docs.cohere.com/reference/chat)."""

from typing import Any

from passgate.inference.dialects.cohere.endpoint import api_url, request_headers
from passgate.inference.dialects.cohere.messages import MessageWriter
from passgate.inference.exchange.chat_request import ChatRequest, Effort, Reasoning, Tool
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.exchange.ports import Outgoing
from passgate.inference.json_text import write_json
from passgate.inference.translation import ParsedRequest, Target, UntranslatableError, VendorRequest

_NAMES = {
    "temperature": "temperature",
    "top_p": "p",
    "top_k": "k",
    "seed": "seed",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
}
_UNKNOWN = (
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "verbosity",
    "user",
    "metadata",
    "service_tier",
    "prompt_cache_key",
    "cache",
    "parallel_tool_calls",
)
_BUDGETS: dict[Effort, int] = {
    "minimal": 1024,
    "low": 2048,
    "medium": 8192,
    "high": 16384,
    "xhigh": 31000,
    "max": 31000,
}
_MOST_STOPS = 5
"""See ``stop_sequences`` at https://docs.cohere.com/reference/chat; of the temperature it says "non-negative" alone."""


def write_request(request: ChatRequest, parsed: ParsedRequest, target: Target) -> Outgoing:
    """Write the whole request; what Cohere has no word for is left out and named."""
    del parsed  # nothing of the client's headers matters to Cohere
    if request.n not in {None, 1}:
        raise UntranslatableError("The field 'n' cannot be translated: Cohere gives one answer.", field="n")
    left_out = LeftOut(request)
    body: dict[str, Any] = {"model": target.vendor_model, "messages": MessageWriter(left_out).write(request)}
    body["stream"] = request.stream
    if request.max_tokens is not None:
        body["max_tokens"] = left_out.no_larger_limit(request.max_tokens, target.max_output_tokens)
    for name, theirs in _NAMES.items():
        if getattr(request, name) is not None:
            body[theirs] = getattr(request, name)
    if request.stop:
        body["stop_sequences"] = left_out.all_but_first_stops(request.stop, _MOST_STOPS)
    for name in _UNKNOWN:
        left_out.member_if(name, getattr(request, name))
    _put_tools(request, body, left_out)
    _put_format(request, body, left_out)
    _put_thinking(request.reasoning, body)
    headers = request_headers(target)
    return Outgoing(VendorRequest("POST", api_url(target, "/chat"), headers, write_json(body)), left_out.names())


def _put_tools(request: ChatRequest, body: dict[str, Any], left_out: LeftOut) -> None:
    choice = request.tool_choice
    tools = request.offered_tools()
    if choice is not None and choice.forced is not None:
        # Cohere forces some tool, not a certain one: that one alone is offered.
        tools = [tool for tool in tools if tool.name == choice.forced]
    if not tools:
        left_out.member_if("tool_choice", choice)
        return
    body["tools"] = [_tool(tool, left_out) for tool in tools]
    if all(tool.strict for tool in tools):
        body["strict_tools"] = True
    else:
        # Cohere is strict with all tools or with none.
        for tool in tools:
            if tool.strict:
                left_out.at(tool.path, "strict")
    if choice is not None and choice.mode != "auto":
        body["tool_choice"] = "REQUIRED" if choice.mode == "required" else "NONE"


def _tool(tool: Tool, left_out: LeftOut) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool.name, "parameters": {"type": "object", **tool.parameters}}
    if tool.description:
        function["description"] = tool.description
    if tool.cache is not None:
        left_out.at(tool.path, "cache_control")
    return {"type": "function", "function": function}


def _put_format(request: ChatRequest, body: dict[str, Any], left_out: LeftOut) -> None:
    wanted = request.response_format
    if wanted is None or wanted.kind == "text":
        return
    body["response_format"] = {"type": "json_object"}
    if wanted.kind == "json_schema":
        body["response_format"]["json_schema"] = wanted.schema or {}
        left_out.all_but_schema(wanted)


def _put_thinking(reasoning: Reasoning | None, body: dict[str, Any]) -> None:
    if reasoning is None:
        return
    if reasoning.enabled is False or reasoning.effort == "none":
        body["thinking"] = {"type": "disabled"}
        return
    body["thinking"] = {"type": "enabled"}
    budget = reasoning.budget or (_BUDGETS[reasoning.effort] if reasoning.effort is not None else None)
    if budget is not None:
        body["thinking"]["token_budget"] = budget
