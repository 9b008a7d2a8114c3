"""Embeddings where client and vendor speak different formats."""

from passgate.inference.exact_document import exact_document
from passgate.inference.exchange.failure import BAD_GATEWAY
from passgate.inference.exchange.ports import (
    Dialect,
    EmbeddingsDialect,
    EmbeddingsFormat,
    Format,
    VendorGarbageError,
)
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


class EmbeddingsExchange:
    """An exchange whose texts go out, and whose vectors come back, in other words."""

    def __init__(self, parsed: ParsedRequest, target: Target, form: Format, dialect: Dialect) -> None:
        if form.embeddings is None or dialect.embeddings is None:
            message = f"The model '{parsed.model}' cannot answer requests of this kind."
            raise UntranslatableError(message, field="model")
        self._dialect = dialect
        self._errors = VendorErrors(form, dialect, same=False)
        self._format_side: EmbeddingsFormat = form.embeddings
        self._dialect_side: EmbeddingsDialect = dialect.embeddings
        self._asked = form.embeddings.decode(exact_document(parsed))
        outgoing = dialect.embeddings.request(self._asked, target)
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
            if len(neutral.vectors) != len(self._asked.texts):
                raise VendorGarbageError("another number of vectors than of texts")
        except ValueError:
            return self._errors.reply(status, body, request_id)
        return ClientReply(status, JSON, self._format_side.reply(neutral, self._asked), neutral.usage)

    def stream(self) -> StreamTranslator:
        """Nothing: embeddings come whole.

        Raises:
            UntranslatableError: always.
        """
        raise UntranslatableError("Embeddings are not streamed.", field="stream")
