"""Responses on their way to a vendor that has them: bytes unchanged where nothing must change."""

import re
from typing import Any

from passgate.inference.dialects.openai.failure import read_failure
from passgate.inference.dialects.openai.gpt_model import gpt_model
from passgate.inference.dialects.openai.native import written_body
from passgate.inference.dialects.openai.profile import endpoint, read_profile, request_headers
from passgate.inference.dialects.openai.responses.usage import read_error, read_reason, read_usage
from passgate.inference.exact_document import exact_document
from passgate.inference.exchange.carried_signature import SEALED_MARK
from passgate.inference.exchange.ports import Findings, NativeWire, Outgoing, VendorGarbageError
from passgate.inference.exchange.reading import as_object, as_text
from passgate.inference.exchange.said_text import said_bytes
from passgate.inference.json_text import read_json
from passgate.inference.sse import SseEvent
from passgate.inference.translation import ParsedRequest, Target, VendorRequest

ENCRYPTED = "reasoning.encrypted_content"
"""What ``include`` names so that thoughts come with their content, which the vendor alone can read."""
_LAST = frozenset({"response.completed", "response.incomplete", "response.failed"})
_SOUND = frozenset({"response.audio.delta", "response.output_audio.delta"})

_MADE_ID = re.compile(r"rs_.+_\d+")
"""How the gate names the thoughts in an answer that it translated; OpenAI's own ids have no second underscore."""


def prepare_responses(parsed: ParsedRequest, target: Target) -> Outgoing:
    """Pass a request on; the vendor keeps nothing of it."""
    profile = read_profile(target.profile)
    edits: dict[str, Any] = {} if parsed.document.get("store") is False else _unstored(parsed, target)
    kept = _without_foreign_thoughts(parsed)
    if kept is not None:
        edits["input"] = kept
    body, dropped = written_body(parsed, target, profile, edits)
    if kept is not None:
        dropped = (*dropped, "input.reasoning")
    url = endpoint(target, profile.responses_path)
    return Outgoing(VendorRequest("POST", url, request_headers(target, profile), body), dropped)


def _unstored(parsed: ParsedRequest, target: Target) -> dict[str, Any]:
    """What a client does not say that counts on the vendor to store.

    It sends all of an answer's items back with the next turn. Thoughts of a model that thinks must then bear their
    content, encrypted, which OpenAI gives where it is asked for (and refuses for a model that does not think).
    """
    model = gpt_model(target)
    wanted = parsed.document.get("include") or []
    if model is None or not model.efforts or not isinstance(wanted, list) or ENCRYPTED in wanted:
        return {"store": False}
    return {"store": False, "include": [*wanted, ENCRYPTED]}


def _without_foreign_thoughts(parsed: ParsedRequest) -> list[Any] | None:
    """The input without thoughts that the vendor cannot read; None: there are none.

    They are those of an answer of another vendor's that stepped in: OpenAI refuses what it did not encrypt itself. And,
    as nothing is stored, those that bear nothing but an id: "Items are not persisted when `store` is set to false".
    """
    given = parsed.document.get("input")
    if not isinstance(given, list) or not any(map(_is_foreign, given)):
        return None
    return [item for item in exact_document(parsed)["input"] if not _is_foreign(item)]


def _is_foreign(item: object) -> bool:
    told = as_object(item)
    if told.get("type") != "reasoning":
        return False
    sealed = told.get("encrypted_content")
    if sealed is None:
        return not told.get("content") or _MADE_ID.fullmatch(as_text(told.get("id"))) is not None
    return as_text(sealed).startswith(SEALED_MARK)


def inspect_response(document: dict[str, Any]) -> Findings:
    """Find usage and finish reason of a response."""
    if document.get("error"):
        told = read_failure(document) if document.get("object") != "response" else None
        return Findings(read_usage(document), failure=told or read_error(document["error"]))
    if not isinstance(document.get("output"), list):
        raise VendorGarbageError("no output")
    return Findings(read_usage(document), read_reason(document))


class ResponseWatcher:
    """Reads along in the events of a response."""

    def __init__(self) -> None:
        self.findings = Findings()
        self._ended = False

    @property
    def complete(self) -> bool:
        """The whole response was told."""
        return self._ended

    def see(self, event: SseEvent) -> bool:
        """Read one event; none is nothing but the usage."""
        if event.data is None:
            return False
        try:
            document = read_json(event.data)
        except ValueError as error:
            if event.data.strip() == b"[DONE]":
                return False
            raise VendorGarbageError("an event is not JSON") from error
        if not isinstance(document, dict):
            raise VendorGarbageError("an event is not an object")
        kind = document.get("type")
        said = document.get("delta")
        if said is not None and kind not in _SOUND:
            self.findings.uncounted += said_bytes(said)
        elif kind in _LAST:
            self._ended = True
            response = as_object(document.get("response"))
            self.findings.usage = read_usage(response)
            self.findings.finish_reason = read_reason(response)
            if self.findings.usage is not None:
                self.findings.uncounted = 0
            if kind == "response.failed":
                self.findings.failure = read_error(response.get("error"))
        elif kind == "error" or (kind is None and document.get("error") is not None):
            self.findings.failure = read_error(document.get("error") or document)
        return False

    def ending(self) -> bytes:
        """A complete stream lacks nothing."""
        return b""


def has_responses(parsed: ParsedRequest, target: Target) -> bool:
    """Whether the vendor has Responses."""
    del parsed
    return bool(target.profile.get("responses_path"))


RESPONSES = NativeWire(prepare_responses, inspect_response, ResponseWatcher, has_responses)
