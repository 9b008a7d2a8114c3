"""Usage read along, as well as it goes, in an answer that passes as it is."""

from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.dialects.anthropic.usage import UsageCount
from passgate.inference.dialects.anthropic.usage import read_usage as anthropic_usage
from passgate.inference.dialects.bedrock.usage import read_usage as bedrock_usage
from passgate.inference.dialects.cohere.usage import read_usage as cohere_usage
from passgate.inference.dialects.gemini.usage import read_usage as gemini_usage
from passgate.inference.dialects.ollama.reply import read_usage as ollama_usage
from passgate.inference.dialects.openai.responses.usage import read_usage as responses_usage
from passgate.inference.dialects.openai.usage import read_usage as openai_usage
from passgate.inference.exchange.reading import as_object
from passgate.inference.exchange.said_text import said_bytes
from passgate.inference.json_text import read_json
from passgate.inference.sse import OversizedEventError, SseCutter, SseEvent

_MOST_BYTES = 4 * 1024 * 1024
"""Of an answer that is held to be read; of a longer one nothing is read."""
_EVENTS = "text/event-stream"


class UsageReader:
    """Sees the bytes that pass, and knows what they tell of usage; reads whichever vendor's words come."""

    def __init__(self, content_type: str) -> None:
        kind = content_type.partition(";")[0].strip().lower()
        self.streams = kind == _EVENTS
        self.events = 0
        """Of a stream, those that hold something: about one for each token."""
        self.usage: TokenUsage | None = None
        self.uncounted = 0
        """Of a stream of Anthropic's, which counts before the first word and at the end: bytes of words in between."""
        self._cutter = SseCutter() if self.streams else None
        self._reads = not self.streams and (kind.endswith(("json", "jsonl")) or not kind)
        self._parts: list[bytes] = []
        self._size = 0
        self._count = UsageCount()

    def feed(self, chunk: bytes) -> None:
        """Read along."""
        if self._cutter is not None:
            try:
                self._see_events(self._cutter.feed(chunk))
            except OversizedEventError:
                self._cutter = None
        elif self._reads:
            self._size += len(chunk)
            self._parts.append(chunk)
            if self._size > _MOST_BYTES:
                self._reads, self._parts = False, []

    def close(self) -> None:
        """The answer is whole."""
        if self._cutter is not None:
            self._see_events(self._cutter.rest())
        elif self._reads and self._parts:
            body, self._parts = b"".join(self._parts), []
            if not self._see(body):
                self._see(body.rstrip().rpartition(b"\n")[2])  # JSON lines: the last one tells

    def _see_events(self, events: list[SseEvent]) -> None:
        for event in events:
            if event.data is not None:
                self.events += 1
                self._see(event.data)

    def _see(self, text: bytes) -> bool:
        try:
            found = read_json(text)
        except ValueError:
            return False
        documents = found if isinstance(found, list) else [found]  # Gemini's streams may be arrays
        for document in documents:
            if isinstance(document, dict):
                self.usage = self._read(document) or self.usage
        return True

    def _read(self, document: dict[str, Any]) -> TokenUsage | None:
        kind = document.get("type")
        if kind in {"message_start", "message_delta"}:  # Anthropic tells its usage in parts
            holder = as_object(document.get("message")) if kind == "message_start" else document
            self.uncounted = 0
            self._count.add(holder.get("usage"))
            return self._count.total()
        if kind == "content_block_delta":
            self.uncounted += said_bytes(document.get("delta"))
            return None
        if "usageMetadata" in document:
            return gemini_usage(document)
        if isinstance(document.get("response"), dict):  # an event of OpenAI's Responses
            document = document["response"]
        return read_whole(document)


def read_whole(document: dict[str, Any]) -> TokenUsage | None:
    """Usage that a whole answer tells, in whichever vendor's words."""
    usage = as_object(document.get("usage")) or as_object(as_object(document.get("x_groq")).get("usage"))
    billed = as_object(as_object(document.get("meta")).get("billed_units"))
    if document.get("type") == "message":
        return anthropic_usage(usage)
    if "inputTokens" in usage:
        return bedrock_usage(usage)
    if "billed_units" in usage or billed:
        return cohere_usage(usage or document.get("meta"))
    if "input_tokens" in usage:
        return responses_usage(document)
    if usage:
        return openai_usage(document)
    return ollama_usage(document)
