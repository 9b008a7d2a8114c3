"""The events of a streamed answer, in no vendor's words.

``choice`` counts the answers, ``slot`` the tool calls of one.
"""

from dataclasses import dataclass

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.chat_reply import FinishReason
from passgate.inference.exchange.content import Citation, VendorBlock
from passgate.inference.exchange.failure import VendorFailure


@dataclass(frozen=True, slots=True)
class Started:
    """The answer begins."""

    id: str
    model: str
    created: int | None = None
    usage: TokenUsage | None = None
    """What is known of it before the first word."""


@dataclass(frozen=True, slots=True)
class TextOpened:
    """A new part of text begins; without it, text goes on where it was."""

    choice: int = 0


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More text."""

    text: str
    choice: int = 0


@dataclass(frozen=True, slots=True)
class RefusalDelta:
    """More of a refusal."""

    text: str
    choice: int = 0


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """More thoughts."""

    text: str
    choice: int = 0


@dataclass(frozen=True, slots=True)
class ThinkingSealed:
    """The thoughts so far get their signature, or, with ``data``, further ones come encrypted."""

    signature: str | None = None
    data: str | None = None
    format: str | None = None
    id: str | None = None
    choice: int = 0


@dataclass(frozen=True, slots=True)
class ToolCallStarted:
    """The model begins to ask for a tool."""

    slot: int
    id: str
    name: str
    choice: int = 0


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """More of a tool call's arguments (JSON text)."""

    slot: int
    arguments: str
    choice: int = 0


@dataclass(frozen=True, slots=True)
class Cited:
    """The text of the present part rests on this."""

    citation: Citation
    choice: int = 0


@dataclass(frozen=True, slots=True)
class VendorBlockSent:
    """A whole block of the vendor's own tools."""

    block: VendorBlock
    choice: int = 0


@dataclass(frozen=True, slots=True)
class UsageTold:
    """What the answer used so far; replaces what was told before."""

    usage: TokenUsage


@dataclass(frozen=True, slots=True)
class Finished:
    """One answer is done."""

    reason: FinishReason | None
    stop_sequence: str | None = None
    choice: int = 0


@dataclass(frozen=True, slots=True)
class Failed:
    """The vendor reports an error in the midst of the stream."""

    failure: VendorFailure


StreamEvent = (
    Started
    | TextOpened
    | TextDelta
    | RefusalDelta
    | ThinkingDelta
    | ThinkingSealed
    | ToolCallStarted
    | ToolCallDelta
    | Cited
    | VendorBlockSent
    | UsageTold
    | Finished
    | Failed
)
