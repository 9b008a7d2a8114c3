"""A neutral answer as a GenerateContentResponse.

What other vendors' own tools did goes into ``vendorBlocks`` of the candidate, the gate's addition, and a stop sequence
that was met into ``stopSequence``. Signatures of other vendors' thoughts are carried in Gemini's own field.
"""

from dataclasses import replace
from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.chat_reply import ChatReply, Choice, FinishReason
from passgate.inference.exchange.content import Citation, Part, Refusal, Text, Thinking, ToolCall, VendorBlock
from passgate.inference.exchange.log_probabilities import gemini_probabilities, probability_rows
from passgate.inference.exchange.ports import ReplyContext
from passgate.inference.inbound.gemini.signature import pack
from passgate.inference.json_text import read_exact, write_json

_REASONS: dict[FinishReason, str] = {
    "stop": "STOP",
    "stop_sequence": "STOP",
    "length": "MAX_TOKENS",
    "context_length": "MAX_TOKENS",
    "tool_calls": "STOP",
    "content_filter": "SAFETY",
    "refusal": "PROHIBITED_CONTENT",
    "pause": "OTHER",
}
_TIERS = {"default": "standard", "flex": "flex", "priority": "priority"}


def write_reply(reply: ChatReply, context: ReplyContext) -> bytes:
    """Write the whole answer."""
    document: dict[str, Any] = {
        "candidates": [_candidate(choice, index) for index, choice in enumerate(reply.choices)],
    }
    if reply.usage is not None:
        document["usageMetadata"] = write_usage(reply.usage)
        tier = _TIERS.get(reply.service_tier or "")
        if tier is not None:
            document["usageMetadata"]["serviceTier"] = tier
    document["modelVersion"] = reply.model or context.model
    document["responseId"] = reply.id
    return write_json(document)


def write_reason(reason: FinishReason | None) -> str:
    """Gemini's word for a finish reason; an answer always has one."""
    return "STOP" if reason is None else _REASONS[reason]


def write_usage(usage: TokenUsage) -> dict[str, Any]:
    """Usage in Gemini's words: thoughts are counted beside the rest of the output, not within it."""
    written: dict[str, Any] = {
        "promptTokenCount": usage.input,
        "candidatesTokenCount": max(usage.output - usage.reasoning, 0),
        "totalTokenCount": usage.input + usage.output,
    }
    if usage.reasoning:
        written["thoughtsTokenCount"] = usage.reasoning
    if usage.cached_input:
        written["cachedContentTokenCount"] = usage.cached_input
    if usage.cache_write:
        written["cacheWriteTokenCount"] = usage.cache_write
    for name, whole, sound in (
        ("promptTokensDetails", usage.input, usage.input_audio),
        ("candidatesTokensDetails", usage.output - usage.reasoning, usage.output_audio),
    ):
        if sound:
            text = {"modality": "TEXT", "tokenCount": max(whole - sound, 0)}
            written[name] = [text, {"modality": "AUDIO", "tokenCount": sound}]
    return written


def write_vendor_block(block: VendorBlock) -> dict[str, Any]:
    """What a vendor's own tool did, under the format that it is told in."""
    return {"format": block.vendor_format, "block": block.document}


def write_citation(citation: Citation) -> dict[str, Any]:
    """A citation of a web page."""
    places = {"startIndex": citation.start, "endIndex": citation.end}
    told = {name: place for name, place in places.items() if place is not None}
    return {"uri": citation.url, "title": citation.title, **told}


def write_call(call_id: str, name: str, arguments: str) -> dict[str, Any]:
    """A tool call; arguments that are no object are kept under ``_unparsed``."""
    args: object = {}
    if arguments.strip():
        try:
            args = read_exact(arguments)
        except ValueError:
            args = None
    return {"id": call_id, "name": name, "args": args if isinstance(args, dict) else {"_unparsed": arguments}}


class PartWriter:
    """Writes the parts of one answer; a signature waits for the part that it stands before."""

    def __init__(self) -> None:
        self._waiting: list[Thinking] = []

    def write(self, part: Part) -> list[dict[str, Any]]:
        """The parts of one, without what has no place in an answer."""
        match part:
            case Thinking(text, _, str()):
                self._waiting.append(replace(part, text=""))
                return [{"text": text, "thought": True}] if text else []
            case Thinking(text, signature):
                thought: dict[str, Any] = {"text": text, "thought": True}
                if signature is not None:
                    thought["thoughtSignature"] = pack([Thinking("", signature, None, part.format, part.id)])
                return [thought]
            case Text(text) | Refusal(text):
                return [self._signed({"text": text})]
            case ToolCall():
                return [self._signed({"functionCall": write_call(part.id, part.name, part.arguments)})]
            case _:
                return []  # pictures, documents and sound stand in requests only

    def take(self) -> list[Thinking]:
        """The signatures that wait, for one who puts them on their part later."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def rest(self) -> list[dict[str, Any]]:
        """The signatures that no part followed."""
        return [self._signed({"text": ""})] if self._waiting else []

    def _signed(self, part: dict[str, Any]) -> dict[str, Any]:
        if self._waiting:
            part["thoughtSignature"] = pack(self._waiting)
            self._waiting = []
        return part


def _candidate(choice: Choice, index: int) -> dict[str, Any]:
    writer = PartWriter()
    parts: list[dict[str, Any]] = []
    blocks: list[dict[str, Any]] = []
    citations: list[dict[str, Any]] = []
    probabilities: list[dict[str, Any]] = []
    for part in choice.parts:
        if isinstance(part, VendorBlock):
            rows = probability_rows(part)
            if rows is None:
                blocks.append(write_vendor_block(part))
            probabilities.extend(rows or ())
            continue
        parts.extend(writer.write(part))
        if isinstance(part, Text):
            citations.extend(write_citation(citation) for citation in part.citations)
    parts.extend(writer.rest())
    candidate: dict[str, Any] = {
        "content": {"role": "model", "parts": parts},
        "finishReason": write_reason(choice.finish_reason),
        "index": index,
    }
    return {**candidate, **beside(citations, blocks, choice.stop_sequence, probabilities)}


def beside(
    citations: list[dict[str, Any]],
    blocks: list[dict[str, Any]],
    stop_sequence: str | None,
    probabilities: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """What a candidate tells beside its content."""
    told: dict[str, Any] = {}
    if citations:
        told["citationMetadata"] = {"citationSources": citations}
    if blocks:
        told["vendorBlocks"] = blocks
    if probabilities:
        told["logprobsResult"] = gemini_probabilities(probabilities)
    if stop_sequence is not None:
        told["stopSequence"] = stop_sequence
    return told
