"""A neutral answer as an OpenAI chat completion.

What OpenAI's format has no field for goes where other vendors of that format put it: thoughts into
``reasoning_content`` (plain) and ``reasoning_details`` (with signatures, as OpenRouter has them), a stop sequence that
was met into ``stop_reason`` (vLLM). What a vendor's own tools did goes into ``vendor_blocks``, the gate's addition.
"""

from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.chat_reply import ChatReply, Choice, FinishReason
from passgate.inference.exchange.content import Citation, Refusal, Text, Thinking, ToolCall, VendorBlock
from passgate.inference.exchange.log_probabilities import probability_rows
from passgate.inference.exchange.ports import ReplyContext
from passgate.inference.exchange.reasoning_details import write_reasoning_detail
from passgate.inference.json_text import write_json

_REASONS: dict[FinishReason, str] = {
    "stop": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "context_length": "length",
    "pause": "length",
    "tool_calls": "tool_calls",
    "content_filter": "content_filter",
    "refusal": "content_filter",
}


def write_reply(reply: ChatReply, context: ReplyContext) -> bytes:
    """Write the whole answer."""
    document: dict[str, Any] = {
        "id": reply.id,
        "object": "chat.completion",
        "created": reply.created or context.created,
        "model": reply.model or context.model,
        "choices": [_choice(choice, index) for index, choice in enumerate(reply.choices)],
    }
    if reply.usage is not None:
        document["usage"] = write_usage(reply.usage)
    if reply.service_tier is not None:
        document["service_tier"] = reply.service_tier
    return write_json(document)


def write_reason(reason: FinishReason | None) -> str:
    """OpenAI's word for a finish reason; an answer always has one."""
    return "stop" if reason is None else _REASONS[reason]


def write_usage(usage: TokenUsage) -> dict[str, Any]:
    """Usage in OpenAI's words."""
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {
            "cached_tokens": usage.cached_input,
            "cache_write_tokens": usage.cache_write,
            "audio_tokens": usage.input_audio,
        },
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning,
            "audio_tokens": usage.output_audio,
        },
    }


def write_citation(citation: Citation, start: int, end: int) -> dict[str, Any]:
    """A citation as an annotation of the characters from ``start`` to ``end``."""
    cited = {"url": citation.url, "title": citation.title, "start_index": start, "end_index": end}
    if citation.cited_text:
        cited["content"] = citation.cited_text
    return {"type": "url_citation", "url_citation": cited}


def write_vendor_block(block: VendorBlock) -> dict[str, Any]:
    """What a vendor's own tool did, under the format that it is told in."""
    return {"format": block.vendor_format, "block": block.document}


def own_logprobs(block: VendorBlock) -> dict[str, Any] | None:
    """What stands in a choice's ``logprobs``, where a block is that: OpenAI's Responses and Gemini tell it too."""
    rows = probability_rows(block)
    return None if rows is None else {"content": rows, "refusal": None}


def _logprobs(choice: Choice) -> dict[str, Any] | None:
    told = [own for part in choice.parts if isinstance(part, VendorBlock) and (own := own_logprobs(part)) is not None]
    return {"content": [row for own in told for row in own.get("content") or []], "refusal": None} if told else None


def _choice(choice: Choice, index: int) -> dict[str, Any]:
    written = {
        "index": index,
        "message": _message(choice),
        "logprobs": _logprobs(choice),
        "finish_reason": write_reason(choice.finish_reason),
    }
    if choice.stop_sequence is not None:
        written["stop_reason"] = choice.stop_sequence
    return written


def _message(choice: Choice) -> dict[str, Any]:
    text = ""
    annotations: list[dict[str, Any]] = []
    thoughts: list[Thinking] = []
    calls: list[dict[str, Any]] = []
    blocks: list[dict[str, Any]] = []
    refusal: str | None = None
    for part in choice.parts:
        match part:
            case Text():
                start, text = len(text), text + part.text
                annotations.extend(write_citation(citation, start, len(text)) for citation in part.citations)
            case Refusal():
                refusal = (refusal or "") + part.text
            case Thinking():
                thoughts.append(part)
            case ToolCall():
                function = {"name": part.name, "arguments": part.arguments}
                calls.append({"id": part.id, "type": "function", "function": function})
            case VendorBlock():
                blocks += [] if own_logprobs(part) is not None else [write_vendor_block(part)]
            case _:
                pass  # pictures, documents and sound stand in requests only
    message: dict[str, Any] = {"role": "assistant", "content": text or None, "refusal": refusal}
    if not (text or calls or refusal):
        message["content"] = ""
    plain = "".join(thought.text for thought in thoughts)
    optional = {
        "annotations": annotations,
        "reasoning_content": plain,
        "reasoning_details": [write_reasoning_detail(thought, index) for index, thought in enumerate(thoughts)],
        "tool_calls": calls,
        "vendor_blocks": blocks,
    }
    return {**message, **{name: value for name, value in optional.items() if value}}
