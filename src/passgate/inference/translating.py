"""The way through where client and vendor speak different formats: all that passes meets in the neutral shapes."""

import hashlib

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exact_document import exact_document
from passgate.inference.exchange.chat_reply import ChatReply
from passgate.inference.exchange.events import (
    Failed,
    Finished,
    RefusalDelta,
    Started,
    StreamEvent,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageTold,
)
from passgate.inference.exchange.failure import BAD_GATEWAY
from passgate.inference.exchange.mistral_client import AGENT
from passgate.inference.exchange.ports import (
    ChatDialect,
    ChatFormat,
    Dialect,
    Findings,
    Format,
    MakeId,
    ReplyContext,
)
from passgate.inference.exchange.reading import is_success
from passgate.inference.exchange.said_text import text_bytes
from passgate.inference.json_text import read_exact
from passgate.inference.sse import SseEvent
from passgate.inference.translation import (
    ClientReply,
    ParsedRequest,
    StreamTranslator,
    Target,
    UntranslatableError,
    VendorRequest,
)
from passgate.inference.vendor_errors import JSON, VendorErrors
from passgate.inference.vendor_stream import VendorStream

_SEED_BYTES = 4096
"""Of the request, for an answer's id: with its length they tell two turns of a talk apart."""


class TranslatingExchange:
    """An exchange whose request and answer are translated; the answer's ``model`` is the vendor's own name."""

    def __init__(self, parsed: ParsedRequest, target: Target, form: Format, dialect: Dialect, created: int) -> None:
        if form.chat is None or dialect.chat is None:
            message = f"The model '{parsed.model}' cannot answer requests of this kind."
            raise UntranslatableError(message, field="model")
        self._form = form
        self._dialect = dialect
        self._errors = VendorErrors(form, dialect, same=False)
        self._chat_format: ChatFormat = form.chat
        self._chat_dialect: ChatDialect = dialect.chat
        request = form.chat.decode(exact_document(parsed))
        request.model, request.stream = parsed.model, parsed.stream
        outgoing = dialect.chat.request(request, parsed, target)
        self.request: VendorRequest = outgoing.request
        self.dropped: tuple[str, ...] = tuple(dict.fromkeys((*request.unread, *outgoing.dropped)))
        self._context = ReplyContext(
            parsed.model, created, request.include_usage, parsed.document, AGENT in parsed.headers
        )
        self._parsed = parsed

    def reply(self, status: int, content_type: str, body: bytes, *, request_id: str) -> ClientReply:
        """The vendor's whole answer, success or error, in the client's format."""
        del content_type  # the body's own shape decides
        if not is_success(status):
            return self._errors.reply(status, body, request_id)
        try:
            document = read_exact(body)
            told = self._dialect.failure(document)
            neutral = self._chat_dialect.reply(document, self._made_id) if told is None else None
        except ValueError:
            return self._errors.reply(status, body, request_id)
        if neutral is None:
            said = (told.status if told is not None else None) or BAD_GATEWAY
            return self._errors.reply(said, body, request_id)
        encoded = self._chat_format.reply(neutral, self._context)
        return ClientReply(status, JSON, encoded, neutral.usage, _finish_reason(neutral))

    def stream(self) -> StreamTranslator:
        """A translator for the vendor's successful event stream."""
        return self._form.framed(
            lambda form: TranslatingStream(form, self._chat_format, self._chat_dialect, self._context, self._made_id)
        )

    def _made_id(self) -> str:
        """An id for the answer of a vendor that gives none (Bedrock, Ollama, Gemini at times)."""
        raw = self._parsed.raw
        seed = b"%d %d %s" % (self._context.created, len(raw), raw[-_SEED_BYTES:])
        return "gen-" + hashlib.blake2b(seed, digest_size=12).hexdigest()


def _finish_reason(reply: ChatReply) -> str | None:
    return reply.choices[0].finish_reason if reply.choices else None


class TranslatingStream(VendorStream):
    """Decodes the vendor's events and encodes them for the client, one by one."""

    def __init__(
        self,
        form: Format,
        chat_format: ChatFormat,
        chat_dialect: ChatDialect,
        context: ReplyContext,
        made_id: MakeId,
    ) -> None:
        super().__init__(form, Findings(), chat_dialect.cutter())
        self._decoder = chat_dialect.stream(made_id)
        self._encoder = chat_format.stream(context)

    def _take(self, event: SseEvent) -> bytes:
        out = []
        counted: TokenUsage | None = None
        for neutral in self._decoder.see(event):
            counted = self._note(neutral) or counted
            if self.error_code is not None:
                break
            out.append(self._encoder.write(neutral))
        if counted is not None:  # of the whole event: some vendors count first and then say
            self._findings.count(counted)
        return b"".join(out)

    def _note(self, event: StreamEvent) -> TokenUsage | None:
        """Note what an event tells of the answer; gives the usage, where it tells that."""
        findings = self._findings
        if type(event) is TextDelta:  # most are; no pattern is as quick
            findings.uncounted += text_bytes(event.text)
            return None
        match event:
            case ThinkingDelta(text) | RefusalDelta(text) | ToolCallDelta(_, text) | ToolCallStarted(_, _, text):
                findings.uncounted += text_bytes(text)
            case UsageTold(usage) | Started(usage=TokenUsage() as usage):
                return usage
            case Finished(reason, _, 0):
                findings.finish_reason = reason or findings.finish_reason
            case Failed(failure):
                self._fail(failure)
            case _:
                pass
        return None

    def _complete(self) -> bool:
        return self._decoder.complete

    def _ending(self) -> bytes:
        return self._encoder.end()
