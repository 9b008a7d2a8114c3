"""What a format and a dialect are to the translator: plain data and functions, each knowing nothing of the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from passgate.contracts.inference_config import ModelKind
from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.chat_reply import ChatReply
from passgate.inference.exchange.chat_request import ChatRequest
from passgate.inference.exchange.embeddings import EmbeddingsReply, EmbeddingsRequest
from passgate.inference.exchange.events import StreamEvent
from passgate.inference.exchange.failure import Failure, VendorFailure
from passgate.inference.exchange.reranking import RerankReply, RerankRequest
from passgate.inference.sse import SseCutter, SseEvent
from passgate.inference.translation import InboundFormat, ParsedRequest, StreamTranslator, Target, VendorRequest


class VendorGarbageError(ValueError):
    """The vendor's bytes are not what its format says; never leaves the translator."""


class VendorEndedEarlyError(VendorGarbageError):
    """The vendor says that its answer is over, and there was none."""


@dataclass(slots=True)  # not frozen: every call makes one, and freezing takes three times as long
class Outgoing:
    """A request on its way, and what it had to leave behind."""

    request: VendorRequest
    dropped: tuple[str, ...] = ()
    hide_usage: bool = False
    """The usage event of the stream was asked for by the gate, not by the client."""


@dataclass(slots=True)
class Findings:
    """What the gate wants to know of an answer that it passes on unchanged."""

    usage: TokenUsage | None = None
    finish_reason: str | None = None
    failure: VendorFailure | None = None
    uncounted: int = 0
    """Of a stream: bytes (UTF-8) of what was said since the vendor last counted the answer's tokens."""

    def count(self, usage: TokenUsage) -> None:
        """Take in that the vendor counted, after what it said before; it may begin by counting the prompt alone."""
        known = self.usage.output if self.usage is not None else 0
        if usage.output > known or self.finish_reason is not None:
            self.uncounted = 0
        self.usage = usage


class Watcher(Protocol):
    """Reads along while a stream passes unchanged."""

    findings: Findings

    @property
    def complete(self) -> bool:
        """The stream has said all that it must say."""
        ...

    def see(self, event: SseEvent) -> bool:
        """Read one event; True where it is nothing but the usage.

        Raises:
            VendorGarbageError: the event is not of this format.
        """
        ...

    def ending(self) -> bytes:
        """What a complete stream still lacks at its end; empty where it lacks nothing."""
        ...


@dataclass(frozen=True, slots=True)
class NativeWire:
    """How a dialect passes on, unchanged, a format that is its own."""

    prepare: Callable[[ParsedRequest, Target], Outgoing]
    inspect: Callable[[dict[str, Any]], Findings]
    """Raises VendorGarbageError where the answer is of another shape."""
    watch: Callable[[], Watcher]
    fits: Callable[[ParsedRequest, Target], bool] = lambda _, __: True
    """Whether this target takes this request in the format; another of the same dialect may not."""


MakeId = Callable[[], str]
"""Makes an id for an answer whose vendor gives none: the same for this answer, another for any other."""


class EventCutter(Protocol):
    """Cuts whole events out of a vendor's bytes, whatever the cuts between its chunks."""

    def feed(self, chunk: bytes) -> list[SseEvent]:
        """The events that this chunk completes.

        Raises:
            OversizedEventError: the event that is not yet whole has outgrown its limit.
            VendorGarbageError: the bytes are not of this framing, and all whole events before have been given.
        """
        ...

    def rest(self) -> list[SseEvent]:
        """At the end of the stream: what only lacks its closing mark.

        Raises:
            VendorGarbageError: as ``feed``.
        """
        ...


class StreamDecoder(Protocol):
    """Turns a vendor's events into neutral ones."""

    @property
    def complete(self) -> bool:
        """The stream has said all that it must say."""
        ...

    def see(self, event: SseEvent) -> list[StreamEvent]:
        """The neutral events of one event.

        Raises:
            VendorGarbageError: the event is not of this dialect.
        """
        ...


class StreamEncoder(Protocol):
    """Turns neutral events into the client's stream."""

    def write(self, event: StreamEvent) -> bytes:
        """The client's bytes for one neutral event; may be empty."""
        ...

    def end(self) -> bytes:
        """The client's bytes after the last event."""
        ...


@dataclass(frozen=True, slots=True)
class ReplyContext:
    """What an encoder must know besides the answer itself."""

    model: str
    """The public name that was asked for."""
    created: int
    """Seconds since 1970, for formats that tell it."""
    include_usage: bool
    """Streams only: the client wants the usage."""
    asked: Mapping[str, Any]
    """The client's request, for formats whose answers repeat it."""
    for_mistral: bool = False
    """Mistral's own SDK reads the answer."""


@dataclass(frozen=True, slots=True)
class ChatFormat:
    """The chat side of a format that clients speak."""

    decode: Callable[[dict[str, Any]], ChatRequest]
    reply: Callable[[ChatReply, ReplyContext], bytes]
    stream: Callable[[ReplyContext], StreamEncoder]


class Asked(Protocol):
    """A neutral request that is answered whole."""

    @property
    def unread(self) -> list[str]:
        """Members of the client's request that the gate has no word for."""
        ...


class Answered(Protocol):
    """The neutral answer to one."""

    @property
    def usage(self) -> TokenUsage | None:
        """What it used, where the vendor tells."""
        ...


Q = TypeVar("Q", bound=Asked)
A = TypeVar("A", bound=Answered)


@dataclass(frozen=True)  # no slots: an alias that is called sets a mark, which a class with slots takes badly
class WholeFormat(Generic[Q, A]):
    """The side of a format that clients speak on which one question gets one answer, never a stream."""

    decode: Callable[[dict[str, Any]], Q]
    reply: Callable[[A, Q], bytes]


EmbeddingsFormat = WholeFormat[EmbeddingsRequest, EmbeddingsReply]
RerankFormat = WholeFormat[RerankRequest, RerankReply]


@dataclass(frozen=True, slots=True)
class CountFormat:
    """The side of a format on which clients ask how many tokens a prompt has."""

    decode: Callable[[dict[str, Any]], ChatRequest]
    reply: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Addressed:
    """What a request asks for before its content is read."""

    model: str
    stream: bool


def addressed_in_body(document: dict[str, Any], headers: Mapping[str, str]) -> Addressed:
    """Most formats name the model, and ask for a stream, in the body."""
    del headers
    return Addressed(document["model"], document.get("stream") is True)


@dataclass(frozen=True, slots=True)
class Framing:
    """A format whose streams are those of another, in another frame."""

    inner: "Format"
    wrap: Callable[[StreamTranslator], StreamTranslator]
    content_type: bytes


@dataclass(frozen=True, slots=True)
class Format:
    """A format that clients speak."""

    name: InboundFormat
    check: Callable[[dict[str, Any]], None]
    """Raises InvalidRequestError where a field that the gate itself reads is missing or of a wrong type."""
    error: Callable[[Failure], bytes]
    stream_error: Callable[[Failure], bytes]
    chat: ChatFormat | None = None
    embeddings: EmbeddingsFormat | None = None
    counting: CountFormat | None = None
    reranking: RerankFormat | None = None
    kind: ModelKind = "chat"
    """What a model must be for to answer it."""
    read: Callable[[bytes, Mapping[str, str]], dict[str, Any]] | None = None
    """Reads the body, given the request's headers, into what the gate must know of it; None: it is JSON."""
    addressed: Callable[[dict[str, Any], Mapping[str, str]], Addressed] = addressed_in_body
    """Of a body that was checked, and the request's headers."""
    framing: Framing | None = None
    error_type: str = "application/json"
    """The content type of errors."""

    def framed(self, make: Callable[["Format"], StreamTranslator]) -> StreamTranslator:
        """A stream of this format, made as one of the format that it frames."""
        return make(self) if self.framing is None else self.framing.wrap(make(self.framing.inner))


@dataclass(frozen=True, slots=True)
class ChatDialect:
    """The chat side of a vendor's format."""

    request: Callable[[ChatRequest, ParsedRequest, Target], Outgoing]
    reply: Callable[[dict[str, Any], MakeId], ChatReply]
    """Raises VendorGarbageError where the answer is of another shape."""
    stream: Callable[[MakeId], StreamDecoder]
    cutter: Callable[[], EventCutter] = SseCutter
    """How the vendor marks the ends of its events."""


@dataclass(frozen=True)  # no slots: an alias that is called sets a mark, which a class with slots takes badly
class WholeDialect(Generic[Q, A]):
    """The side of a vendor's format on which one question gets one answer."""

    request: Callable[[Q, Target], Outgoing]
    reply: Callable[[dict[str, Any]], A]
    """Raises VendorGarbageError where the answer is of another shape."""


EmbeddingsDialect = WholeDialect[EmbeddingsRequest, EmbeddingsReply]
RerankDialect = WholeDialect[RerankRequest, RerankReply]


@dataclass(frozen=True, slots=True)
class CountDialect:
    """The side of a vendor's format on which it tells how many tokens a prompt has."""

    request: Callable[[ChatRequest, ParsedRequest, Target], Outgoing]
    reply: Callable[[dict[str, Any]], int]
    """Raises VendorGarbageError where the answer is of another shape."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """A vendor's format."""

    name: str
    failure: Callable[[Any], VendorFailure | None]
    """Reads the vendor's error out of its body; None where the body is no error."""
    chat: ChatDialect | None = None
    native: Mapping[InboundFormat, NativeWire] = field(default_factory=dict)
    embeddings: EmbeddingsDialect | None = None
    counting: CountDialect | None = None
    reranking: RerankDialect | None = None
    sign: Callable[[VendorRequest, Target, int], VendorRequest] | None = None
    """Signs a finished request, for vendors that want that; the number is the time, in seconds since 1970."""
