"""Stop reasons in Bedrock's words."""

from passgate.inference.exchange.chat_reply import FinishReason

_REASONS: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop_sequence",
    "max_tokens": "length",
    "model_context_window_exceeded": "context_length",
    "tool_use": "tool_calls",
    "content_filtered": "content_filter",
    "guardrail_intervened": "content_filter",
}


def read_stop(reason: object) -> FinishReason | None:
    """The neutral reason; one that nobody knows counts as a plain stop; None where the answer goes on."""
    if not isinstance(reason, str) or not reason:
        return None
    return _REASONS.get(reason, "stop")
