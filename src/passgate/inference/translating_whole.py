"""What is not streamed between client and vendor who word it differently: vectors, an order, a count of tokens."""

from collections.abc import Callable
from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exact_document import exact_document
from passgate.inference.exchange.failure import BAD_GATEWAY
from passgate.inference.exchange.ports import Dialect, Format, Outgoing, VendorGarbageError
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

Encode = Callable[[dict[str, Any]], tuple[bytes, TokenUsage | None]]
"""Turns a vendor's answer into the client's, with what it used.

Raises VendorGarbageError where the answer does not fit the request.
"""


class WholeExchange:
    """An exchange of one question and one answer."""

    def __init__(  # noqa: PLR0913 - what an exchange consists of, each by name
        self,
        form: Format,
        dialect: Dialect,
        outgoing: Outgoing,
        *,
        unread: tuple[str, ...],
        encode: Encode,
        what: str,
    ) -> None:
        """Make it.

        Args:
            form: the client's.
            dialect: the vendor's.
            outgoing: the request for the vendor.
            unread: what the client said and nobody reads.
            encode: turns the answer.
            what: is not streamed, as a sentence begins.
        """
        self._dialect = dialect
        self._errors = VendorErrors(form, dialect, same=False)
        self._encode = encode
        self._what = what
        self.request: VendorRequest = outgoing.request
        self.dropped: tuple[str, ...] = tuple(dict.fromkeys((*unread, *outgoing.dropped)))

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
            encoded, usage = self._encode(document)
        except ValueError:
            return self._errors.reply(status, body, request_id)
        return ClientReply(status, JSON, encoded, usage)

    def stream(self) -> StreamTranslator:
        """Nothing: it comes whole.

        Raises:
            UntranslatableError: always.
        """
        raise UntranslatableError(f"{self._what} not streamed.", field="stream")


def embeddings_exchange(parsed: ParsedRequest, target: Target, form: Format, dialect: Dialect) -> WholeExchange:
    """An exchange whose texts go out, and whose vectors come back.

    Raises:
        UntranslatableError: one of the two has no such thing.
    """
    inward, outward = form.embeddings, dialect.embeddings
    if inward is None or outward is None:
        raise _unanswerable(parsed)
    asked = inward.decode(exact_document(parsed))

    def encode(document: dict[str, Any]) -> tuple[bytes, TokenUsage | None]:
        neutral = outward.reply(document)
        if len(neutral.vectors) != len(asked.texts):
            raise VendorGarbageError("another number of vectors than of texts")
        return inward.reply(neutral, asked), neutral.usage

    return WholeExchange(
        form, dialect, outward.request(asked, target), unread=tuple(asked.unread), encode=encode, what="Embeddings are"
    )


def rerank_exchange(parsed: ParsedRequest, target: Target, form: Format, dialect: Dialect) -> WholeExchange:
    """An exchange in which documents go out and their order comes back.

    Raises:
        UntranslatableError: one of the two has no such thing.
    """
    inward, outward = form.reranking, dialect.reranking
    if inward is None or outward is None:
        raise _unanswerable(parsed)
    asked = inward.decode(exact_document(parsed))

    def encode(document: dict[str, Any]) -> tuple[bytes, TokenUsage | None]:
        neutral = outward.reply(document)
        if any(place >= len(asked.documents) for place, _ in neutral.scores):
            raise VendorGarbageError("a place beyond the documents")
        return inward.reply(neutral, asked), neutral.usage

    return WholeExchange(
        form, dialect, outward.request(asked, target), unread=tuple(asked.unread), encode=encode, what="Rerank is"
    )


def counting_exchange(parsed: ParsedRequest, target: Target, form: Format, dialect: Dialect) -> WholeExchange:
    """An exchange whose prompt goes out in the vendor's words; a number comes back.

    Raises:
        UntranslatableError: the vendor counts no tokens before a call.
    """
    inward, outward = form.counting, dialect.counting
    if inward is None or outward is None:
        message = f"The vendor of the model '{parsed.model}' counts no tokens before a call."
        raise UntranslatableError(message, field="model")
    asked = inward.decode(exact_document(parsed))
    asked.model = parsed.model

    def encode(document: dict[str, Any]) -> tuple[bytes, TokenUsage | None]:
        return inward.reply(outward.reply(document)), None

    outgoing = outward.request(asked, parsed, target)
    return WholeExchange(form, dialect, outgoing, unread=tuple(asked.unread), encode=encode, what="Counts are")


def _unanswerable(parsed: ParsedRequest) -> UntranslatableError:
    return UntranslatableError(f"The model '{parsed.model}' cannot answer requests of this kind.", field="model")
