"""A neutral chat request as Gemini takes it (https://ai.google.dev/api/generate-content)."""

import re
from typing import Any

from passgate.inference.dialects.gemini.contents import ContentWriter, is_gemini_3
from passgate.inference.dialects.gemini.endpoint import vendor_request
from passgate.inference.dialects.gemini.thinking import thinking_config
from passgate.inference.exchange.chat_request import ChatRequest, Tool, ToolChoice
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.exchange.ports import Outgoing
from passgate.inference.json_text import write_json
from passgate.inference.translation import ParsedRequest, Target, UntranslatableError
from passgate.inference.vertex_address import is_vertex

_MOST_STOPS = 5
"""See ``stopSequences`` at https://ai.google.dev/api/generate-content#generationconfig; the temperature may be 2."""
_CONFIG = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "seed": "seed",
    "n": "candidateCount",
    "frequency_penalty": "frequencyPenalty",
    "presence_penalty": "presencePenalty",
}
_UNKNOWN = ("logit_bias", "verbosity", "user", "prompt_cache_key", "cache")
_SINCE_4 = re.compile(r"gemini-[4-9]")
"""Penalties and several candidates are refused from there on."""
_TIERS = {"default": "standard", "flex": "flex", "priority": "priority"}


def write_request(request: ChatRequest, parsed: ParsedRequest, target: Target) -> Outgoing:
    """Write the whole request; what Gemini has no word for is left out and named.

    Instructions in the middle of the talk go to the others at its start, which is where every model takes them.
    """
    del parsed  # nothing of the client's headers matters to Gemini
    left_out = LeftOut(request)
    body = write_body(request, target, left_out)
    method = "streamGenerateContent" if request.stream else "generateContent"
    return Outgoing(vendor_request(target, method, write_json(body)), left_out.names())


def write_body(request: ChatRequest, target: Target, left_out: LeftOut) -> dict[str, Any]:
    """The request's document."""
    system, contents = ContentWriter(target, left_out).write(request)
    body: dict[str, Any] = {"contents": contents}
    if system:
        body["systemInstruction"] = {"parts": system}
    _put_tools(request, body, left_out)
    config = _generation_config(request, target, left_out)
    if config:
        body["generationConfig"] = config
    for name in _UNKNOWN:
        left_out.member_if(name, getattr(request, name))
    _put_account(request, target, body, left_out)
    refuses = target.profile.get("refuses", ())
    for name in (name for name in refuses if name in config):
        del config[name]
        left_out.member(name)
    return body


def _generation_config(request: ChatRequest, target: Target, left_out: LeftOut) -> dict[str, Any]:
    config = {name: getattr(request, member) for member, name in _CONFIG.items()}
    if _SINCE_4.search(target.vendor_model):
        _leave_what_4_refuses(request, config, left_out)
    _put_probabilities(request, target, config, left_out)
    config["maxOutputTokens"] = left_out.no_larger_limit(request.max_tokens, target.max_output_tokens)
    config["stopSequences"] = left_out.all_but_first_stops(request.stop, _MOST_STOPS) or None
    config["thinkingConfig"] = thinking_config(request, target, left_out)
    wanted = request.response_format
    if wanted is not None and wanted.kind != "text":
        config["responseMimeType"] = "application/json"
        config["responseJsonSchema"] = wanted.schema
        left_out.all_but_schema(wanted)
    return {name: value for name, value in config.items() if value is not None}


def _put_probabilities(request: ChatRequest, target: Target, config: dict[str, Any], left_out: LeftOut) -> None:
    """Vertex AI tells how likely tokens were, of models before the third generation; elsewhere it is refused."""
    if is_vertex(target) and not is_gemini_3(target):
        config["responseLogprobs"] = request.logprobs
        config["logprobs"] = request.top_logprobs if request.logprobs else None
        return
    for name in ("logprobs", "top_logprobs"):
        left_out.member_if(name, getattr(request, name))


def _leave_what_4_refuses(request: ChatRequest, config: dict[str, Any], left_out: LeftOut) -> None:
    for member in ("frequency_penalty", "presence_penalty"):
        left_out.member_if(member, config.pop(_CONFIG[member]))
    if request.n is not None and request.n > 1:
        name = request.called("n")
        message = f"The field '{name}' cannot be translated: Gemini 4 gives one answer."
        raise UntranslatableError(message, field=name)


def _put_tools(request: ChatRequest, body: dict[str, Any], left_out: LeftOut) -> None:
    choice = request.tool_choice
    must = choice is not None and choice.mode == "required"
    tools = request.tools if must else request.offered_tools()
    if not tools:
        left_out.member_if("tool_choice", choice)
        left_out.member_if("parallel_tool_calls", request.parallel_tool_calls)
        return
    body["tools"] = [{"functionDeclarations": [_tool(tool, left_out) for tool in tools]}]
    if choice is not None:
        body["toolConfig"] = {"functionCallingConfig": _choice(choice)}
    if request.parallel_tool_calls is False:
        left_out.member("parallel_tool_calls")


def _tool(tool: Tool, left_out: LeftOut) -> dict[str, Any]:
    declaration: dict[str, Any] = {"name": tool.name}
    if tool.description:
        declaration["description"] = tool.description
    if tool.parameters:
        declaration["parametersJsonSchema"] = tool.parameters
    if tool.strict:
        left_out.at(tool.path, "strict")
    if tool.cache is not None:
        left_out.at(tool.path, "cache_control")
    return declaration


def _choice(choice: ToolChoice) -> dict[str, Any]:
    if choice.mode != "required":
        return {"mode": choice.mode.upper()}
    return {"mode": "ANY", **({"allowedFunctionNames": list(choice.names)} if choice.names else {})}


def _put_account(request: ChatRequest, target: Target, body: dict[str, Any], left_out: LeftOut) -> None:
    tier = request.service_tier
    if tier in _TIERS and not is_vertex(target):
        body["serviceTier"] = _TIERS[tier]
    elif tier != "auto":
        left_out.member_if("service_tier", tier)
    labels = request.metadata
    if labels and is_vertex(target) and all(isinstance(value, str) for value in labels.values()):
        body["labels"] = labels
    else:
        left_out.member_if("metadata", labels)
