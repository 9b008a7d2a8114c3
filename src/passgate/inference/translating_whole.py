"""What is not streamed between client and vendor who word it differently: vectors, an order, a count of tokens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exact_document import exact_document
from passgate.inference.exchange.embeddings import EmbeddingsReply, EmbeddingsRequest
from passgate.inference.exchange.failure import BAD_GATEWAY
from passgate.inference.exchange.ports import (
    A,
    Dialect,
    Format,
    Outgoing,
    Q,
    VendorGarbageError,
    WholeDialect,
    WholeFormat,
)
from passgate.inference.exchange.reading import is_success
from passgate.inference.exchange.reranking import RerankReply, RerankRequest
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

    def check(neutral: EmbeddingsReply, asked: EmbeddingsRequest) -> None:
        if len(neutral.vectors) != len(asked.texts):
            raise VendorGarbageError("another number of vectors than of texts")

    sides = _Sides(form, form.embeddings, dialect, dialect.embeddings)
    return sides.exchange(parsed, target, check=check, what="Embeddings are")


def rerank_exchange(parsed: ParsedRequest, target: Target, form: Format, dialect: Dialect) -> WholeExchange:
    """An exchange in which documents go out and their order comes back.

    Raises:
        UntranslatableError: one of the two has no such thing.
    """

    def check(neutral: RerankReply, asked: RerankRequest) -> None:
        if any(place >= len(asked.documents) for place, _ in neutral.scores):
            raise VendorGarbageError("a place beyond the documents")

    sides = _Sides(form, form.reranking, dialect, dialect.reranking)
    return sides.exchange(parsed, target, check=check, what="Rerank is")


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


@dataclass(frozen=True, slots=True)
class _Sides(Generic[Q, A]):
    """What the two have for one kind of question."""

    form: Format
    inward: WholeFormat[Q, A] | None
    dialect: Dialect
    outward: WholeDialect[Q, A] | None

    def exchange(
        self, parsed: ParsedRequest, target: Target, *, check: Callable[[A, Q], None], what: str
    ) -> WholeExchange:
        """An exchange in neutral words; ``check`` raises VendorGarbageError where the answer does not fit."""
        inward, outward = self.inward, self.outward
        if inward is None or outward is None:
            message = f"The model '{parsed.model}' cannot answer requests of this kind."
            raise UntranslatableError(message, field="model")
        asked = inward.decode(exact_document(parsed))

        def encode(document: dict[str, Any]) -> tuple[bytes, TokenUsage | None]:
            neutral = outward.reply(document)
            check(neutral, asked)
            return inward.reply(neutral, asked), neutral.usage

        outgoing = outward.request(asked, target)
        return WholeExchange(self.form, self.dialect, outgoing, unread=tuple(asked.unread), encode=encode, what=what)
