"""Finish reasons in Gemini's words (https://ai.google.dev/api/generate-content#FinishReason)."""

from passgate.inference.exchange.chat_reply import FinishReason

_REASONS: dict[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "LANGUAGE": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
    "MODEL_ARMOR": "content_filter",
}
_UNSAID = ("FINISH_REASON_UNSPECIFIED", "")


def read_finish(reason: object, *, called: bool) -> FinishReason | None:
    """The neutral reason; one that nobody knows counts as a plain stop; None where the answer goes on.

    Args:
        reason: what the candidate says.
        called: the candidate asks for tools, for which Gemini has no reason of its own.
    """
    if not isinstance(reason, str) or reason in _UNSAID:
        return None
    found = _REASONS.get(reason, "stop")
    return "tool_calls" if called and found == "stop" else found


def is_odd(reason: object) -> bool:
    """Tell whether a reason has no counterpart, so that its own name must be passed on."""
    return isinstance(reason, str) and reason not in _UNSAID and reason not in _REASONS
