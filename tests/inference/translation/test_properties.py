"""Whatever bytes come, from clients or vendors, nothing but a clear refusal comes of it."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from inference.translation.calls import CHAT_FORMATS, DIALECTS, plain_exchange, streamed, target
from passgate.inference.sse import SseCutter
from passgate.inference.translation import InboundFormat, InvalidRequestError
from passgate.inference.translator import open_exchange, parse

NAMES = [
    "id",
    "model",
    "choices",
    "index",
    "message",
    "delta",
    "role",
    "content",
    "refusal",
    "tool_calls",
    "function",
    "name",
    "arguments",
    "type",
    "text",
    "thinking",
    "signature",
    "data",
    "usage",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "prompt_tokens_details",
    "cached_tokens",
    "input_tokens",
    "output_tokens",
    "finish_reason",
    "stop_reason",
    "stop_sequence",
    "error",
    "code",
    "param",
    "reasoning",
    "reasoning_content",
    "reasoning_details",
    "annotations",
    "url_citation",
    "url",
    "start_index",
    "end_index",
    "citations",
    "citation",
    "content_block",
    "partial_json",
    "input",
    "tool_use_id",
    "x_groq",
    "system",
    "messages",
    "tools",
    "tool_choice",
    "parameters",
    "input_schema",
    "stream",
    "stop",
    "source",
    "media_type",
    "image_url",
    "file",
    "file_data",
    "filename",
    "input_audio",
    "format",
    "budget_tokens",
    "effort",
    "output_config",
    "response_format",
    "json_schema",
    "schema",
    "max_tokens",
    "temperature",
    "metadata",
    "user_id",
    "stream_options",
    "include_usage",
    "cache_control",
    "ttl",
    "logit_bias",
    "stop_details",
    "explanation",
    "created",
    "service_tier",
    "tool_call_id",
    "is_error",
    "n",
    "enabled",
    "title",
    "context",
]
WORDS = [
    "text",
    "image",
    "document",
    "tool_use",
    "tool_result",
    "thinking",
    "redacted_thinking",
    "server_tool_use",
    "user",
    "assistant",
    "system",
    "tool",
    "function",
    "message_start",
    "message_delta",
    "message_stop",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "text_delta",
    "thinking_delta",
    "signature_delta",
    "input_json_delta",
    "citations_delta",
    "error",
    "ping",
    "stop",
    "length",
    "tool_calls",
    "end_turn",
    "refusal",
    "base64",
    "url",
    "image_url",
    "file",
    "input_audio",
    "data:text/plain;base64,eA==",
    "{}",
    '{"a":1}',
    "json_schema",
    "reasoning.text",
    "reasoning.encrypted",
    "enabled",
    "adaptive",
    "auto",
    "any",
    "required",
    "high",
    "message",
    "passgate1.e30=",
]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(WORDS)
    | st.text(max_size=8)
)
JSON: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=25,
)
OBJECTS = st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8)
FORMS = st.sampled_from(CHAT_FORMATS)
VENDORS = st.sampled_from(DIALECTS)


def _block(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    return OBJECTS.map(lambda told: {**told, "type": kind})


EVENTS = (
    OBJECTS
    | st.sampled_from(WORDS).flatmap(_block)
    | st.lists(OBJECTS, max_size=2).map(lambda deltas: {"choices": [{"index": 0, "delta": d} for d in deltas]})
    | OBJECTS.map(lambda block: {"type": "content_block_start", "index": 0, "content_block": block})
    | st.sampled_from(WORDS).flatmap(_block).map(lambda delta: {"type": "content_block_delta", "delta": delta})
    | st.just({"type": "message_start", "message": {"id": "1", "usage": {"input_tokens": 3}}})
    | st.just({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
    | st.just({"type": "message_stop"})
)


@settings(max_examples=150, deadline=None)
@given(FORMS, VENDORS, st.integers(100, 599), st.binary(max_size=200) | OBJECTS.map(lambda d: json.dumps(d).encode()))
def test_no_reply_raises(form: InboundFormat, dialect: str, status: int, body: bytes) -> None:
    reply = plain_exchange(form, dialect).reply(status, "application/json", body, request_id="r")
    assert isinstance(json.loads(reply.body), dict)
    assert (reply.error_code is None) == (200 <= reply.status < 300)


@settings(max_examples=150, deadline=None)
@given(FORMS, st.lists(OBJECTS, min_size=1, max_size=2), OBJECTS)
def test_no_reply_of_about_the_right_shape_raises(form: InboundFormat, parts: list[Any], rest: Any) -> None:
    choices = {**rest, "choices": [{**rest, "message": part} for part in parts]}
    content = {**rest, "content": parts}
    for dialect, document in (("openai", choices), ("anthropic", content)):
        body = json.dumps(document).encode()
        reply = plain_exchange(form, dialect).reply(200, "application/json", body, request_id="r")
        assert isinstance(json.loads(reply.body), dict)


@settings(max_examples=200, deadline=None)
@given(FORMS, VENDORS, st.lists(EVENTS, max_size=8), st.randoms(use_true_random=False))
def test_no_stream_raises_and_cuts_change_nothing(
    form: InboundFormat, dialect: str, told: list[Any], dice: Any
) -> None:
    stream = b"".join(b"event: x\ndata: " + json.dumps(event).encode() + b"\n\n" for event in told)
    whole = streamed(plain_exchange(form, dialect, stream=True), stream)
    places = sorted(dice.randrange(len(stream) + 1) for _ in range(5))
    pieces = [stream[start:end] for start, end in zip([0, *places], [*places, len(stream)], strict=True)]
    assert streamed(plain_exchange(form, dialect, stream=True), *pieces) == whole


@settings(max_examples=100, deadline=None)
@given(FORMS, VENDORS, st.lists(st.binary(max_size=60), max_size=6))
def test_no_bytes_in_a_stream_raise(form: InboundFormat, dialect: str, chunks: list[bytes]) -> None:
    _, error = streamed(plain_exchange(form, dialect, stream=True), *chunks)
    assert error is not None


@settings(max_examples=300, deadline=None)
@given(FORMS, VENDORS, OBJECTS, st.lists(OBJECTS | st.sampled_from(WORDS).flatmap(_block), max_size=3), JSON)
def test_no_request_raises_anything_but_a_refusal(
    form: InboundFormat, dialect: str, document: Any, parts: list[Any], content: Any
) -> None:
    messages = [{"role": "user", "content": parts}, {"role": "assistant", "content": parts}, *parts]
    base = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": content}]}
    for given_document in ({**base, **document}, {**base, "messages": messages}, {**document, **base}):
        try:
            parsed = parse(form, json.dumps(given_document).encode(), {})
            exchange = open_exchange(parsed, target(dialect))
        except InvalidRequestError:
            pass
        else:
            assert isinstance(json.loads(exchange.request.body), dict)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"data: x", b"event: e", b": c", b"\n\n"]), max_size=14), st.data()
)
def test_events_are_the_same_wherever_the_stream_is_cut(pieces: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(pieces)
    place = data.draw(st.integers(0, len(stream)))
    whole, cut = SseCutter(), SseCutter()
    expected = whole.feed(stream) + whole.rest()
    found = cut.feed(stream[:place]) + cut.feed(stream[place:]) + cut.rest()
    assert [(event.name, event.data) for event in found] == [(event.name, event.data) for event in expected]
