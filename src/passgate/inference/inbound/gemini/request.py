"""A GenerateContentRequest as a neutral one (https://ai.google.dev/api/generate-content)."""

from typing import Any

from passgate.inference.exchange.chat_request import (
    EFFORTS,
    ChatRequest,
    Reasoning,
    ResponseFormat,
    Tool,
    ToolChoice,
)
from passgate.inference.inbound.gemini.contents import read_contents, read_texts
from passgate.inference.inbound.gemini.proto_fields import ProtoFields
from passgate.inference.inbound.gemini.schema import json_schema

_CONFIG = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "max_tokens": "maxOutputTokens",
    "stop": "stopSequences",
    "seed": "seed",
    "n": "candidateCount",
    "frequency_penalty": "frequencyPenalty",
    "presence_penalty": "presencePenalty",
    "logprobs": "responseLogprobs",
    "top_logprobs": "logprobs",
    "response_format": "responseMimeType",
    "reasoning": "thinkingConfig",
    "reasoning_budget": "thinkingConfig.thinkingBudget",
    "reasoning_display": "thinkingConfig.includeThoughts",
    "response_schema": "responseSchema",
}
_NAMES = {
    **{member: f"generationConfig.{name}" for member, name in _CONFIG.items()},
    "tool_choice": "toolConfig.functionCallingConfig",
    "metadata": "labels",
    "service_tier": "serviceTier",
}
_MODES = {"AUTO": "auto", "NONE": "none", "ANY": "required"}
_TIERS = {"standard": "default", "service_tier_standard": "default"}


def read_request(document: dict[str, Any]) -> ChatRequest:
    """Read the whole body; the path, which bears the model and whether to stream, is read before.

    Raises:
        InvalidRequestError: a field is missing or of a wrong type.
        UntranslatableError: a field that only Google knows and that may not be left out.
    """
    fields = ProtoFields(document, "", [])
    fields.skip("model")
    system = fields.object("systemInstruction")
    request = ChatRequest("", read_contents(fields), names=_NAMES, unread=fields.unread)
    request.system = [] if system is None else read_texts(system)
    request.include_usage = True
    if fields.take("cachedContent") is not None:
        raise fields.refuse("cachedContent", "the content is kept by Google, and other vendors cannot read it.")
    _read_tools(fields, request)
    request.tool_choice = _read_tool_choice(fields, request)
    config = fields.object("generationConfig")
    if config is not None:
        _read_sampling(config, request)
        _read_output(config, request)
        config.done()
    request.metadata = fields.mapping("labels")
    tier = fields.text_or_none("serviceTier")
    request.service_tier = None if tier is None else _TIERS.get(tier.lower(), tier.lower())
    fields.done()
    return request


def _read_tools(fields: ProtoFields, request: ChatRequest) -> None:
    tools = fields.document.get("tools")
    # A lone object in place of a list of one is taken by Google, and sent by some clients.
    holders = [fields.object("tools")] if isinstance(tools, dict) else fields.objects("tools")
    for holder in holders:
        if holder is None:
            continue
        for declaration in holder.objects("functionDeclarations"):
            request.tools.append(_read_tool(declaration))
        for name, value in holder.document.items():
            if name != "functionDeclarations" and value is not None:
                raise holder.refuse(name, "the tool runs at Google; other vendors do not have it.")


def _read_tool(declaration: ProtoFields) -> Tool:
    own, schema = declaration.mapping("parameters"), declaration.mapping("parametersJsonSchema")
    if schema is None:
        schema = {} if own is None else json_schema(own)
    tool = Tool(declaration.text("name"), declaration.text_or_none("description"), schema, path=declaration.path)
    declaration.done()
    return tool


def _read_tool_choice(fields: ProtoFields, request: ChatRequest) -> ToolChoice | None:
    config = fields.object("toolConfig")
    if config is None:
        return None
    calling = config.object("functionCallingConfig")
    config.done()
    if calling is None:
        return None
    mode = (calling.text_or_none("mode") or "AUTO").upper()
    names = calling.texts("allowedFunctionNames")
    calling.done()
    if mode == "VALIDATED":
        # That arguments keep to their schema is what the others do by themselves, or not at all.
        request.unread.append("toolConfig.functionCallingConfig.mode")
        return ToolChoice("auto", names)
    if mode == "MODE_UNSPECIFIED":
        mode = "AUTO"
    match _MODES.get(mode):
        case ("auto" | "none" | "required") as known:
            return ToolChoice(known, names)
        case _:
            raise calling.wrong("mode", "one of AUTO, ANY, NONE, VALIDATED")


def _read_sampling(config: ProtoFields, request: ChatRequest) -> None:
    request.temperature = config.number("temperature")
    request.top_p = config.number("topP")
    request.top_k = config.whole("topK")
    request.max_tokens = config.whole("maxOutputTokens")
    request.stop = config.texts("stopSequences")
    request.seed = config.whole("seed")
    request.n = config.whole("candidateCount")
    request.frequency_penalty = config.number("frequencyPenalty")
    request.presence_penalty = config.number("presencePenalty")
    request.logprobs = config.flag("responseLogprobs")
    request.top_logprobs = config.whole("logprobs")


def _read_output(config: ProtoFields, request: ChatRequest) -> None:
    if any(modality.upper() != "TEXT" for modality in config.texts("responseModalities")):
        raise config.refuse("responseModalities", "other vendors answer in text.")
    for name in ("speechConfig", "imageConfig"):
        if config.take(name) is not None:
            raise config.refuse(name, "other vendors answer in text.")
    request.response_format = _read_format(config)
    request.reasoning = _read_thinking(config.object("thinkingConfig"))


def _read_format(config: ProtoFields) -> ResponseFormat | None:
    kind = config.text_or_none("responseMimeType")
    own = config.mapping("responseSchema")
    # The second name is how the field is written in the API's own reference.
    schema = config.mapping("responseJsonSchema") or config.mapping("_responseJsonSchema")
    if schema is None and own is not None:
        schema = json_schema(own)
    if kind == "application/json":
        return ResponseFormat("json_object") if schema is None else ResponseFormat("json_schema", schema)
    if kind in {None, "text/plain"}:
        return None
    raise config.refuse("responseMimeType", f"no other vendor answers in '{kind}'.")


def _read_thinking(thinking: ProtoFields | None) -> Reasoning | None:
    if thinking is None:
        return None
    shown = thinking.flag("includeThoughts")
    budget = thinking.whole("thinkingBudget")
    level = thinking.text_or_none("thinkingLevel")
    thinking.done()
    effort = None
    if level is not None and level.upper() != "THINKING_LEVEL_UNSPECIFIED":
        effort = EFFORTS.get(level.lower())
        if effort is None:
            raise thinking.wrong("thinkingLevel", "one of MINIMAL, LOW, MEDIUM, HIGH")
    display = "omitted" if shown is False else None
    if budget == 0:
        return Reasoning(False, effort)
    if budget is not None and budget > 0:
        return Reasoning(True, effort, budget, display=display)
    if budget is None and effort is None and not shown:
        return None  # the model thinks as it does by itself, and keeps its thoughts to itself
    return Reasoning(None, effort, adaptive=budget is not None or effort is None, display=display)
