"""What a format and a dialect are to the translator: plain data and functions, each knowing nothing of the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.chat_reply import ChatReply
from passgate.inference.exchange.chat_request import ChatRequest
from passgate.inference.exchange.events import StreamEvent
from passgate.inference.exchange.failure import Failure, VendorFailure
from passgate.inference.sse import SseEvent
from passgate.inference.translation import InboundFormat, ParsedRequest, Target, VendorRequest


class VendorGarbageError(ValueError):
    """The vendor's bytes are not what its format says; never leaves the translator."""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class ChatFormat:
    """The chat side of a format that clients speak."""

    decode: Callable[[dict[str, Any]], ChatRequest]
    reply: Callable[[ChatReply, ReplyContext], bytes]
    stream: Callable[[ReplyContext], StreamEncoder]


@dataclass(frozen=True, slots=True)
class Format:
    """A format that clients speak."""

    name: InboundFormat
    check: Callable[[dict[str, Any]], None]
    """Raises InvalidRequestError where a field that the gate itself reads is missing or of a wrong type."""
    error: Callable[[Failure], bytes]
    stream_error: Callable[[Failure], bytes]
    chat: ChatFormat | None = None


@dataclass(frozen=True, slots=True)
class ChatDialect:
    """The chat side of a vendor's format."""

    request: Callable[[ChatRequest, ParsedRequest, Target], Outgoing]
    reply: Callable[[dict[str, Any]], ChatReply]
    """Raises VendorGarbageError where the answer is of another shape."""
    stream: Callable[[], StreamDecoder]


@dataclass(frozen=True, slots=True)
class Dialect:
    """A vendor's format."""

    name: str
    failure: Callable[[Any], VendorFailure | None]
    """Reads the vendor's error out of its body; None where the body is no error."""
    chat: ChatDialect | None = None
    native: Mapping[InboundFormat, NativeWire] = field(default_factory=dict)
