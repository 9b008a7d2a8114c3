"""Counting a prompt's tokens (https://docs.claude.com/en/api/messages-count-tokens)."""

from passgate.inference.dialects.anthropic.endpoint import count_request
from passgate.inference.dialects.anthropic.failure import read_failure
from passgate.inference.dialects.anthropic.native import MessageWatcher
from passgate.inference.dialects.anthropic.request import write_count_request
from passgate.inference.exact_document import exact_document
from passgate.inference.exchange.ports import CountDialect, NativeWire, Outgoing
from passgate.inference.exchange.token_count import CountAnswer
from passgate.inference.json_text import names_model_once, with_model, write_json
from passgate.inference.translation import ParsedRequest, Target
from passgate.inference.vertex_address import is_vertex


def prepare(parsed: ParsedRequest, target: Target) -> Outgoing:
    """Pass a request to count on, its bytes unchanged but for the model's name."""
    body: bytes | None = None
    if not is_vertex(target) and names_model_once(parsed.raw):
        body = parsed.raw if target.vendor_model == parsed.model else with_model(parsed.raw, target.vendor_model)
    if body is None:
        body = write_json({**exact_document(parsed), "model": target.vendor_model})
    return Outgoing(count_request(target, parsed.headers, body))


_ANSWER = CountAnswer("input_tokens", read_failure)
COUNTING = CountDialect(write_count_request, _ANSWER.read)
COUNT = NativeWire(prepare, _ANSWER.inspect, MessageWatcher)
