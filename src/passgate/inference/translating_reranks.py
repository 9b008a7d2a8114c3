"""Rerank between client and vendor, who speak its few words in three ways."""

from passgate.inference.exact_document import exact_document
from passgate.inference.exchange.failure import BAD_GATEWAY
from passgate.inference.exchange.ports import Dialect, Format, RerankDialect, RerankFormat, VendorGarbageError
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


class RerankExchange:
    """An exchange in which documents go out and their order comes back."""

    def __init__(self, parsed: ParsedRequest, target: Target, form: Format, dialect: Dialect) -> None:
        if form.reranking is None or dialect.reranking is None:
            message = f"The model '{parsed.model}' cannot answer requests of this kind."
            raise UntranslatableError(message, field="model")
        self._dialect = dialect
        self._errors = VendorErrors(form, dialect, same=False)
        self._format_side: RerankFormat = form.reranking
        self._dialect_side: RerankDialect = dialect.reranking
        self._asked = form.reranking.decode(exact_document(parsed))
        outgoing = dialect.reranking.request(self._asked, target)
        self.request: VendorRequest = outgoing.request
        self.dropped: tuple[str, ...] = tuple(dict.fromkeys((*self._asked.unread, *outgoing.dropped)))

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
            neutral = self._dialect_side.reply(document)
            if any(place >= len(self._asked.documents) for place, _ in neutral.scores):
                raise VendorGarbageError("a place beyond the documents")
        except ValueError:
            return self._errors.reply(status, body, request_id)
        return ClientReply(status, JSON, self._format_side.reply(neutral, self._asked), neutral.usage)

    def stream(self) -> StreamTranslator:
        """Nothing: an order comes whole.

        Raises:
            UntranslatableError: always.
        """
        raise UntranslatableError("Rerank is not streamed.", field="stream")
