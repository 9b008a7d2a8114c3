"""What every stream from a vendor needs, whatever is done with its events: cutting, limits, and a proper end."""

from abc import ABC, abstractmethod

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.failure import (
    BAD_GATEWAY,
    INVALID_RESPONSE,
    STREAM_TRUNCATED,
    Failure,
    VendorFailure,
)
from passgate.inference.exchange.ports import EventCutter, Findings, Format, VendorEndedEarlyError, VendorGarbageError
from passgate.inference.sse import OversizedEventError, SseCutter, SseEvent
from passgate.inference.vendor_errors import stream_code, stream_failure

STREAM_TYPES = ("text/event-stream", "application/vnd.amazon.eventstream", "application/x-ndjson")
"""Media types of the framings that dialects cut (``ChatDialect.cutter``)."""


class VendorStream(ABC):
    """Feeds whole events to ``_take`` and ends the client's stream with an error where the vendor's has no end.

    Once ``error_code`` is set nothing more of the vendor's bytes is used: stop reading and call ``close``.
    """

    def __init__(self, form: Format, findings: Findings, cutter: EventCutter | None = None) -> None:
        self.error_code: str | None = None
        self._findings = findings
        self._form = form
        self._cutter = cutter or SseCutter()
        self._failed: VendorFailure | None = None

    @property
    def usage(self) -> TokenUsage | None:
        """What the vendor told of it so far."""
        return self._findings.usage

    @property
    def uncounted(self) -> int:
        """Bytes of what was said since the vendor last counted."""
        return self._findings.uncounted

    @property
    def finish_reason(self) -> str | None:
        """The first choice's, as soon as it is known."""
        return self._findings.finish_reason

    def feed(self, chunk: bytes) -> bytes:
        """The client's bytes that this chunk gives; may be empty."""
        if self.error_code is not None:
            return b""
        try:
            events = self._cutter.feed(chunk)
        except (OversizedEventError, VendorGarbageError):
            self.error_code = INVALID_RESPONSE
            return b""
        return self._take_all(events)

    def close(self, *, request_id: str) -> bytes:
        """What remains at the end of the vendor's bytes; an error where they ended too early."""
        out = b""
        if self.error_code is None:
            try:
                out = self._take_all(self._cutter.rest())
            except VendorGarbageError:
                self.error_code = INVALID_RESPONSE
        if self.error_code is None and not self._complete():
            self.error_code = STREAM_TRUNCATED
        if self.error_code is None:
            return out + self._ending()
        return out + self._error(request_id)

    def _take_all(self, events: list[SseEvent]) -> bytes:
        out = []
        try:
            for event in events:
                out.append(self._take(event))
                if self.error_code is not None:
                    break
        except VendorEndedEarlyError:
            self.error_code = STREAM_TRUNCATED
        except VendorGarbageError:
            self.error_code = INVALID_RESPONSE
        return out[0] if len(out) == 1 else b"".join(out)

    def _error(self, request_id: str) -> bytes:
        if self._failed is not None:
            return self._form.stream_error(stream_failure(self._failed, request_id))
        message = "The vendor's stream cannot be read."
        if self.error_code == STREAM_TRUNCATED:
            message = "The vendor's stream ended before the answer was complete."
        return self._form.stream_error(Failure(BAD_GATEWAY, self.error_code or "", message, None, request_id))

    def _fail(self, failure: VendorFailure) -> None:
        """Note that the vendor reported an error; it ends the stream."""
        self._failed = failure
        self.error_code = stream_code(failure)

    @abstractmethod
    def _take(self, event: SseEvent) -> bytes: ...

    @abstractmethod
    def _complete(self) -> bool: ...

    @abstractmethod
    def _ending(self) -> bytes: ...
