"""The documents that a response is made of: the response itself, its items and their parts."""

from collections.abc import Mapping
from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.chat_reply import FinishReason
from passgate.inference.exchange.content import Citation, Thinking, VendorBlock
from passgate.inference.inbound.openai_responses.client_tool import ClientTool, as_free_text
from passgate.inference.inbound.openai_responses.echo import echoed
from passgate.inference.inbound.openai_responses.sealed_thoughts import seal

_INCOMPLETE: dict[FinishReason, str] = {
    "length": "max_output_tokens",
    "context_length": "max_output_tokens",
    "pause": "max_output_tokens",
    "content_filter": "content_filter",
}


def response(response_id: str, model: str, created: int, asked: Mapping[str, Any]) -> dict[str, Any]:
    """A response that has just begun; ``asked``: the request, which it repeats."""
    return {
        "id": response_id,
        "object": "response",
        "created_at": created,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "model": model,
        "output": [],
        "usage": None,
        **echoed(asked),
    }


def ended(reason: FinishReason | None) -> dict[str, Any]:
    """What a finish reason says of the response."""
    told = _INCOMPLETE.get(reason) if reason is not None else None
    if told is None:
        return {"status": "completed"}
    return {"status": "incomplete", "incomplete_details": {"reason": told}}


def usage(used: TokenUsage) -> dict[str, Any]:
    """Usage in the words of Responses."""
    return {
        "input_tokens": used.input,
        "input_tokens_details": {"cached_tokens": used.cached_input, "cache_write_tokens": used.cache_write},
        "output_tokens": used.output,
        "output_tokens_details": {"reasoning_tokens": used.reasoning},
        "total_tokens": used.input + used.output,
    }


def message(item_id: str, content: list[dict[str, Any]], status: str = "completed") -> dict[str, Any]:
    """An item: something said."""
    return {"type": "message", "id": item_id, "status": status, "role": "assistant", "content": content}


def text(said: str, annotations: list[dict[str, Any]], logprobs: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """A part: text."""
    return {"type": "output_text", "text": said, "annotations": annotations, "logprobs": logprobs or []}


def refusal(said: str) -> dict[str, Any]:
    """A part: why the model will not answer."""
    return {"type": "refusal", "refusal": said}


def annotation(citation: Citation, length: int) -> dict[str, Any]:
    """A citation of a text of that length."""
    start = citation.start if citation.start is not None else 0
    end = citation.end if citation.end is not None else length
    return {
        "type": "url_citation",
        "url": citation.url,
        "title": citation.title,
        "start_index": start,
        "end_index": end,
    }


def call_id(tool: ClientTool, reply_id: str, number: int) -> str:
    """The id of an item that is a call, as OpenAI begins it."""
    return f"{'ctc' if tool.custom else 'fc'}_{reply_id}_{number}"


def call(tool: ClientTool, item_id: str, call_id: str, arguments: str, status: str = "completed") -> dict[str, Any]:
    """An item: the model asks for a tool."""
    item: dict[str, Any] = {"type": "function_call", "id": item_id, "call_id": call_id, "name": tool.name}
    if tool.namespace is not None:
        item["namespace"] = tool.namespace
    if tool.custom:
        return {**item, "type": "custom_tool_call", "input": as_free_text(arguments), "status": status}
    return {**item, "arguments": arguments, "status": status}


def reasoning(item_id: str, thought: Thinking) -> dict[str, Any]:
    """An item: what the model thought."""
    summary = [{"type": "summary_text", "text": thought.text}] if thought.text else []
    item: dict[str, Any] = {"type": "reasoning", "id": item_id, "summary": summary}
    sealed = seal(thought, item_id)
    if sealed is not None:
        item["encrypted_content"] = sealed
    return item


def vendor_block(block: VendorBlock, own_format: str) -> dict[str, Any] | None:
    """What OpenAI's own tools did, as they tell it; others' tools, and notes on a text, have no item here."""
    kind = block.document.get("type")
    is_item = isinstance(kind, str) and not kind.endswith(("_citation", "_path"))
    return block.document if block.vendor_format == own_format and is_item else None
