"""Gemini's own format on its way to Gemini: the model stands in the URL, so the body's bytes pass unchanged."""

from typing import Any

from passgate.inference.dialects.gemini.endpoint import vendor_request
from passgate.inference.dialects.gemini.failure import read_failure
from passgate.inference.dialects.gemini.finish import read_finish
from passgate.inference.dialects.gemini.reply import read_block
from passgate.inference.dialects.gemini.usage import read_usage
from passgate.inference.exchange.event_object import watched_object
from passgate.inference.exchange.ports import Findings, NativeWire, Outgoing, VendorGarbageError
from passgate.inference.exchange.reading import as_count, as_list, as_object, as_text
from passgate.inference.exchange.said_text import said_bytes
from passgate.inference.sse import SseEvent
from passgate.inference.translation import ParsedRequest, Target

_FOREIGN = "cGFzc2dhdGUxL"
"""How ``carried_signature.MARK`` begins in base64, whatever follows."""


def prepare(parsed: ParsedRequest, target: Target) -> Outgoing:
    """Pass a request on."""
    method = "streamGenerateContent" if parsed.stream else "generateContent"
    return Outgoing(vendor_request(target, method, parsed.raw))


def inspect(document: dict[str, Any]) -> Findings:
    """Find usage and finish reason of a GenerateContentResponse."""
    blocked = read_block(document) is not None
    candidates = document.get("candidates")
    if not isinstance(candidates, list) and not blocked:
        failure = read_failure(document)
        if failure is None:
            raise VendorGarbageError("no candidates")
        return Findings(failure=failure)
    first = as_object(next(iter(as_list(candidates)), None))
    reason = "content_filter" if blocked else read_finish(first.get("finishReason"), called=_calls(first))
    return Findings(read_usage(document), reason)


def _calls(candidate: dict[str, Any]) -> bool:
    parts = as_list(as_object(candidate.get("content")).get("parts"))
    return any("functionCall" in as_object(part) for part in parts)


class ResponseWatcher:
    """Reads along in a stream of GenerateContentResponse events."""

    def __init__(self) -> None:
        self.findings = Findings()
        self._blocked = False
        self._open: set[int] = set()
        self._closed: set[int] = set()
        self._called = False

    @property
    def complete(self) -> bool:
        """A candidate began and all that began have finished, or the prompt was refused."""
        return self._blocked or (bool(self._closed) and not self._open)

    def see(self, event: SseEvent) -> bool:
        """Read one event; Gemini tells the usage with the words, never alone."""
        if event.data is None:
            return False
        document = watched_object(event.data)
        self.findings.failure = self.findings.failure or read_failure(document)
        if read_block(document) is not None:
            self._blocked = True
            self.findings.finish_reason = "content_filter"
        for candidate in as_list(document.get("candidates")):
            self._see_candidate(as_object(candidate))
        usage = read_usage(document)
        if usage is not None:
            self.findings.count(usage)
        return False

    def _see_candidate(self, candidate: dict[str, Any]) -> None:
        index = as_count(candidate.get("index"))
        self.findings.uncounted += said_bytes(candidate.get("content"))
        self._called = self._called or _calls(candidate)
        reason = read_finish(candidate.get("finishReason"), called=self._called)
        if reason is None:
            if index not in self._closed:
                self._open.add(index)
            return
        self._open.discard(index)
        self._closed.add(index)
        self.findings.finish_reason = self.findings.finish_reason or reason

    def ending(self) -> bytes:
        """Nothing: the last candidate's finish reason is the end."""
        return b""


def passes(parsed: ParsedRequest, target: Target) -> bool:
    """Whether all signatures in the talk are Google's.

    Others, from an answer of another vendor's that stepped in, Google refuses. Such a talk is translated, as the turn
    with that answer was.
    """
    del target
    if _FOREIGN.encode() not in parsed.raw:
        return True
    parts = [
        part for turn in as_list(parsed.document.get("contents")) for part in as_list(as_object(turn).get("parts"))
    ]
    return not any(
        as_text(as_object(part).get(name)).startswith(_FOREIGN)
        for part in parts
        for name in ("thoughtSignature", "thought_signature")
    )


GENERATE = NativeWire(prepare, inspect, ResponseWatcher, passes)
