"""Anthropic's own format on its way to Anthropic: bytes unchanged where nothing must change."""

import re
from typing import Any

from passgate.inference.dialects.anthropic.endpoint import addressed, messages_request
from passgate.inference.dialects.anthropic.failure import read_failure
from passgate.inference.dialects.anthropic.finish import read_stop
from passgate.inference.dialects.anthropic.usage import UsageCount, read_usage
from passgate.inference.exact_document import exact_document
from passgate.inference.exchange.carried_signature import MARK
from passgate.inference.exchange.event_object import watched_object
from passgate.inference.exchange.ports import Findings, NativeWire, Outgoing, VendorGarbageError
from passgate.inference.exchange.reading import as_list, as_object, as_text
from passgate.inference.exchange.said_text import said_bytes
from passgate.inference.json_text import names_model_once, with_model, write_json
from passgate.inference.sse import SseEvent
from passgate.inference.translation import ParsedRequest, Target
from passgate.inference.vertex_address import is_vertex

_FOREIGN = MARK.encode()
_SIGNED = b'"signature"'
_UNSIGNED = re.compile(rb'"signature"\s*:\s*""')


def prepare(parsed: ParsedRequest, target: Target) -> Outgoing:
    """Pass a request on."""
    refuses = target.profile.get("refuses", ())
    dropped = tuple(name for name in refuses if parsed.document.get(name) is not None)
    body: bytes | None = None
    if not dropped and not is_vertex(target) and names_model_once(parsed.raw):
        body = parsed.raw if target.vendor_model == parsed.model else with_model(parsed.raw, target.vendor_model)
    if body is None:
        exact = exact_document(parsed)
        kept = {name: value for name, value in exact.items() if name not in dropped}
        body = write_json(addressed(kept, target))
    return Outgoing(messages_request(target, parsed.headers, body, stream=parsed.stream), dropped)


def inspect(document: dict[str, Any]) -> Findings:
    """Find usage and stop reason of a message."""
    if not isinstance(document.get("content"), list):
        failure = read_failure(document)
        if failure is None:
            raise VendorGarbageError("no content")
        return Findings(failure=failure)
    return Findings(read_usage(document.get("usage")), read_stop(document.get("stop_reason")))


class MessageWatcher:
    """Reads along in a stream of message events."""

    def __init__(self) -> None:
        self.findings = Findings()
        self._count = UsageCount()
        self._started = False
        self._stopped = False

    @property
    def complete(self) -> bool:
        """Said ``message_start`` and ``message_stop``."""
        return self._started and self._stopped

    def see(self, event: SseEvent) -> bool:
        """Read one event; Anthropic has none that is nothing but usage."""
        if event.data is None:
            return False
        document = watched_object(event.data)
        kind = document.get("type")
        if kind == "content_block_delta":
            delta = document.get("delta")
            text = delta.get("text") if type(delta) is dict else None  # nearly every event is so
            self.findings.uncounted += len(text) if type(text) is str and text.isascii() else said_bytes(delta)
        elif kind == "message_start":
            self._started = True
            self._take_usage(as_object(document.get("message")).get("usage"))
        elif kind == "message_delta":
            reason = read_stop(as_object(document.get("delta")).get("stop_reason"))
            self.findings.finish_reason = reason or self.findings.finish_reason
            self._take_usage(document.get("usage"))
        elif kind == "message_stop":
            self._stopped = True
        elif kind == "error":
            self.findings.failure = read_failure(document)
        return False

    def _take_usage(self, usage: object) -> None:
        self._count.add(usage)
        total = self._count.total()
        if total is not None:
            self.findings.count(total)

    def ending(self) -> bytes:
        """Nothing: ``message_stop`` is the end."""
        return b""


def passes(parsed: ParsedRequest, target: Target) -> bool:
    """Whether all thoughts in the talk are Claude's.

    Others, from an answer of another vendor's that stepped in, Anthropic refuses. Such a talk is translated, as the
    turn with that answer was.
    """
    del target
    raw = parsed.raw
    if _FOREIGN not in raw and not (_SIGNED in raw and _UNSIGNED.search(raw)):
        return True
    turns = [as_list(turn.get("content")) for turn in as_list(parsed.document["messages"]) if isinstance(turn, dict)]
    return not any(_is_foreign(as_object(block)) for turn in turns for block in turn)


def _is_foreign(block: dict[str, Any]) -> bool:
    if block.get("type") == "thinking":
        signature = block.get("signature")
        return signature == "" or as_text(signature).startswith(MARK)
    return block.get("type") == "redacted_thinking" and as_text(block.get("data")).startswith(MARK)


MESSAGES = NativeWire(prepare, inspect, MessageWatcher, passes)
