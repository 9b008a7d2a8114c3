"""A neutral chat request as Ollama takes it (https://docs.ollama.com/api/chat)."""

from typing import Any

from passgate.inference.dialects.ollama.endpoint import api_url, request_headers
from passgate.inference.dialects.ollama.messages import MessageWriter
from passgate.inference.exchange.chat_request import ChatRequest, Effort, Reasoning
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.exchange.ports import Outgoing
from passgate.inference.json_text import write_json
from passgate.inference.translation import ParsedRequest, Target, UntranslatableError, VendorRequest

_OPTIONS = ("temperature", "top_p", "top_k", "seed", "frequency_penalty", "presence_penalty")
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
)
_EFFORTS: dict[Effort, str] = {"minimal": "low", "low": "low", "medium": "medium", "high": "high"}
_BY_EFFORT = "gpt-oss"
"""The models that take an effort; all others think or do not."""


def write_request(request: ChatRequest, parsed: ParsedRequest, target: Target) -> Outgoing:
    """Write the whole request; what Ollama has no word for is left out and named."""
    del parsed  # nothing of the client's headers matters to Ollama
    if request.n not in {None, 1}:
        raise UntranslatableError("The field 'n' cannot be translated: Ollama gives one answer.", field="n")
    left_out = LeftOut(request)
    body: dict[str, Any] = {"model": target.vendor_model, "messages": MessageWriter(left_out).write(request)}
    body["stream"] = request.stream
    options = _options(request, target)
    if options:
        body["options"] = options
    for name in _UNKNOWN:
        left_out.member_if(name, getattr(request, name))
    _put_tools(request, body, left_out)
    _put_format(request, body, left_out)
    if request.reasoning is not None:
        body["think"] = _think(request.reasoning, target.vendor_model)
        asked = request.reasoning.effort or request.reasoning.budget
        if body["think"] is True and asked is not None:
            left_out.member("reasoning")  # how much, these models are not told
    headers = request_headers(target)
    return Outgoing(VendorRequest("POST", api_url(target, "/chat"), headers, write_json(body)), left_out.names())


def _options(request: ChatRequest, target: Target) -> dict[str, Any]:
    options = {name: getattr(request, name) for name in _OPTIONS if getattr(request, name) is not None}
    if request.max_tokens is not None:
        options["num_predict"] = request.max_tokens
    if request.stop:
        options["stop"] = list(request.stop)
    if target.context_window is not None:
        options["num_ctx"] = target.context_window
    return options


def _put_tools(request: ChatRequest, body: dict[str, Any], left_out: LeftOut) -> None:
    choice = request.tool_choice
    tools = request.offered_tools()
    left_out.member_if("parallel_tool_calls", request.parallel_tool_calls)
    if choice is not None and choice.mode == "required":
        left_out.member("tool_choice")  # Ollama's models are free to call a tool or not
    if not tools or (choice is not None and choice.mode == "none"):
        return
    body["tools"] = []
    for tool in tools:
        function: dict[str, Any] = {"name": tool.name, "parameters": {"type": "object", **tool.parameters}}
        if tool.description:
            function["description"] = tool.description
        if tool.strict:
            left_out.at(tool.path, "strict")
        if tool.cache is not None:
            left_out.at(tool.path, "cache_control")
        body["tools"].append({"type": "function", "function": function})


def _put_format(request: ChatRequest, body: dict[str, Any], left_out: LeftOut) -> None:
    wanted = request.response_format
    if wanted is None or wanted.kind == "text":
        return
    body["format"] = "json" if wanted.kind == "json_object" else wanted.schema or {}
    left_out.all_but_schema(wanted)


def _think(reasoning: Reasoning, vendor_model: str) -> bool | str:
    if reasoning.enabled is False or reasoning.effort == "none":
        return False
    if _BY_EFFORT in vendor_model:
        return _EFFORTS.get(reasoning.effort or "medium", "high")
    return True
