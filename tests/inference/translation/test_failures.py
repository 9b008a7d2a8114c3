"""Vendors' errors and garbage: status and meaning stay, the words are the caller's format's."""

import json
from typing import Any

import pytest

from inference.translation.answers import events
from inference.translation.calls import CHAT_FORMATS, DIALECTS, plain_exchange, replied, streamed
from passgate.inference.sse import MAX_EVENT_BYTES
from passgate.inference.translation import InboundFormat

OPENAI_ERROR = {"error": {"message": "Too long.", "type": "invalid_request_error", "param": "messages", "code": "len"}}
ANTHROPIC_ERROR = {"type": "error", "error": {"type": "invalid_request_error", "message": "Too long."}}


def test_openais_error_for_a_client_of_anthropic() -> None:
    reply = replied(plain_exchange("anthropic-messages", "openai"), OPENAI_ERROR, 400)
    assert (reply.status, reply.error_code, reply.vendor_message) == (400, "vendor_rejected_request", "Too long.")
    assert json.loads(reply.body) == {
        "type": "error",
        "error": {"type": "invalid_request_error", "message": "Too long.", "code": "len", "param": "messages"},
        "request_id": "req-1",
    }


def test_anthropics_error_for_a_client_of_openai() -> None:
    reply = replied(plain_exchange("openai-chat", "anthropic"), ANTHROPIC_ERROR, 400)
    assert json.loads(reply.body)["error"] == {
        "message": "Too long.",
        "type": "invalid_request_error",
        "param": None,
        "code": "vendor_rejected_request",
        "request_id": "req-1",
    }


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (402, "vendor_payment_required"),
        (403, "vendor_permission_denied"),
        (404, "vendor_not_found"),
        (413, "vendor_request_too_large"),
        (422, "vendor_rejected_request"),
        (429, "vendor_rate_limited"),
        (500, "vendor_error"),
        (503, "vendor_overloaded"),
        (504, "vendor_timeout"),
        (529, "vendor_overloaded"),
    ],
)
@pytest.mark.parametrize("form", CHAT_FORMATS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_status_is_kept_even_without_a_readable_error(
    form: InboundFormat, dialect: str, status: int, code: str
) -> None:
    reply = plain_exchange(form, dialect).reply(status, "text/html", b"<h1>Oh no</h1>", request_id="req-1")
    assert (reply.status, reply.error_code) == (status, code)
    error = json.loads(reply.body)["error"]
    assert error["code"] == code
    assert "<h1>" not in error["message"]
    assert reply.vendor_message == "<h1>Oh no</h1>"
    assert b"req-1" in reply.body


@pytest.mark.parametrize("form", CHAT_FORMATS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_refused_provider_key_is_the_gates_fault_and_is_not_shown(form: InboundFormat, dialect: str) -> None:
    document = {"type": "error", "error": {"type": "authentication_error", "message": "Incorrect key sk-abc***xyz"}}
    reply = replied(plain_exchange(form, dialect), document, 401)
    assert (reply.status, reply.error_code) == (502, "vendor_auth_failed")
    assert b"sk-abc" not in reply.body


@pytest.mark.parametrize("body", [b'{"error":"model not loaded"}', b'{"message":"model not loaded"}'])
def test_errors_of_another_shape_are_reworded_for_the_same_format(body: bytes) -> None:
    reply = plain_exchange("openai-chat", "openai").reply(404, "application/json", body, request_id="req-1")
    assert json.loads(reply.body)["error"]["message"] == "model not loaded"
    assert reply.status == 404


@pytest.mark.parametrize("form", CHAT_FORMATS)
def test_an_error_in_a_200_gets_the_status_it_stands_for(form: InboundFormat) -> None:
    document = {"error": {"message": "Slow down.", "code": 429}, "user_id": "u"}
    reply = replied(plain_exchange(form, "openai"), document)
    assert (reply.status, reply.error_code) == (429, "vendor_rate_limited")
    assert json.loads(reply.body)["error"]["message"] == "Slow down."


GARBAGE: list[Any] = [
    b"",
    b"<html>",
    b"[]",
    b"null",
    b"{}",
    b'{"choices": 5, "content": 5}',
    b'{"choices": [5], "content": [5]}',
    b"\xff\xfe",
    b"[" * 10_000,
]


@pytest.mark.parametrize("body", GARBAGE)
@pytest.mark.parametrize("form", CHAT_FORMATS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_garbage_with_a_200_is_a_bad_gateway(form: InboundFormat, dialect: str, body: bytes) -> None:
    reply = plain_exchange(form, dialect).reply(200, "application/json", body, request_id="req-1")
    passed_on = body.startswith(b'{"choices": [5]') and (form.split("-")[0] == dialect)
    if not passed_on:
        assert (reply.status, reply.error_code, reply.usage) == (502, "vendor_invalid_response", None)
        assert json.loads(reply.body)["error"]["code"] == "vendor_invalid_response"


def test_a_redirect_is_no_answer() -> None:
    reply = plain_exchange("openai-chat", "openai").reply(302, "text/html", b"", request_id="r")
    assert (reply.status, reply.error_code) == (502, "vendor_invalid_response")


CHUNK = b'data: {"id":"1","model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\n'
STARTED = b'event: message_start\ndata: {"type":"message_start","message":{"id":"1","content":[],"usage":{}}}\n\n'
BEGINNING = {"openai": CHUNK, "anthropic": STARTED}


def last_error(form: InboundFormat, out: bytes) -> Any:
    """The error that ends a client's stream."""
    if form == "anthropic-messages":
        assert out.rpartition(b"event: ")[2].startswith(b"error\n")
    return events(out)[-1]["error"]


@pytest.mark.parametrize("form", CHAT_FORMATS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_stream_that_ends_too_early_ends_in_an_error(form: InboundFormat, dialect: str) -> None:
    for rest in (b"", b'data: {"cho', b"data: \n\n"):
        out, error = streamed(plain_exchange(form, dialect, stream=True), BEGINNING[dialect], rest)
        expected = "vendor_invalid_response" if rest else "vendor_stream_truncated"
        assert error == expected
        assert last_error(form, out)["code"] == expected
        assert b"req-1" in out or form == "openai-chat"


@pytest.mark.parametrize("form", CHAT_FORMATS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_empty_stream_is_a_truncated_one(form: InboundFormat, dialect: str) -> None:
    end = {"openai": b"data: [DONE]\n\n", "anthropic": b'data: {"type":"message_stop"}\n\n'}[dialect]
    for chunks in ((), (b"",), (b": nothing yet\n\n",), (end,)):
        out, error = streamed(plain_exchange(form, dialect, stream=True), *chunks)
        assert error == "vendor_stream_truncated"
        assert last_error(form, out)["code"] == "vendor_stream_truncated"


@pytest.mark.parametrize("garbage", [b"data: hello\n\n", b"data: []\n\n", b'data: "x"\n\n', b"data: {\xff}\n\n"])
@pytest.mark.parametrize("form", CHAT_FORMATS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_garbage_ends_a_stream_and_nothing_follows_it(form: InboundFormat, dialect: str, garbage: bytes) -> None:
    chunks = (BEGINNING[dialect] + garbage + BEGINNING[dialect], BEGINNING[dialect])
    out, error = streamed(plain_exchange(form, dialect, stream=True), *chunks)
    assert error == "vendor_invalid_response"
    first, _ = streamed(plain_exchange(form, dialect, stream=True), BEGINNING[dialect])
    assert len(events(out)) == len(events(first))
    assert last_error(form, out)["code"] == "vendor_invalid_response"


@pytest.mark.parametrize("form", CHAT_FORMATS)
@pytest.mark.parametrize(
    ("dialect", "event"),
    [
        ("openai", b'data: {"error":{"message":"Overloaded","code":503}}\n\n'),
        (
            "anthropic",
            b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
        ),
    ],
)
def test_a_vendors_error_inside_a_stream_is_told_as_one(form: InboundFormat, dialect: str, event: bytes) -> None:
    out, error = streamed(plain_exchange(form, dialect, stream=True), BEGINNING[dialect] + event)
    assert error == "vendor_overloaded"
    told = last_error(form, out)
    assert told["message"] == "Overloaded"
    assert told["type"] == ("overloaded_error" if form == "anthropic-messages" else "server_error")


@pytest.mark.parametrize("form", CHAT_FORMATS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_event_without_end_is_given_up(form: InboundFormat, dialect: str) -> None:
    stream = plain_exchange(form, dialect, stream=True).stream()
    piece = b"x" * 65536
    fed = 0
    while stream.error_code is None and fed < 2 * MAX_EVENT_BYTES:
        stream.feed(piece)
        fed += len(piece)
    assert stream.error_code == "vendor_invalid_response"
    assert fed <= MAX_EVENT_BYTES + 2 * len(piece)
    assert last_error(form, stream.close(request_id="r"))["code"] == "vendor_invalid_response"
