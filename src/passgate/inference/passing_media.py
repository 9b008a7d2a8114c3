"""The way through for pictures and sound: whatever the vendor gives passes on, and usage is read where it is told."""

from passgate.inference.exchange.failure import BAD_GATEWAY
from passgate.inference.exchange.ports import Dialect, Format, NativeWire, Outgoing
from passgate.inference.exchange.reading import is_success
from passgate.inference.json_text import read_json
from passgate.inference.passing import PassingStream
from passgate.inference.translation import ClientReply, StreamTranslator, VendorRequest
from passgate.inference.vendor_errors import JSON, VendorErrors


class MediaExchange:
    """An exchange whose answer may be sound, text or JSON."""

    def __init__(self, outgoing: Outgoing, wire: NativeWire, form: Format, dialect: Dialect) -> None:
        self.request: VendorRequest = outgoing.request
        self.dropped: tuple[str, ...] = outgoing.dropped
        self._wire = wire
        self._form = form
        self._errors = VendorErrors(form, dialect, same=True)

    def reply(self, status: int, content_type: str, body: bytes, *, request_id: str) -> ClientReply:
        """The vendor's whole answer; a readable error keeps its bytes too."""
        if not is_success(status):
            return self._errors.reply(status, body, request_id)
        if not content_type.lower().startswith(JSON):
            return ClientReply(status, content_type or "application/octet-stream", body)
        try:
            document = read_json(body)
            findings = self._wire.inspect(document) if isinstance(document, dict) else None
        except ValueError:
            findings = None
        if findings is None:
            return self._errors.reply(status, body, request_id)
        if findings.failure is not None:
            return self._errors.reply(findings.failure.status or BAD_GATEWAY, body, request_id)
        return ClientReply(status, content_type, body, findings.usage, findings.finish_reason)

    def stream(self) -> StreamTranslator:
        """A translator that passes whole events on."""
        return PassingStream(self._wire, self._form, hide_usage=False)
