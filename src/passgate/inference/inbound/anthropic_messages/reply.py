"""A neutral answer as an Anthropic message.

What other vendors' own tools did has no block there: it goes into ``vendor_blocks`` of the message, the gate's
addition. Signatures of other vendors' thoughts are carried in Anthropic's own field (see ``carried_signature``).
"""

from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.carried_signature import pack
from passgate.inference.exchange.chat_reply import ChatReply, Choice, FinishReason
from passgate.inference.exchange.content import Citation, Part, Refusal, Text, Thinking, ToolCall, VendorBlock
from passgate.inference.exchange.ports import ReplyContext
from passgate.inference.json_text import read_exact, write_json

_REASONS: dict[FinishReason, str] = {
    "stop": "end_turn",
    "stop_sequence": "stop_sequence",
    "length": "max_tokens",
    "context_length": "model_context_window_exceeded",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
    "refusal": "refusal",
    "pause": "pause_turn",
}
_TIERS = {"default": "standard", "priority": "priority"}


def write_reply(reply: ChatReply, context: ReplyContext) -> bytes:
    """Write the whole answer; this format has room for one."""
    choice = reply.choices[0]
    content: list[dict[str, Any]] = []
    vendor_blocks: list[dict[str, Any]] = []
    for part in choice.parts:
        if isinstance(part, VendorBlock):
            vendor_blocks.append(write_vendor_block(part))
        else:
            content.extend(_block(part))
    document: dict[str, Any] = {
        "id": reply.id,
        "type": "message",
        "role": "assistant",
        "model": reply.model or context.model,
        "content": content,
        **stop_fields(choice),
        "usage": _usage(reply),
    }
    if vendor_blocks:
        document["vendor_blocks"] = vendor_blocks
    return write_json(document)


def stop_fields(choice: Choice) -> dict[str, Any]:
    """Why the model stopped."""
    reason = choice.finish_reason
    return {
        "stop_reason": "end_turn" if reason is None else _REASONS[reason],
        "stop_sequence": choice.stop_sequence,
    }


def write_usage(usage: TokenUsage) -> dict[str, Any]:
    """Usage in Anthropic's words: cached input is counted beside the rest, not within it."""
    written: dict[str, Any] = {
        "input_tokens": max(usage.input - usage.cached_input - usage.cache_write, 0),
        "cache_creation_input_tokens": usage.cache_write,
        "cache_read_input_tokens": usage.cached_input,
        "output_tokens": usage.output,
    }
    if usage.reasoning:
        written["output_tokens_details"] = {"thinking_tokens": usage.reasoning}
    return written


def write_citation(citation: Citation, text: str) -> dict[str, Any]:
    """A citation of a web page."""
    cited = citation.cited_text
    if not cited and citation.start is not None and citation.end is not None:
        cited = text[citation.start : citation.end]
    return {
        "type": "web_search_result_location",
        "url": citation.url,
        "title": citation.title,
        "cited_text": cited,
        "encrypted_index": citation.token,
    }


def write_vendor_block(block: VendorBlock) -> dict[str, Any]:
    """What a vendor's own tool did, under the format that it is told in."""
    return {"format": block.vendor_format, "block": block.document}


def read_arguments(text: str) -> dict[str, Any]:
    """The arguments of a tool call as the object that this format wants.

    A model that was cut short, or erred, gives text that is no object; it is kept under ``_unparsed``.
    """
    if not text.strip():
        return {}
    try:
        arguments = read_exact(text)
    except ValueError:
        arguments = None
    return arguments if isinstance(arguments, dict) else {"_unparsed": text}


def _usage(reply: ChatReply) -> dict[str, Any]:
    written = write_usage(reply.usage or TokenUsage())
    tier = _TIERS.get(reply.service_tier or "")
    return written if tier is None else {**written, "service_tier": tier}


def _block(part: Part) -> list[dict[str, Any]]:
    match part:
        case Text(text, citations):
            block: dict[str, Any] = {"type": "text", "text": text}
            if citations:
                block["citations"] = [write_citation(citation, text) for citation in citations]
            return [block]
        case Refusal(text):
            return [{"type": "text", "text": text}]
        case Thinking():
            return _thinking(part)
        case ToolCall():
            return [{"type": "tool_use", "id": part.id, "name": part.name, "input": read_arguments(part.arguments)}]
        case _:
            return []  # pictures, documents and sound stand in requests only


def _thinking(thought: Thinking) -> list[dict[str, Any]]:
    if thought.data is not None:
        told = [] if not thought.text else [{"type": "thinking", "thinking": thought.text, "signature": ""}]
        return [*told, {"type": "redacted_thinking", "data": pack(thought.data, thought.format, thought.id)}]
    signature = "" if thought.signature is None else pack(thought.signature, thought.format, thought.id)
    return [{"type": "thinking", "thinking": thought.text, "signature": signature}]
