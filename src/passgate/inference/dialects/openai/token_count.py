"""Counting a prompt's tokens, at vendors that do so (OpenAI API, Responses: get input token counts)."""

from passgate.inference.dialects.openai.failure import read_failure
from passgate.inference.dialects.openai.profile import endpoint, read_profile, request_headers
from passgate.inference.dialects.openai.responses.request import responses_body
from passgate.inference.exchange.chat_request import ChatRequest
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.exchange.ports import CountDialect, Outgoing
from passgate.inference.exchange.token_count import CountAnswer
from passgate.inference.json_text import write_json
from passgate.inference.translation import ParsedRequest, Target, UntranslatableError, VendorRequest

_COUNTED = ("model", "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "reasoning", "text")


def write_count_request(request: ChatRequest, parsed: ParsedRequest, target: Target) -> Outgoing:
    """Write a request whose tokens are to be counted; what bears on the answer alone says nothing to the count.

    Raises:
        UntranslatableError: the vendor counts no tokens before a call.
    """
    profile = read_profile(target.profile)
    if not profile.counts_path:
        message = f"The vendor of the model '{parsed.model}' counts no tokens before a call."
        raise UntranslatableError(message, field="model")
    whole = responses_body(request, parsed, target, LeftOut(request))
    body = write_json({name: whole[name] for name in _COUNTED if name in whole})
    url = endpoint(target, profile.counts_path)
    return Outgoing(VendorRequest("POST", url, request_headers(target, profile), body))


COUNTING = CountDialect(write_count_request, CountAnswer("input_tokens", read_failure).read)
