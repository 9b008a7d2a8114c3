"""Calls whose client and vendor speak the same format: what changes, and that nothing else does."""

import json
from typing import Any

import pytest

from inference.translation.calls import opened, plain_request, replied, sent, streamed, target
from passgate.inference.translation import Exchange, InvalidRequestError, Target
from passgate.inference.translator import open_exchange, parse

ODD = b'{ "messages" : [ {"role":"user","content":"\\u00e9 \\"model\\""} ],\n "model" : "public" , "x_new": 1e-7}'


def opened_raw(raw: bytes, to: Target) -> Exchange:
    return open_exchange(parse("openai-chat", raw, {}), to)


def test_bytes_stay_as_they_are_but_for_the_models_name() -> None:
    assert opened_raw(ODD, target("openai", "public")).request.body == ODD
    renamed = opened_raw(ODD, target("openai", 'a "b" \\ é')).request.body
    assert renamed == ODD.replace(b'"public"', b'"a \\"b\\" \\\\ \xc3\xa9"')
    assert json.loads(renamed) == {**json.loads(ODD), "model": 'a "b" \\ é'}


@pytest.mark.parametrize(
    "raw",
    [
        b'{"model":"dear","model":"public","messages":[{}]}',
        b'{"mod\\u0065l":"dear","model":"public","messages":[{}]}',
        b'{"model":"dear","mod\\u0065l":"public","messages":[{}]}',
        b'{"\\u006dodel":"public","messages":[{"model":"dear"}]}',
    ],
)
@pytest.mark.parametrize("vendor_model", ["public", "vendor-model"])
def test_a_second_model_cannot_be_smuggled_past_the_gate(raw: bytes, vendor_model: str) -> None:
    parsed = parse("openai-chat", raw, {})
    assert parsed.model == "public"
    body = open_exchange(parsed, target("openai", vendor_model)).request.body
    pairs = json.loads(body, object_pairs_hook=list)
    assert [value for name, value in pairs if name == "model"] == [vendor_model]


def test_a_field_called_model_further_down_is_left_alone() -> None:
    tools = [{"type": "function", "function": {"name": "car", "parameters": {"properties": {"model": {}}}}}]
    document = {**plain_request(), "tools": tools}
    assert sent(opened("openai-chat", document, target("openai"))) == {**document, "model": "vendor-model"}


def test_long_numbers_survive_writing_anew() -> None:
    long = b'{"model":"m","model":"public","messages":[{}],"seed":123456789012345678901234567890,"x":9007199254740993}'
    body = opened_raw(long, target("openai")).request.body
    assert b"123456789012345678901234567890" in body
    assert b"9007199254740993" in body


def test_what_is_nested_too_deeply_to_be_written_anew_is_refused() -> None:
    deep = b'{"model":"m","model":"public","messages":[{}],"x":' + b"[" * 500 + b"]" * 500 + b"}"
    with pytest.raises(InvalidRequestError, match="deeper than 200"):
        opened_raw(deep, target("openai"))
    once = deep.replace(b'"model":"m",', b"")
    assert opened_raw(once, target("openai", "public")).request.body == once


@pytest.mark.parametrize(
    ("profile", "document", "changed", "dropped"),
    [
        ({"max_tokens_field": "max_tokens"}, {"max_completion_tokens": 5}, {"max_tokens": 5}, ()),
        ({"max_tokens_field": "max_tokens"}, {"max_tokens": 5}, {"max_tokens": 5}, ()),
        ({"refuses": ["seed"]}, {"seed": 5, "user": "u"}, {"user": "u"}, ("seed",)),
        ({"refuses": ["seed"]}, {"seed": None}, {"seed": None}, ()),
        ({"renames": {"seed": "random_seed"}}, {"seed": 5}, {"random_seed": 5}, ()),
    ],
)
def test_a_vendors_oddities_are_met(
    profile: dict[str, Any], document: Any, changed: Any, dropped: tuple[str, ...]
) -> None:
    basic = {"model": "public", "messages": [{"role": "user", "content": "x"}]}
    exchange = opened("openai-chat", {**basic, **document}, target("openai", **profile))
    assert sent(exchange) == {**basic, "model": "vendor-model", **changed}
    assert exchange.dropped == dropped


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ({}, {"authorization": "Bearer vendor-key"}),
        ({"auth": "none"}, {}),
        ({"auth": "api-key"}, {"api-key": "vendor-key"}),
        ({"headers": {"http-referer": "https://gate.example"}}, None),
    ],
)
def test_the_credential_goes_where_the_vendor_looks_for_it(profile: dict[str, Any], expected: Any) -> None:
    headers = dict(opened("openai-chat", plain_request(), target("openai", **profile)).request.headers)
    if expected is None:
        expected = {"authorization": "Bearer vendor-key", "http-referer": "https://gate.example"}
    assert headers == {"content-type": "application/json", **expected}


def test_urls_are_made_of_base_and_path() -> None:
    chat = opened("openai-chat", plain_request(), Target("openai", "https://v.example/v1/", None, "m"))
    assert chat.request.url == "https://v.example/v1/chat/completions"
    odd = opened("openai-chat", plain_request(), target("openai", chat_path="/text/chat"))
    assert odd.request.url == "https://vendor.example/v1/text/chat"
    embeddings = opened("openai-embeddings", {"model": "m", "input": "x"}, target("openai"))
    assert embeddings.request.url == "https://vendor.example/v1/embeddings"
    for base in ("https://v.example", "https://v.example/", "https://v.example/v1"):
        messages = opened("anthropic-messages", plain_request(), Target("anthropic", base, None, "m"))
        assert messages.request.url == "https://v.example/v1/messages"


def test_anthropics_headers_are_the_clients_own() -> None:
    raw = json.dumps(plain_request()).encode()
    told = {"anthropic-version": "2024-01-01", "anthropic-beta": "a,b", "x-api-key": "the client's token"}
    headers = open_exchange(parse("anthropic-messages", raw, told), target("anthropic")).request.headers
    assert headers == {
        "content-type": "application/json",
        "anthropic-version": "2024-01-01",
        "anthropic-beta": "a,b",
        "x-api-key": "vendor-key",
    }
    silent = open_exchange(parse("anthropic-messages", raw, {}), target("anthropic")).request.headers
    assert silent["anthropic-version"] == "2023-06-01"
    assert "anthropic-beta" not in silent


TEXT = b'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}],"usage":null}\n\n'
STOP = b'data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
USAGE = b'data: {"id":"1","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}}\n\n'
DONE = b"data: [DONE]\n\n"


def test_usage_of_a_stream_is_asked_for_and_shown_only_to_who_asked() -> None:
    silent = {**plain_request(), "stream": True}
    exchange = opened("openai-chat", silent, target("openai"))
    assert sent(exchange) == {**silent, "model": "vendor-model", "stream_options": {"include_usage": True}}
    stream = exchange.stream()
    assert stream.feed(TEXT + STOP + USAGE + DONE) + stream.close(request_id="r") == TEXT + STOP + DONE
    assert stream.usage is not None
    assert (stream.usage.input, stream.usage.output, stream.finish_reason) == (7, 2, "stop")

    asking = plain_request(stream=True)
    exchange = opened("openai-chat", asking, target("openai"))
    assert sent(exchange) == {**asking, "model": "vendor-model"}
    assert streamed(exchange, TEXT + STOP + USAGE + DONE) == (TEXT + STOP + USAGE + DONE, None)


def test_other_stream_options_are_kept() -> None:
    document = {**plain_request(stream=True, usage=False)}
    document["stream_options"]["include_obfuscation"] = False
    body = sent(opened("openai-chat", document, target("openai")))
    assert body["stream_options"] == {"include_usage": True, "include_obfuscation": False}


def test_a_vendor_that_needs_no_asking_is_not_asked() -> None:
    document = {**plain_request(), "stream": True}
    body = sent(opened("openai-chat", document, target("openai", stream_usage=False)))
    assert "stream_options" not in body


def test_a_missing_end_mark_is_added_where_the_answer_is_complete() -> None:
    exchange = opened("openai-chat", plain_request(stream=True), target("openai"))
    assert streamed(exchange, TEXT + STOP) == (TEXT + STOP + DONE, None)
    exchange = opened("openai-chat", plain_request(stream=True), target("openai"))
    assert streamed(exchange, TEXT + STOP + DONE.rstrip()) == (TEXT + STOP + DONE, None)


def test_comments_and_ends_of_line_pass_as_they_are() -> None:
    stream = (b": keep-alive\n\n" + TEXT + STOP + DONE).replace(b"\n", b"\r\n")
    assert streamed(opened("openai-chat", plain_request(stream=True), target("openai")), stream) == (stream, None)


def test_an_answer_passes_with_its_own_model_and_unknown_fields() -> None:
    document = {
        "id": "1",
        "model": "vendor-model-2026-01-01",
        "x_new": [1],
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "length"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}},
    }
    reply = replied(opened("openai-chat", plain_request(), target("openai")), document)
    assert json.loads(reply.body) == document
    assert reply.usage is not None
    assert (reply.usage.input, reply.usage.cached_input, reply.finish_reason) == (7, 4, "length")
