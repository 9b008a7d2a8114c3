"""A stream of chat completion chunks turned into a prompt's own: pieces of text, then how it ended."""

from typing import Any

import orjson

from passgate.inference.exchange.reading import as_list, as_object, as_text
from passgate.inference.json_text import read_json
from passgate.inference.prompts.problem import problem_of
from passgate.inference.sse import SseCutter, SseEvent, sse_event

_DONE = b"[DONE]"


class AnswerStream:
    """``data: {"text": "…"}`` as often as text comes, ``event: done`` at a good end, ``event: error`` at another."""

    def __init__(self, request_id: str) -> None:
        self._cutter = SseCutter()
        self._request_id = request_id
        self._finish_reason: str | None = None
        self._failed = False

    def feed(self, chunk: bytes) -> bytes:
        """The caller's bytes for these of the pipeline's, which are whole events."""
        return b"".join(self._turned(event) for event in self._cutter.feed(chunk))

    def end(self, usage: dict[str, Any]) -> bytes:
        """The last event; none after an error."""
        if self._failed:
            return b""
        return sse_event(orjson.dumps({"finish_reason": self._finish_reason, "usage": usage}), "done")

    def _turned(self, event: SseEvent) -> bytes:
        if event.data is None:
            return event.raw  # a sign of life
        if event.data.strip() == _DONE:
            return b""
        document = as_object(read_json(event.data))
        if "error" in document:
            self._failed = True
            _, problem = problem_of(None, document, self._request_id)
            return sse_event(orjson.dumps(problem), "error")
        choices = as_list(document.get("choices"))
        choice = as_object(choices[0]) if choices else {}
        self._finish_reason = as_text(choice.get("finish_reason")) or self._finish_reason
        delta = as_object(choice.get("delta"))
        text = as_text(delta.get("content")) or as_text(delta.get("refusal"))
        return sse_event(orjson.dumps({"text": text})) if text else b""
