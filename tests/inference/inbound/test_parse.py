"""What the gate demands of a request before it looks for a vendor."""

import json
from typing import Any

import pytest

from passgate.inference.translation import InboundFormat, InvalidRequestError
from passgate.inference.translator import parse, render_error, render_stream_error

MESSAGE = {"role": "user", "content": "Hello"}


def refused(form: InboundFormat, raw: bytes) -> InvalidRequestError:
    with pytest.raises(InvalidRequestError) as caught:
        parse(form, raw, {})
    assert caught.value.status == 400
    return caught.value


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b'{"model": "m", "messages": [',
        b'{"model": "m", "messages": [{}], "temperature": NaN}',
        b'{"model": "caf\xe9", "messages": [{}]}',
        b'\xef\xbb\xbf{"model": "m", "messages": [{}]}',
        b'{"model": "\\ud800", "messages": [{}]}',
        b"[]",
        b'"model"',
        b"null",
        b"[" * 100_000,
        b'{"model":' * 5000 + b"1" + b"}" * 5000,
    ],
)
def test_a_body_that_is_no_json_object_is_refused(raw: bytes) -> None:
    for form in ("openai-chat", "openai-embeddings", "anthropic-messages"):
        assert refused(form, raw).code == "invalid_json"


@pytest.mark.parametrize(
    ("form", "document", "field"),
    [
        ("openai-chat", {"messages": [MESSAGE]}, "model"),
        ("openai-chat", {"model": "", "messages": [MESSAGE]}, "model"),
        ("openai-chat", {"model": 7, "messages": [MESSAGE]}, "model"),
        ("openai-chat", {"model": "m"}, "messages"),
        ("openai-chat", {"model": "m", "messages": []}, "messages"),
        ("openai-chat", {"model": "m", "messages": "Hello"}, "messages"),
        ("openai-chat", {"model": "m", "messages": [MESSAGE, "Hello"]}, "messages[1]"),
        ("openai-chat", {"model": "m", "messages": [MESSAGE], "stream": "yes"}, "stream"),
        ("openai-chat", {"model": "m", "messages": [MESSAGE], "stream": 1}, "stream"),
        ("openai-embeddings", {"model": "m"}, "input"),
        ("openai-embeddings", {"model": "m", "input": []}, "input"),
        ("openai-embeddings", {"model": "m", "input": {"text": "x"}}, "input"),
        ("openai-embeddings", {"input": "x"}, "model"),
        ("anthropic-messages", {"model": "m", "max_tokens": 5}, "messages"),
        ("anthropic-messages", {"model": "m", "messages": [MESSAGE]}, "max_tokens"),
        ("anthropic-messages", {"model": "m", "messages": [MESSAGE], "max_tokens": 0}, "max_tokens"),
        ("anthropic-messages", {"model": "m", "messages": [MESSAGE], "max_tokens": True}, "max_tokens"),
    ],
)
def test_a_missing_or_wrong_field_is_named(form: InboundFormat, document: Any, field: str) -> None:
    error = refused(form, json.dumps(document).encode())
    assert error.field == field
    assert f"'{field}'" in error.message


def test_a_request_is_read_once_and_keeps_its_bytes() -> None:
    raw = b'{ "model":"m","messages":[{"role":"user","content":"x"}],"stream":true,"max_tokens":5 }'
    headers = {"anthropic-beta": "new-thing", "authorization": "Bearer secret", "accept": "*/*"}
    parsed = parse("anthropic-messages", raw, headers)
    assert (parsed.raw, parsed.model, parsed.stream) == (raw, "m", True)
    assert parsed.headers == {"anthropic-beta": "new-thing"}


def test_errors_are_worded_in_the_callers_format() -> None:
    told = {"status": 404, "code": "model_not_found", "message": "No such model.", "request_id": "req-1"}
    kind, body = render_error("openai-chat", **told, param="model")
    assert kind == "application/json"
    assert json.loads(body) == {
        "error": {
            "message": "No such model.",
            "type": "not_found_error",
            "param": "model",
            "code": "model_not_found",
            "request_id": "req-1",
        }
    }
    assert render_error("openai-embeddings", **told, param="model") == (kind, body)
    _, body = render_error("anthropic-messages", **told)
    assert json.loads(body) == {
        "type": "error",
        "error": {"type": "not_found_error", "message": "No such model.", "code": "model_not_found"},
        "request_id": "req-1",
    }


def test_errors_inside_a_stream_are_events_of_the_callers_format() -> None:
    told = {"status": 429, "code": "budget_exceeded", "message": "Spent.", "request_id": "req-1"}
    event = render_stream_error("anthropic-messages", **told)
    assert event.startswith(b'event: error\ndata: {"type":"error","error":{"type":"rate_limit_error"')
    event = render_stream_error("openai-chat", **told)
    assert event.startswith(b'data: {"error":{"message":"Spent.","type":"rate_limit_error"')
    assert event.endswith(b"\n\n")
