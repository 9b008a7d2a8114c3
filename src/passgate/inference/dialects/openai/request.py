"""A neutral chat request as OpenAI-compatible vendors take it."""

from typing import Any

from passgate.inference.dialects.openai.body import Body
from passgate.inference.dialects.openai.end_user import end_user
from passgate.inference.dialects.openai.function_schema import function_schema
from passgate.inference.dialects.openai.gpt_model import leave_sampling
from passgate.inference.dialects.openai.messages import MessageWriter
from passgate.inference.dialects.openai.profile import endpoint, read_profile, request_headers
from passgate.inference.dialects.openai.reasoning import put_reasoning
from passgate.inference.dialects.openai.strict_schema import is_strict
from passgate.inference.exchange.chat_request import ChatRequest, ResponseFormat, Tool, ToolChoice
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.exchange.ports import Outgoing
from passgate.inference.json_text import write_json
from passgate.inference.translation import ParsedRequest, Target, VendorRequest

_SAME_NAME = (
    "top_p",
    "seed",
    "n",
    "frequency_penalty",
    "presence_penalty",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "verbosity",
    "metadata",
    "service_tier",
    "prompt_cache_key",
)


def write_request(request: ChatRequest, parsed: ParsedRequest, target: Target) -> Outgoing:
    """Write the whole request; what the vendor has no word for is left out and named."""
    del parsed  # nothing of the client's headers matters to these vendors
    profile = read_profile(target.profile)
    left_out = LeftOut(request)
    body = Body(profile, left_out)
    body.document["model"] = target.vendor_model
    body.document["messages"] = MessageWriter(profile, left_out).write(request)
    temperature = left_out.no_higher_temperature(request.temperature, profile.most_temperature)
    body.put("temperature", "temperature", temperature)
    for name in _SAME_NAME:
        body.put(name, name, getattr(request, name))
    body.put("user", "user", end_user(request.user))
    body.put("stop", "stop", left_out.all_but_first_stops(request.stop, profile.most_stops) or None)
    body.put(
        "max_tokens", profile.max_tokens_field, left_out.no_larger_limit(request.max_tokens, target.max_output_tokens)
    )
    if "top_k" in profile.accepts:
        body.put("top_k", "top_k", request.top_k)
    else:
        left_out.member_if("top_k", request.top_k)
    left_out.member_if("cache", request.cache)
    _put_tools(request, body)
    put_reasoning(request.reasoning, target, body)
    _put_response_format(request.response_format, body)
    leave_sampling(request, target, body.document, left_out)
    for name, value in profile.adds.items():
        body.document.setdefault(name, value)
    if request.stream:
        body.document["stream"] = True
        if profile.stream_usage:
            body.document["stream_options"] = {"include_usage": True}
    url = endpoint(target, profile.chat_path)
    vendor_request = VendorRequest("POST", url, request_headers(target, profile), write_json(body.document))
    return Outgoing(vendor_request, left_out.names())


def _put_tools(request: ChatRequest, body: Body) -> None:
    choice = request.tool_choice
    tools = request.offered_tools()
    if not tools:
        body.left_out.member_if("tool_choice", choice)
        body.left_out.member_if("parallel_tool_calls", request.parallel_tool_calls)
        return
    body.put("tools", "tools", [_tool(tool, body) for tool in tools])
    body.put("tool_choice", "tool_choice", _choice(choice))
    body.put("parallel_tool_calls", "parallel_tool_calls", request.parallel_tool_calls)


def _tool(tool: Tool, body: Body) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool.name}
    if tool.description is not None:
        function["description"] = tool.description
    function["parameters"] = function_schema(tool.parameters, body.profile)
    if tool.strict is not None:
        if body.profile.strict_tools:
            function["strict"] = tool.strict
        elif tool.strict:
            body.left_out.at(tool.path, "strict")
    written = {"type": "function", "function": function}
    if tool.cache is not None:
        if "cache_control" in body.profile.accepts:
            written["cache_control"] = {"type": "ephemeral"}
        else:
            body.left_out.at(tool.path, "cache_control")
    return written


def _choice(choice: ToolChoice | None) -> str | dict[str, Any] | None:
    if choice is None:
        return None
    if choice.forced is not None:
        return {"type": "function", "function": {"name": choice.forced}}
    return choice.mode


def _put_response_format(wanted: ResponseFormat | None, body: Body) -> None:
    if wanted is None:
        return
    if wanted.kind != "json_schema":
        body.put("response_format", "response_format", {"type": wanted.kind})
        return
    if not body.profile.json_schema:
        body.put("response_format", "response_format", {"type": "json_object"})
        body.left_out.of_schema()
        return
    schema = wanted.schema or {}
    inner: dict[str, Any] = {"name": wanted.name or "answer", "schema": schema}
    if wanted.description is not None:
        inner["description"] = wanted.description
    strict = wanted.strict if wanted.strict is not None else is_strict(schema)
    inner["strict"] = strict
    body.put("response_format", "response_format", {"type": "json_schema", "json_schema": inner})
