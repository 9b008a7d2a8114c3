"""Usage and ending of a response (https://platform.openai.com/docs/api-reference/responses/object)."""

from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.chat_reply import FinishReason
from passgate.inference.exchange.failure import VendorFailure
from passgate.inference.exchange.reading import as_count, as_list, as_object, as_text, as_text_or_none

_MEANINGS = {"rate_limit_exceeded": 429, "server_error": 500, "invalid_prompt": 400}
"""HTTP statuses that the codes of a failed response stand for; others: the request's own fault."""
_BAD_REQUEST = 400


def read_usage(response: dict[str, Any]) -> TokenUsage | None:
    """The usage of a response; None where it tells none yet."""
    usage = response.get("usage")
    if not isinstance(usage, dict):
        return None
    into, out = as_object(usage.get("input_tokens_details")), as_object(usage.get("output_tokens_details"))
    given, made = as_count(usage.get("input_tokens")), as_count(usage.get("output_tokens"))
    cached = min(as_count(into.get("cached_tokens")), given)
    return TokenUsage(
        input=given,
        output=made,
        cached_input=cached,
        cache_write=min(as_count(into.get("cache_write_tokens")), given - cached),
        reasoning=min(as_count(out.get("reasoning_tokens")), made),
    )


def read_reason(response: dict[str, Any]) -> FinishReason | None:
    """Why the model stopped."""
    if response.get("status") == "incomplete":
        told = as_text(as_object(response.get("incomplete_details")).get("reason"))
        return "content_filter" if told == "content_filter" else "length"
    if response.get("status") != "completed":
        return None
    kinds = [as_object(item).get("type") for item in as_list(response.get("output"))]
    if "function_call" in kinds:
        return "tool_calls"
    return "refusal" if _refuses(response) else "stop"


def read_error(error: object) -> VendorFailure:
    """The error of a failed response, or of an ``error`` event."""
    told = as_object(error)
    code = as_text_or_none(told.get("code"))
    message = as_text_or_none(told.get("message")) or "The vendor reported an error without a message."
    status = _MEANINGS.get(code or "") or (500 if as_text(told.get("type")) == "server_error" else _BAD_REQUEST)
    return VendorFailure(message, status, code, as_text_or_none(told.get("param")))


def _refuses(response: dict[str, Any]) -> bool:
    parts = [
        as_object(part).get("type")
        for item in as_list(response.get("output"))
        for part in as_list(as_object(item).get("content"))
    ]
    return "refusal" in parts
