"""Finish reasons in Cohere's words."""

from passgate.inference.exchange.chat_reply import FinishReason

_REASONS: dict[str, FinishReason] = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop_sequence",
    "MAX_TOKENS": "length",
    "TOOL_CALL": "tool_calls",
    "ERROR_TOXIC": "content_filter",
    "ERROR_LIMIT": "context_length",
}
FAULTS = {"ERROR": 500, "TIMEOUT": 504}
"""Reasons that are no end of an answer, and the status that each stands for."""


def read_finish(reason: object) -> FinishReason | None:
    """The neutral reason; one that nobody knows counts as a plain stop; None where the answer goes on."""
    if not isinstance(reason, str) or not reason:
        return None
    return _REASONS.get(reason, "stop")
