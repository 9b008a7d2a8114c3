"""A client's stream whose text is masked on its way, whatever the cuts between its events."""

from dataclasses import replace
from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.failure import Failure
from passgate.inference.json_text import read_json, write_json
from passgate.inference.policies.held_text import HeldText
from passgate.inference.policies.masker import ContentBlockedError, Hits, Masker
from passgate.inference.policies.spelling import without_spelling
from passgate.inference.policies.stream_slots import SHAPES, Key
from passgate.inference.sse import SseCutter, SseEvent, sse_event
from passgate.inference.translation import InboundFormat, StreamTranslator
from passgate.inference.translator import FORMATS


class MaskedStream:
    """Stands around a translator; events in which nothing changes keep their bytes."""

    def __init__(self, inner: StreamTranslator, form: InboundFormat, masker: Masker) -> None:
        self._inner = inner
        self._form = form
        self._shape = SHAPES[form]
        self._masker = masker
        self._cutter = SseCutter()
        self._texts: dict[Key, HeldText] = {}
        self._last: dict[str, Any] = {}
        self._blocked: ContentBlockedError | None = None

    @property
    def usage(self) -> TokenUsage | None:
        """What the vendor told so far."""
        return self._inner.usage

    @property
    def uncounted(self) -> int:
        """Bytes of what the model said since the vendor last counted."""
        return self._inner.uncounted

    @property
    def finish_reason(self) -> str | None:
        """Why the model stopped."""
        return self._inner.finish_reason

    @property
    def error_code(self) -> str | None:
        """The translator's, or ``content_blocked``."""
        return self._blocked.code if self._blocked is not None else self._inner.error_code

    def feed(self, chunk: bytes) -> bytes:
        """The client's bytes that this chunk gives; may be empty.

        Raises:
            ContentBlockedError: a rule that blocks has found something.
        """
        return self._mask_all(self._cutter.feed(self._inner.feed(chunk)))

    def close(self, *, request_id: str) -> bytes:
        """What remains at the end; an error event where a rule blocks it."""
        if self._blocked is not None:
            return b""
        tail = self._inner.close(request_id=request_id)
        try:
            out = self._mask_all(self._cutter.feed(tail))
            return out + self._flush(set(self._texts)) + self._mask_all(self._cutter.rest())
        except ContentBlockedError as error:
            failure = Failure(error.status, error.code, error.message, None, request_id)
            return FORMATS[self._form].stream_error(failure)

    def _mask_all(self, events: list[SseEvent]) -> bytes:
        try:
            return b"".join([self._mask(event) for event in events])
        except ContentBlockedError as error:
            self._blocked = error
            raise

    def _mask(self, event: SseEvent) -> bytes:
        if event.data is None:
            return event.raw
        try:
            document = read_json(event.data)
        except ValueError:
            return self._flush(set(self._texts)) + event.raw  # OpenAI's end mark
        if not isinstance(document, dict):
            return event.raw
        before = write_json(document)
        document = without_spelling(document)
        pieces = self._shape.pieces(document)
        here = {slot.key for slot in pieces.slots}
        numbers = {key[0] for key in here} | pieces.closing
        out = self._flush({key for key in self._texts if key[0] in numbers and key not in here})
        self._last = document
        texts = []
        for slot in pieces.slots:
            text = self._texts.setdefault(slot.key, HeldText(self._masker))
            given = text.push(slot.holder[slot.member])
            texts.append(given + text.flush() if slot.key[0] in pieces.closing else given)
            slot.holder[slot.member] = ""  # the walk through the rest must not search it again
        after = self._masked(document)
        for slot, given in zip(self._shape.pieces(after).slots, texts, strict=True):
            slot.holder[slot.member] = given
        written = write_json(after)
        return out + (event.raw if written == before else sse_event(written, event.name))

    def _masked(self, document: dict[str, Any]) -> dict[str, Any]:
        """The rest of an event. Responses tell text that came in pieces up to four times more: that is one find."""
        if self._form != "openai-responses":
            return self._masker.document(document)  # type: ignore[no-any-return]  # an object stays one
        again = replace(self._masker, hits=Hits())
        counts = self._masker.hits.counts
        try:
            return again.document(document)  # type: ignore[no-any-return]  # as above
        finally:
            for rule, found in again.hits.counts.items():
                counts[rule] = max(counts[rule], found)

    def _flush(self, keys: set[Key]) -> bytes:
        out = []
        for key in sorted(keys):
            rest = self._texts.pop(key).flush()
            if rest:
                out.append(self._shape.event(key, rest, self._last))
        return b"".join(out)
