import json
from typing import Any

import pytest

from fake_vendor import FakeVendor, Reply, anthropic_message, json_reply, openai_chat, openai_embeddings
from inference.worker.running_worker import API_KEY, RunningWorker, claims

CHAT: dict[str, Any] = {"model": "gpt", "messages": [{"role": "user", "content": "Hi"}]}
MESSAGE: dict[str, Any] = {"model": "claude", "max_tokens": 64, "messages": [{"role": "user", "content": "Hi"}]}


def test_a_chat_call_goes_to_the_vendor_and_back(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/chat/completions", openai_chat("Good day", prompt=1000, completion=100, cached=400))
    answer = worker.call(
        "/v1/chat/completions", CHAT, x_forwarded_for="10.0.0.1", cookie="a=b", authorization="Bearer x"
    )

    assert answer.status == 200
    assert answer.json()["choices"][0]["message"]["content"] == "Good day"
    assert answer.headers["x-passgate-model"] == "gpt"
    assert answer.headers["x-passgate-provider"] == "oa"
    assert answer.headers["x-request-id"] == "req-1"
    assert "x-passgate-dropped" not in answer.headers

    asked = vendor.requests[0]
    assert asked.json() == {**CHAT, "model": "gpt-4o-mini"}
    assert asked.headers["authorization"] == f"Bearer {API_KEY}"
    assert not {"cookie", "x-forwarded-for", "x-passgate-claims", "x-request-id"} & set(asked.headers)
    assert asked.headers["accept-encoding"] == "identity"

    (record,) = worker.usage()
    assert record.usage.input == 1000
    assert record.usage.cached_input == 400
    assert record.usage.output == 100
    assert record.cost_micro_dollars == 600 * 2 + 400 // 2 + 100 * 10
    assert (record.outcome, record.status, record.usage_source, record.finish_reason) == ("ok", 200, "vendor", "stop")
    assert (record.application_id, record.team_id, record.jti, record.subject) == ("app_1", "team_1", "tok_1", "user_1")
    assert (record.model, record.vendor_model, record.deployment_id) == ("gpt", "gpt-4o-mini", "dep_oa")
    assert (record.provider_id, record.vendor, record.format_in) == ("prov_oa", "openai", "openai-chat")
    assert (record.request_id, record.price_version, record.stream) == ("req-1", "test 1", False)


def test_embeddings_by_a_name_with_a_slash(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/embeddings", openai_embeddings(2, prompt=7))
    answer = worker.call("/v1/embeddings", {"model": "acme/embed", "input": ["a", "b"]})
    assert answer.status == 200
    assert len(answer.json()["data"]) == 2
    assert answer.headers["x-passgate-model"] == "acme/embed"
    (record,) = worker.usage()
    assert (record.usage.input, record.cost_micro_dollars) == (7, 14)


def without_usage(reply: Reply) -> Reply:
    document = json.loads(b"".join(reply.parts))
    return json_reply({name: value for name, value in document.items() if name != "usage"})


@pytest.mark.parametrize(
    ("path", "document", "asked", "reply"),
    [
        ("/v1/chat/completions", CHAT, "/v1/chat/completions", openai_chat("Good day")),
        ("/v1/messages", {**MESSAGE, "model": "gpt"}, "/v1/chat/completions", openai_chat("Good day")),
        ("/v1/messages", MESSAGE, "/v1/messages", anthropic_message("Good day")),
    ],
    ids=["native", "translated", "messages"],
)
def test_a_vendor_that_never_counts_does_not_make_its_chats_free(
    worker: RunningWorker, vendor: FakeVendor, path: str, document: dict[str, Any], asked: str, reply: Reply
) -> None:
    vendor.reply(asked, without_usage(reply))
    assert worker.call(path, document).status == 200
    (record,) = worker.usage()
    prompt = len(json.dumps(document)) // 3 + 1
    assert (record.usage.input, record.usage.output, record.usage_source) == (prompt, 3, "estimate")
    assert record.cost_micro_dollars == prompt * 2 + 3 * 10


def test_what_has_no_words_is_not_estimated(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/embeddings", without_usage(openai_embeddings()))
    assert worker.call("/v1/embeddings", {"model": "acme/embed", "input": "a"}).status == 200
    (record,) = worker.usage()
    assert (record.outcome, record.cost_micro_dollars, record.usage_source) == ("ok", 0, "none")


def test_messages_to_anthropic(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/messages", anthropic_message("Bonjour"))
    answer = worker.call("/v1/messages", MESSAGE, anthropic_version="2023-06-01", anthropic_beta="x-2025")
    assert answer.json()["content"][0]["text"] == "Bonjour"
    asked = vendor.requests[0].headers
    assert (asked["x-api-key"], asked["anthropic-version"], asked["anthropic-beta"]) == (
        API_KEY,
        "2023-06-01",
        "x-2025",
    )
    (record,) = worker.usage()
    assert (record.usage.input, record.usage.output, record.finish_reason) == (12, 9, "stop")


def test_a_chat_call_to_an_anthropic_model_is_translated(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/messages", anthropic_message("Salut"))
    answer = worker.call("/v1/chat/completions", {**CHAT, "model": "claude", "logit_bias": {"50256": -100}})
    assert answer.json()["choices"][0]["message"]["content"] == "Salut"
    assert answer.headers["x-passgate-dropped"] == "logit_bias"
    (record,) = worker.usage()
    assert record.dropped == ("logit_bias",)
    assert record.vendor == "anthropic"


def test_model_names_and_dropped_fields_are_safe_in_headers(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/messages", anthropic_message())
    answer = worker.call("/v1/chat/completions", {**CHAT, "model": "claude", "lo\r\nset-cookie: é": 1})
    assert answer.status == 200
    assert answer.headers["x-passgate-dropped"] == "lo%0D%0Aset-cookie: %C3%A9"


@pytest.mark.parametrize(
    ("header", "code"),
    [("", "claims_missing"), ("%%%", "claims_missing"), ("e30", "claims_missing"), ("W10", "claims_missing")],
)
def test_without_readable_claims_the_call_is_refused(worker: RunningWorker, header: str, code: str) -> None:
    answer = worker.call("/v1/chat/completions", CHAT, x_passgate_claims=header)
    assert answer.status == 401
    assert answer.json()["error"]["code"] == code
    answer = worker.call("/v1/messages", MESSAGE, x_passgate_claims=header)
    assert answer.status == 401
    assert answer.json()["type"] == "error"


@pytest.mark.parametrize(
    ("document", "token", "status", "code"),
    [
        ({**CHAT, "model": "nope"}, claims(), 404, "model_not_found"),
        ({**CHAT, "model": "private"}, claims(), 403, "model_not_allowed"),
        ({**CHAT, "model": "claude"}, claims(application="app_2"), 403, "model_not_allowed"),
        (CHAT, claims(application="app_9"), 403, "application_unknown"),
        (CHAT, claims(application=None), 403, "application_unknown"),
        ({**CHAT, "model": "acme/embed"}, claims(), 400, "model_kind_mismatch"),
        ([], claims(), 400, "invalid_json"),
    ],
)
def test_what_may_not_be_called_is_refused_by_rule(
    worker: RunningWorker, vendor: FakeVendor, document: Any, token: str, status: int, code: str
) -> None:
    answer = worker.call("/v1/chat/completions", document, x_passgate_claims=token)
    assert (answer.status, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers["x-request-id"] == "req-1"
    assert vendor.requests == []
    (record,) = worker.usage()
    assert (record.status, record.outcome, record.error_code) == (status, "error", code)
    assert (record.cost_micro_dollars, record.usage_source) == (0, "none")


def test_an_application_reaches_its_own_teams_model(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/chat/completions", openai_chat())
    answer = worker.call("/v1/chat/completions", CHAT, x_passgate_claims=claims(application="app_2"))
    assert answer.status == 200
    (record,) = worker.usage()
    assert record.team_id == "team_2"


def test_paths_and_methods_that_are_not_there(worker: RunningWorker) -> None:
    assert worker.call("/v1/nothing").json()["error"]["code"] == "route_not_found"
    assert worker.call("/v1/messages/nothing", {}).json()["error"]["type"] == "not_found_error"
    for kept in ("/v1/responses/resp_1", "/v1/conversations", "/v1/chat/completions/chatcmpl-1/messages"):
        answer = worker.call(kept)
        assert (answer.status, answer.json()["error"]["code"]) == (404, "route_not_found")
        assert "stores no conversations" in answer.json()["error"]["message"]
    wrong = worker.call("/v1/chat/completions")
    assert (wrong.status, wrong.headers["allow"]) == (405, "POST")
    assert worker.call("/v1/models", {}).status == 405


def test_a_client_that_goes_while_it_sends_leaves_a_line(worker: RunningWorker) -> None:
    import socket  # noqa: PLC0415 - only this test speaks below HTTP

    with socket.create_connection(("127.0.0.1", worker.port)) as client:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nx-passgate-claims: {claims()}\r\n"
        client.sendall(head.encode() + b"content-length: 100\r\n\r\n{")
    (record,) = worker.usage()
    assert (record.outcome, record.status) == ("cancelled", 499)
