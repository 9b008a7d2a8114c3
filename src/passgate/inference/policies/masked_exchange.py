"""An exchange whose answers are masked before the client gets them."""

from passgate.inference.json_text import read_json, write_json
from passgate.inference.policies.masked_stream import MaskedStream
from passgate.inference.policies.masker import ContentBlockedError, Masker
from passgate.inference.policies.spelling import without_spelling
from passgate.inference.policies.stream_slots import SHAPES
from passgate.inference.translation import (
    ClientReply,
    Exchange,
    InboundFormat,
    InvalidRequestError,
    StreamTranslator,
)
from passgate.inference.translator import render_error


class MaskedExchange:
    """Stands around an exchange; its request is masked already."""

    def __init__(self, inner: Exchange, form: InboundFormat, masker: Masker) -> None:
        self.request = inner.request
        self.dropped = inner.dropped
        self._inner = inner
        self._form = form
        self._masker = masker

    def reply(self, status: int, content_type: str, body: bytes, *, request_id: str) -> ClientReply:
        """The vendor's whole answer, masked; an error with its usage where a rule blocks it."""
        answer = self._inner.reply(status, content_type, body, request_id=request_id)
        try:
            document = read_json(answer.body)
        except ValueError:
            return answer
        try:
            masked = self._masker.document(without_spelling(document))
        except ContentBlockedError as error:
            kind, text = render_error(
                self._form, status=error.status, code=error.code, message=error.message, request_id=request_id
            )
            return ClientReply(error.status, kind, text, answer.usage, answer.finish_reason, error.code)
        return answer if masked is document else answer._replace(body=write_json(masked))

    def stream(self) -> StreamTranslator:
        """A translator for the vendor's stream, masked.

        Raises:
            InvalidRequestError: the format's stream is one JSON document, in which no text can be held back.
        """
        if self._form not in SHAPES:
            raise InvalidRequestError("Answers are masked here, which needs a stream of events: ask for alt=sse.")
        return MaskedStream(self._inner.stream(), self._form, self._masker)
