"""Counting the tokens of a prompt where client and vendor speak different formats."""

from passgate.inference.exact_document import exact_document
from passgate.inference.exchange.failure import BAD_GATEWAY
from passgate.inference.exchange.ports import CountDialect, CountFormat, Dialect, Format
from passgate.inference.exchange.reading import is_success
from passgate.inference.json_text import read_json
from passgate.inference.translation import (
    ClientReply,
    ParsedRequest,
    StreamTranslator,
    Target,
    UntranslatableError,
    VendorRequest,
)
from passgate.inference.vendor_errors import JSON, VendorErrors


class CountingExchange:
    """An exchange whose prompt goes out in the vendor's words; a number comes back."""

    def __init__(self, parsed: ParsedRequest, target: Target, form: Format, dialect: Dialect) -> None:
        if form.counting is None or dialect.counting is None:
            message = f"The vendor of the model '{parsed.model}' counts no tokens before a call."
            raise UntranslatableError(message, field="model")
        self._dialect = dialect
        self._errors = VendorErrors(form, dialect, same=False)
        self._format_side: CountFormat = form.counting
        self._dialect_side: CountDialect = dialect.counting
        asked = form.counting.decode(exact_document(parsed))
        asked.model = parsed.model
        outgoing = dialect.counting.request(asked, parsed, target)
        self.request: VendorRequest = outgoing.request
        self.dropped: tuple[str, ...] = tuple(dict.fromkeys((*asked.unread, *outgoing.dropped)))

    def reply(self, status: int, content_type: str, body: bytes, *, request_id: str) -> ClientReply:
        """The vendor's whole answer, success or error, in the client's format."""
        del content_type  # the body's own shape decides
        if not is_success(status):
            return self._errors.reply(status, body, request_id)
        try:
            document = read_json(body)
            told = self._dialect.failure(document)
            if told is not None:
                return self._errors.reply(told.status or BAD_GATEWAY, body, request_id)
            count = self._dialect_side.reply(document)
        except ValueError:
            return self._errors.reply(status, body, request_id)
        return ClientReply(status, JSON, self._format_side.reply(count))

    def stream(self) -> StreamTranslator:
        """Nothing: a number comes whole.

        Raises:
            UntranslatableError: always.
        """
        raise UntranslatableError("Counts are not streamed.", field="stream")
