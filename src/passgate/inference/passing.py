"""The way through where client and vendor speak the same format: bytes pass, the gate reads along."""

from passgate.inference.exchange.failure import BAD_GATEWAY
from passgate.inference.exchange.ports import Dialect, Format, NativeWire, Outgoing
from passgate.inference.exchange.reading import is_success
from passgate.inference.json_text import read_json
from passgate.inference.sse import SseEvent
from passgate.inference.translation import ClientReply, StreamTranslator, VendorRequest
from passgate.inference.vendor_errors import JSON, VendorErrors
from passgate.inference.vendor_stream import VendorStream


class PassingExchange:
    """An exchange whose answer is passed on as it is.

    The answer's ``model`` stays the vendor's own name of the model: it tells the dated version that answered.
    """

    def __init__(self, outgoing: Outgoing, wire: NativeWire, form: Format, dialect: Dialect) -> None:
        self.request: VendorRequest = outgoing.request
        self.dropped: tuple[str, ...] = outgoing.dropped
        self._hide_usage = outgoing.hide_usage
        self._wire = wire
        self._form = form
        self._errors = VendorErrors(form, dialect, same=True)

    def reply(self, status: int, content_type: str, body: bytes, *, request_id: str) -> ClientReply:
        """The vendor's whole answer; a readable error keeps its bytes too."""
        if not is_success(status):
            return self._errors.reply(status, body, request_id)
        try:
            document = read_json(body)
            findings = self._wire.inspect(document) if isinstance(document, dict) else None
        except ValueError:
            findings = None
        if findings is None:
            return self._errors.reply(status, body, request_id)
        if findings.failure is not None:
            said = findings.failure.status or BAD_GATEWAY
            return self._errors.reply(said, body, request_id)
        return ClientReply(status, content_type or JSON, body, findings.usage, findings.finish_reason)

    def stream(self) -> StreamTranslator:
        """A translator that passes whole events on."""
        return self._form.framed(lambda form: PassingStream(self._wire, form, hide_usage=self._hide_usage))


class PassingStream(VendorStream):
    """Passes a stream on, event by event; half an event never reaches the client."""

    def __init__(self, wire: NativeWire, form: Format, *, hide_usage: bool) -> None:
        watcher = wire.watch()
        super().__init__(form, watcher.findings)
        self._watcher = watcher
        self._hide_usage = hide_usage

    def _take(self, event: SseEvent) -> bytes:
        only_usage = self._watcher.see(event)
        failure = self._findings.failure
        if failure is not None:
            self._fail(failure)
            return b""
        return b"" if only_usage and self._hide_usage else event.raw

    def _complete(self) -> bool:
        return self._watcher.complete

    def _ending(self) -> bytes:
        return self._watcher.ending()
