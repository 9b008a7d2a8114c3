"""A neutral chat request as Converse takes it.

See https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html.
"""

from typing import Any

from passgate.inference.dialects.bedrock.blocks import BlockWriter
from passgate.inference.dialects.bedrock.endpoint import model_url
from passgate.inference.dialects.bedrock.model_family import family_of
from passgate.inference.dialects.bedrock.model_fields import put_model_fields
from passgate.inference.dialects.bedrock.tools import put_tools
from passgate.inference.exchange.chat_request import ChatRequest, ResponseFormat
from passgate.inference.exchange.claude_model import check_prefill
from passgate.inference.exchange.claude_thoughts import leave_thoughts
from passgate.inference.exchange.content import Part, Text
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.exchange.ports import Outgoing
from passgate.inference.json_text import write_json
from passgate.inference.translation import ParsedRequest, Target, UntranslatableError, VendorRequest

_UNKNOWN = (
    "seed",
    "frequency_penalty",
    "presence_penalty",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "verbosity",
    "user",
    "prompt_cache_key",
    "cache",
)
_TIERS = ("default", "priority", "flex")
_MOST_TEMPERATURE = 1
"""See https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html.

Of stop sequences it takes 2,500.
"""
HEADERS = {"content-type": "application/json"}


def write_request(request: ChatRequest, parsed: ParsedRequest, target: Target) -> Outgoing:
    """Write the whole request; what Converse has no word for is left out and named."""
    del parsed  # nothing of the client's headers matters to Bedrock
    left_out = LeftOut(request)
    body = converse_body(request, target, left_out)
    url = model_url(target, "converse-stream" if request.stream else "converse")
    return Outgoing(VendorRequest("POST", url, dict(HEADERS), write_json(body)), left_out.names())


def converse_body(request: ChatRequest, target: Target, left_out: LeftOut) -> dict[str, Any]:
    """The request's document.

    Raises:
        UntranslatableError: something that Converse cannot express and that may not be left out.
    """
    if request.n not in {None, 1}:
        raise UntranslatableError("The field 'n' cannot be translated: Bedrock gives one answer.", field="n")
    family = family_of(target.vendor_model)
    if family == "anthropic":
        leave_thoughts(request, target, left_out)
    writer = BlockWriter(family, left_out)
    body: dict[str, Any] = {"messages": _messages(request, target, writer, left_out)}
    system = _system(request, writer)
    if system:
        body["system"] = system
    body["inferenceConfig"] = _inference(request, target, left_out)
    put_tools(request, target, body, writer, left_out)
    put_model_fields(request, target, family, body, left_out)
    _put_format(request.response_format, body, left_out)
    _put_account(request, body, left_out)
    for name in _UNKNOWN:
        left_out.member_if(name, getattr(request, name))
    return {name: value for name, value in body.items() if value}


def _system(request: ChatRequest, writer: BlockWriter) -> list[dict[str, Any]]:
    """Instructions, those in the middle of the talk included: Converse takes them at its start only."""
    texts = list(request.system)
    for turn in request.turns:
        if turn.role == "system":
            texts.extend(_instruction(part) for part in turn.parts)
    return [block for text in texts for block in writer.write(text)]


def _instruction(part: Part) -> Text:
    if not isinstance(part, Text):
        message = f"'{part.path}' cannot be translated: Bedrock takes text there."
        raise UntranslatableError(message, field=part.path)
    return part


def _messages(request: ChatRequest, target: Target, writer: BlockWriter, left_out: LeftOut) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    for turn in request.turns:
        if turn.name is not None:
            left_out.at(turn.path, "name")
        if turn.role == "system":
            continue
        blocks = [block for part in turn.parts for block in writer.write(part)]
        if messages and messages[-1]["role"] == turn.role:
            # Roles must alternate, and all results of one answer's tool calls must stand in one message.
            messages[-1]["content"].extend(blocks)
        elif blocks:
            messages.append({"role": turn.role, "content": blocks})
    if not messages:
        message = "The field 'messages' cannot be translated: Bedrock needs a message of the user's."
        raise UntranslatableError(message, field="messages")
    if messages[-1]["role"] == "assistant":
        check_prefill(request, target)
    return messages


def _inference(request: ChatRequest, target: Target, left_out: LeftOut) -> dict[str, Any]:
    limit = left_out.no_larger_limit(request.max_tokens, target.max_output_tokens)
    stops = [stop for stop in request.stop if stop.strip()]
    if len(stops) != len(request.stop):
        left_out.member("stop")
    temperature = left_out.no_higher_temperature(request.temperature, _MOST_TEMPERATURE)
    told = {"maxTokens": limit, "temperature": temperature, "topP": request.top_p, "stopSequences": stops}
    return {name: value for name, value in told.items() if value not in (None, [])}


def _put_format(wanted: ResponseFormat | None, body: dict[str, Any], left_out: LeftOut) -> None:
    if wanted is None or wanted.kind == "text":
        return
    if wanted.kind == "json_object":
        # OpenAI demands that the messages themselves ask for JSON, so the model is told; it is not held to it.
        left_out.member("response_format")
        return
    schema: dict[str, Any] = {"name": wanted.name or "answer", "schema": write_json(wanted.schema or {}).decode()}
    if wanted.description is not None:
        schema["description"] = wanted.description
    if wanted.strict is False:
        left_out.of_schema("strict")
    body["outputConfig"] = {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": schema}}}


def _put_account(request: ChatRequest, body: dict[str, Any], left_out: LeftOut) -> None:
    if request.service_tier in _TIERS:
        body["serviceTier"] = {"type": request.service_tier}
    elif request.service_tier != "auto":
        left_out.member_if("service_tier", request.service_tier)
    metadata = request.metadata
    if metadata and all(isinstance(value, str) for value in metadata.values()):
        body["requestMetadata"] = metadata
    elif metadata:
        left_out.member("metadata")
