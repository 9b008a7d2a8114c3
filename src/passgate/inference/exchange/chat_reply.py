"""A chat answer in no vendor's words."""

from dataclasses import dataclass
from typing import Literal

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.content import Part

FinishReason = Literal[
    "stop",
    "stop_sequence",
    "length",
    "context_length",
    "tool_calls",
    "content_filter",
    "refusal",
    "pause",
]
"""Why the model stopped. ``pause``: the vendor wants the answer sent back to go on with it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers that were asked for."""

    parts: tuple[Part, ...]
    finish_reason: FinishReason | None = None
    stop_sequence: str | None = None


@dataclass(frozen=True, slots=True)
class ChatReply:
    """The whole answer."""

    id: str
    model: str
    choices: tuple[Choice, ...]
    created: int | None = None
    usage: TokenUsage | None = None
    service_tier: str | None = None
    """In OpenAI's words."""
