"""A neutral chat request as OpenAI's Responses, for models that answer nothing else."""

from typing import Any

from passgate.inference.dialects.openai.body import Body
from passgate.inference.dialects.openai.end_user import end_user
from passgate.inference.dialects.openai.function_schema import function_schema
from passgate.inference.dialects.openai.gpt_model import gpt_model, kept_effort, leave_sampling, wanted_effort
from passgate.inference.dialects.openai.profile import endpoint, read_profile, request_headers
from passgate.inference.dialects.openai.responses.items import ItemWriter
from passgate.inference.dialects.openai.responses.native import ENCRYPTED
from passgate.inference.exchange.chat_request import ChatRequest, Tool, ToolChoice
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.exchange.ports import Outgoing
from passgate.inference.json_text import write_json
from passgate.inference.translation import ParsedRequest, Target, UntranslatableError, VendorRequest

_SAME_NAME = ("temperature", "top_p", "metadata", "service_tier", "prompt_cache_key", "top_logprobs")
_UNKNOWN = ("top_k", "seed", "frequency_penalty", "presence_penalty", "logit_bias", "cache")
_LOGPROBS = "message.output_text.logprobs"
_NO_PARAMETERS: dict[str, Any] = {"type": "object", "properties": {}}
"""Of a function without any: Responses refuse a schema of no type."""


def write_responses_request(request: ChatRequest, parsed: ParsedRequest, target: Target) -> Outgoing:
    """Write the whole request; the vendor keeps nothing, so thoughts come back encrypted.

    Raises:
        UntranslatableError: several answers are asked for.
    """
    profile = read_profile(target.profile)
    left_out = LeftOut(request)
    document = responses_body(request, parsed, target, left_out)
    url = endpoint(target, profile.responses_path or "/responses")
    vendor_request = VendorRequest("POST", url, request_headers(target, profile), write_json(document))
    return Outgoing(vendor_request, left_out.names())


def responses_body(request: ChatRequest, parsed: ParsedRequest, target: Target, left_out: LeftOut) -> dict[str, Any]:
    """The request's document.

    Raises:
        UntranslatableError: several answers are asked for.
    """
    body = Body(read_profile(target.profile), left_out)
    if request.n is not None and request.n > 1:
        name = request.called("n")
        raise UntranslatableError(f"The field '{name}' cannot be translated: a response is one answer.", field=name)
    body.document["model"] = target.vendor_model
    for text in request.system:
        if text.cache is not None:
            left_out.at(text.path, "cache_control")
    if request.system:
        body.document["instructions"] = "\n\n".join(text.text for text in request.system)
    body.document["input"] = ItemWriter(left_out, own_files=parsed.format.startswith("openai-")).write(request)
    for name in _SAME_NAME:
        body.put(name, name, getattr(request, name))
    for name in _UNKNOWN:
        left_out.member_if(name, getattr(request, name))
    if request.stop:
        left_out.member("stop")
    body.put("user", "safety_identifier", end_user(request.user))
    body.put("max_tokens", "max_output_tokens", left_out.no_larger_limit(request.max_tokens, target.max_output_tokens))
    body.document["store"] = False
    _put_tools(request, body)
    _put_reasoning(request, target, body)
    leave_sampling(request, target, body.document, left_out)
    _put_include(request, target, body)
    _put_text(request, body)
    if request.stream:
        body.document["stream"] = True
    return body.document


def _put_tools(request: ChatRequest, body: Body) -> None:
    tools = request.offered_tools()
    if not tools:
        body.left_out.member_if("tool_choice", request.tool_choice)
        body.left_out.member_if("parallel_tool_calls", request.parallel_tool_calls)
        return
    body.put("tools", "tools", [_tool(tool, body) for tool in tools])
    body.put("tool_choice", "tool_choice", _choice(request.tool_choice))
    body.put("parallel_tool_calls", "parallel_tool_calls", request.parallel_tool_calls)


def _tool(tool: Tool, body: Body) -> dict[str, Any]:
    if tool.cache is not None:
        body.left_out.at(tool.path, "cache_control")
    # Responses hold a schema to the strict subset unless told otherwise; chat completions do not.
    schema = function_schema(tool.parameters, body.profile) or _NO_PARAMETERS
    written = {"type": "function", "name": tool.name, "parameters": schema, "strict": tool.strict or False}
    return written if tool.description is None else {**written, "description": tool.description}


def _choice(choice: ToolChoice | None) -> str | dict[str, Any] | None:
    if choice is None:
        return None
    if choice.forced is not None:
        return {"type": "function", "name": choice.forced}
    return choice.mode


def _put_include(request: ChatRequest, target: Target, body: Body) -> None:
    """Thoughts always, so that they come back encrypted; log probabilities of a model that does not think."""
    body.document["include"] = [ENCRYPTED]
    if not request.logprobs:
        return
    model = gpt_model(target)
    if model is not None and model.thinks(wanted_effort(request.reasoning)):
        body.left_out.member("logprobs")
    else:
        body.document["include"].append(_LOGPROBS)


def _put_reasoning(request: ChatRequest, target: Target, body: Body) -> None:
    thinking = request.reasoning
    if thinking is None:
        return
    model = gpt_model(target)
    effort = thinking.effort if model is None else wanted_effort(thinking)
    if model is not None and effort is not None:
        effort = kept_effort(model, effort, body.left_out)
        if effort is None:
            return
    if effort is None:
        body.left_out.member("reasoning")
        return
    told: dict[str, Any] = {"effort": effort}
    if thinking.display != "omitted":
        told["summary"] = "auto"
    body.put("reasoning", "reasoning", told)


def _put_text(request: ChatRequest, body: Body) -> None:
    text: dict[str, Any] = {}
    if request.verbosity is not None:
        text["verbosity"] = request.verbosity
    wanted = request.response_format
    if wanted is not None and wanted.kind == "json_schema":
        shape: dict[str, Any] = {"type": "json_schema", "name": wanted.name or "answer", "schema": wanted.schema or {}}
        if wanted.description is not None:
            shape["description"] = wanted.description
        shape["strict"] = wanted.strict or False
        text["format"] = shape
    elif wanted is not None:
        text["format"] = {"type": wanted.kind}
    if text:
        body.document["text"] = text
