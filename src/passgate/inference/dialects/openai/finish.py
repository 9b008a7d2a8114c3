"""Finish reasons in OpenAI's words."""

from passgate.inference.exchange.chat_reply import FinishReason

_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "eos": "stop",
    "length": "length",
    "model_length": "context_length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}


def read_finish(reason: object) -> FinishReason | None:
    """The neutral reason; one that nobody knows counts as a plain stop; None where the answer goes on."""
    if not isinstance(reason, str) or not reason:
        return None
    return _REASONS.get(reason, "stop")
