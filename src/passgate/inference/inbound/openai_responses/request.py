"""A Responses request as a neutral one."""

from typing import Any

from passgate.inference.exchange.chat_request import ChatRequest, Reasoning
from passgate.inference.exchange.content import Text
from passgate.inference.inbound.fields import Fields
from passgate.inference.inbound.openai_responses.items import read_input
from passgate.inference.inbound.openai_responses.tools import read_tools
from passgate.inference.inbound.openai_wishes import read_effort, read_format

_NAMES = {
    "max_tokens": "max_output_tokens",
    "response_format": "text.format",
    "response_schema": "text.format",
    "reasoning_display": "reasoning.summary",
    "image_detail": "detail",
    "document_title": "filename",
    "verbosity": "text.verbosity",
    "user": "safety_identifier",
    "logprobs": "include",
}
_ALWAYS_TOLD = "reasoning.encrypted_content"
_LOGPROBS = "message.output_text.logprobs"


def read_request(document: dict[str, Any]) -> ChatRequest:
    """Read the whole request. A stream of this format always tells its usage.

    Raises:
        InvalidRequestError: a field is missing or of a wrong type.
        UntranslatableError: a field that only OpenAI knows and that may not be left out.
    """
    fields = Fields(document, "", [])
    system, turns = read_input(fields)
    instructions = fields.text_or_none("instructions")
    if instructions is not None:
        system.insert(0, Text(instructions, path="instructions"))
    request = ChatRequest(fields.text("model"), turns, system, names=dict(_NAMES), unread=fields.unread)
    request.stream = fields.flag("stream") or False
    request.include_usage = True
    read_tools(fields, request)
    _read_sampling(fields, request)
    _read_output(fields, request)
    _refuse_unknowable(fields)
    request.metadata = fields.mapping("metadata")
    request.service_tier = fields.text_or_none("service_tier")
    request.prompt_cache_key = fields.text_or_none("prompt_cache_key")
    fields.done()
    return request


def _read_sampling(fields: Fields, request: ChatRequest) -> None:
    request.temperature = fields.number("temperature")
    request.top_p = fields.number("top_p")
    request.top_logprobs = fields.integer("top_logprobs")
    request.user = fields.text_or_none("safety_identifier") or fields.text_or_none("user")
    fields.skip("user")
    if "safety_identifier" not in fields.document:
        request.names["user"] = "user"
    for wanted in fields.texts("include"):
        if wanted == _LOGPROBS:
            request.logprobs = True
        elif wanted != _ALWAYS_TOLD:
            fields.unread.append(f"include.{wanted}")


def _read_output(fields: Fields, request: ChatRequest) -> None:
    request.max_tokens = fields.integer("max_output_tokens")
    text = fields.object("text")
    if text is not None:
        request.verbosity = text.text_or_none("verbosity")
        request.response_format = read_format(text.object("format"), lambda fields: fields)
        text.done()
    thinking = fields.object("reasoning")
    if thinking is not None:
        effort = read_effort(thinking, "effort")
        summary = thinking.text_or_none("summary") or thinking.text_or_none("generate_summary")
        thinking.skip("generate_summary")
        display = "summarized" if summary is not None else None
        request.reasoning = Reasoning(effort=effort, display=display)
        thinking.done()
        if effort is None:
            request.reasoning = None  # how thoughts are told, without thoughts being asked for


def _refuse_unknowable(fields: Fields) -> None:
    """Refuse what changes the answer's very nature and has no counterpart elsewhere. State is refused before."""
    if fields.take("prompt") is not None:
        raise fields.refuse("prompt", "it is kept at OpenAI.")
    if fields.document.get("store") is False:
        fields.skip("store")
    if fields.document.get("background") is False:
        fields.skip("background")
    if fields.document.get("truncation") == "disabled":
        fields.skip("truncation")
    options = fields.object("stream_options")
    if options is not None:
        options.skip("include_obfuscation")
        options.done()
