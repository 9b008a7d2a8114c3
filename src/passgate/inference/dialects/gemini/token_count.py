"""Counting a prompt's tokens (https://ai.google.dev/api/tokens)."""

from passgate.inference.dialects.gemini.embeddings import NoWatcher
from passgate.inference.dialects.gemini.endpoint import resource, vendor_request
from passgate.inference.dialects.gemini.failure import read_failure
from passgate.inference.dialects.gemini.request import write_body
from passgate.inference.exact_document import exact_document
from passgate.inference.exchange.chat_request import ChatRequest
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.exchange.ports import CountDialect, NativeWire, Outgoing
from passgate.inference.exchange.token_count import CountAnswer
from passgate.inference.json_text import write_json
from passgate.inference.translation import ParsedRequest, Target
from passgate.inference.vertex_address import is_vertex

_COUNTED = ("contents", "systemInstruction", "tools")
_WHOLE = ("generateContentRequest", "generate_content_request")


def prepare(parsed: ParsedRequest, target: Target) -> Outgoing:
    """Pass a request to count on; a whole request within it names its model."""
    body = parsed.raw
    named = next((name for name in _WHOLE if isinstance(parsed.document.get(name), dict)), None)
    if named is not None or "model" in parsed.document:
        exact = {name: value for name, value in exact_document(parsed).items() if name != "model"}
        if named is not None:
            exact[named] = {**exact[named], "model": resource(target)}
        body = write_json(exact)
    return Outgoing(vendor_request(target, "countTokens", body))


def write_count_request(request: ChatRequest, parsed: ParsedRequest, target: Target) -> Outgoing:
    """Write a request to count; Vertex AI takes its members as they are, the Gemini API within one."""
    del parsed  # nothing of the client's headers matters to Gemini
    whole = write_body(request, target, LeftOut(request))
    counted = {name: whole[name] for name in _COUNTED if name in whole}
    if not is_vertex(target):
        counted = {"generateContentRequest": {"model": resource(target), **counted}}
    return Outgoing(vendor_request(target, "countTokens", write_json(counted)))


_ANSWER = CountAnswer("totalTokens", read_failure)
COUNTING = CountDialect(write_count_request, _ANSWER.read)
COUNT = NativeWire(prepare, _ANSWER.inspect, NoWatcher)
