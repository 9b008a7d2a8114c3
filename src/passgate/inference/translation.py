"""The seam between the worker's I/O and the wire formats: everything on the far side is sans-I/O.

The worker parses a request once, picks a deployment, opens an exchange with it, sends ``exchange.request`` and hands
the vendor's bytes back. A new format or vendor changes nothing on the worker's side.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

from passgate.contracts.usage_record import TokenUsage
from passgate.kernel.errors import PassgateError

InboundFormat = Literal[
    "openai-chat",
    "openai-responses",
    "openai-embeddings",
    "openai-images",
    "openai-image-edits",
    "openai-speech",
    "openai-transcriptions",
    "openai-translations",
    "openai-moderations",
    "rerank",
    "anthropic-messages",
    "anthropic-count-tokens",
    "gemini",
    "gemini-array",
    "gemini-embeddings",
    "gemini-batch-embeddings",
    "gemini-count-tokens",
    "prompt",
]
"""The formats that clients may speak."""
COUNTS: frozenset[InboundFormat] = frozenset({"anthropic-count-tokens", "gemini-count-tokens"})
"""Those that ask how many tokens a prompt has, which costs nothing."""


class InvalidRequestError(PassgateError):
    """The client's request breaks its own format's rules; answered with 400 in that format."""

    status = 400
    code = "invalid_request"


class UntranslatableError(InvalidRequestError):
    """A field that the target's format cannot express and that may not be dropped; named in ``field``."""

    code = "unsupported_field"


@dataclass(slots=True)  # not frozen: every call makes one, and freezing takes three times as long
class ParsedRequest:
    """A client's request, read once."""

    format: InboundFormat
    raw: bytes
    document: dict[str, Any]
    model: str
    stream: bool
    headers: Mapping[str, str] = field(default_factory=dict)
    """Lower-case names; only those that may matter to a vendor (``anthropic-version``, ``anthropic-beta``)."""


@dataclass(frozen=True, slots=True)
class Target:
    """The deployment that is to answer, with the secret opened."""

    dialect: str
    base_url: str
    api_key: str | None
    vendor_model: str
    vendor: str = ""
    profile: Mapping[str, Any] = field(default_factory=dict)
    max_output_tokens: int | None = None
    context_window: int | None = None
    """Tokens, as the gate's configuration has it; local servers make room for so many."""


@dataclass(slots=True)  # not frozen: every call makes one, and freezing takes three times as long
class VendorRequest:
    """What goes to the vendor."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    service_account: str | None = None
    """The JSON key of a Google service account, to be exchanged for the bearer token that the request must bear."""


class ClientReply(NamedTuple):
    """A whole answer in the client's format. A tuple, since every call makes one: a frozen dataclass takes longer."""

    status: int
    content_type: str
    body: bytes
    usage: TokenUsage | None = None
    finish_reason: str | None = None
    error_code: str | None = None
    """Stable code where the vendor answered with an error, or with garbage (``vendor_invalid_response``, 502)."""
    vendor_message: str | None = None


class StreamTranslator(Protocol):
    """Turns the vendor's event stream into the client's, whatever the cuts between chunks."""

    @property
    def usage(self) -> TokenUsage | None:
        """What the vendor told so far."""
        ...

    @property
    def uncounted(self) -> int:
        """Bytes (UTF-8) of what the model said, thought and asked of tools since the vendor last counted its tokens."""
        ...

    @property
    def finish_reason(self) -> str | None:
        """Why the model stopped, in the gate's words (see ``exchange.chat_reply.FinishReason``)."""
        ...

    @property
    def error_code(self) -> str | None:
        """Set when the vendor reported an error inside the stream, sent garbage, or ended it before its end.

        Nothing that comes after is used: stop reading and call ``close``, which words the error for the client.
        """
        ...

    def feed(self, chunk: bytes) -> bytes:
        """The client's bytes that this chunk of the vendor's bytes gives; may be empty."""
        ...

    def close(self, *, request_id: str) -> bytes:
        """What remains at the end of the vendor's bytes.

        Where the vendor's stream has ended before its proper end, sets ``error_code`` and gives an error event in the
        client's format.
        """
        ...


class Exchange(Protocol):
    """One client's request on its way to one target."""

    request: VendorRequest
    dropped: tuple[str, ...]
    """Fields of the client's request that the target does not know and that were left out, by name (dotted path)."""

    def reply(self, status: int, content_type: str, body: bytes, *, request_id: str) -> ClientReply:
        """The vendor's whole answer, success or error, in the client's format."""
        ...

    def stream(self) -> StreamTranslator:
        """A translator for the vendor's successful event stream."""
        ...
