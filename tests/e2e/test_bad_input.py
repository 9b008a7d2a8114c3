"""What is wrong gets the right status, a body in the caller's format, a code and the request id; and costs nothing."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from e2e.running import Administrator, free_port, running, set_up, until
from fake_vendor import (
    FakeVendor,
    Reply,
    aborted_stream,
    dropped_connection,
    endless_stream,
    garbage,
    json_reply,
    openai_chat,
    rate_limited,
    server_error,
)
from fake_vendor.openai_replies import openai_events

CHAT: dict[str, Any] = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}


@dataclass
class Gate:
    ada: Administrator
    vendor: FakeVendor
    token: str

    def call(self, path: str = "/v1/chat/completions", **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        return httpx.post(f"{self.ada.passgate.url}{path}", headers=headers, timeout=30, **more)

    def chat(self, reply: Reply, **more: Any) -> httpx.Response:
        self.vendor.reply("/v1/chat/completions", reply)
        return self.call(json=CHAT | more)


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    with running(tmp_path_factory.mktemp("bad") / "data") as passgate, FakeVendor() as vendor:
        ada = set_up(passgate)
        vendor.reply("/v1/models", json_reply({"data": [{"id": "gpt-4o-mini"}, {"id": "gpt-4o"}]}))
        ada.provider("openai", f"{vendor.url}/v1", "gpt-4o-mini")
        down = {"vendor": "openai", "name": "down", "base_url": f"http://127.0.0.1:{free_port()}/v1", "api_key": "k"}
        provider = ada.post("/providers", down)["id"]
        ada.post(f"/providers/{provider}/models", {"models": [{"vendor_model": "unreachable-model", "kind": "chat"}]})
        service = ada.service("lost", "http://no-such-host.invalid")
        application = ada.application("caller")
        ada.post("/subscriptions", {"service_id": service, "application_id": application})
        token, _ = ada.token(application)
        ada.in_force()
        yield Gate(ada, vendor, token)


def in_openai_format(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert answer.json()["error"]["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("send", "status", "code"),
    [
        (lambda gate: gate.call(content=b"not json", headers={"content-type": "application/json"}), 400, None),
        (lambda gate: gate.call(json=[1, 2]), 400, None),
        (lambda gate: gate.call(json={"messages": []}), 400, None),
        (lambda gate: gate.call(json=CHAT | {"model": "no-such-model"}), 404, "model_not_found"),
        (lambda gate: gate.call(json=CHAT | {"model": "gpt-4o"}), 404, "model_not_found"),
        (lambda gate: gate.call(json=CHAT | {"model": "unreachable-model"}), 502, "vendor_unreachable"),
        (lambda gate: gate.call("/v1/no/such/path", json={}), 404, None),
        (lambda gate: gate.chat(garbage()), 502, "vendor_invalid_response"),
        (lambda gate: gate.chat(dropped_connection()), 502, None),
    ],
    ids=[
        "no-json", "no-object", "no-model", "unknown-model", "not-switched-on", "vendor-down", "unknown-path",
        "vendor-garbage", "vendor-hangs-up",
    ],
)  # fmt: skip
def test_a_bad_ai_call_is_answered_in_openais_format(
    gate: Gate, send: Callable[[Gate], httpx.Response], status: int, code: str | None
) -> None:
    answer = send(gate)
    in_openai_format(answer, status, code or answer.json()["error"]["code"])


@pytest.mark.parametrize(("reply", "status"), [(server_error(), 500), (rate_limited(), 429)], ids=["500", "429"])
def test_a_vendors_own_error_keeps_its_status_and_its_words(gate: Gate, reply: Reply, status: int) -> None:
    answer = gate.chat(reply)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]
    assert answer.headers["x-request-id"]


def test_the_same_in_anthropics_format(gate: Gate) -> None:
    answer = gate.call("/v1/messages", json=CHAT | {"model": "no-such-model", "max_tokens": 5})
    assert answer.status_code == 404
    body = answer.json()
    assert (body["type"], body["error"]["type"]) == ("error", "not_found_error")
    assert body["request_id"] == answer.headers["x-request-id"]


def test_a_vendor_that_hangs_up_in_mid_stream_is_an_error_in_the_stream(gate: Gate) -> None:
    answer = gate.chat(aborted_stream(openai_events()[:2]), stream=True)
    last = [line for line in answer.text.splitlines() if line.startswith("data: ")][-1]
    assert json.loads(last.removeprefix("data: "))["error"]["code"] == "vendor_stream_truncated"


def test_an_upstream_that_cannot_be_resolved_is_a_503_in_problem_json(gate: Gate) -> None:
    answer = httpx.get(f"{gate.ada.passgate.url}/lost/x", headers={"Authorization": f"Bearer {gate.token}"})
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.json()["code"] == "upstream_unreachable"


@pytest.mark.parametrize(
    ("token", "status"),
    [("x", 401), ("a.b.c", 401), ("e" * 16_400, 431), ("", 401)],
    ids=["malformed", "three-parts", "oversized", "empty"],
)
def test_a_bad_token_is_refused_in_each_format(gate: Gate, token: str, status: int) -> None:
    for path in ("/v1/chat/completions", "/v1/messages", "/lost/x"):
        answer = httpx.post(f"{gate.ada.passgate.url}{path}", headers={"x-api-key": token}, json=CHAT)
        assert answer.status_code == status, path
        if path == "/lost/x":
            assert answer.json()["code"]
        else:
            assert answer.json()["error"]


def test_what_failed_costs_nothing(gate: Gate) -> None:
    before = gate.chat(openai_chat("fine")).headers["x-request-id"]
    failed = gate.chat(garbage()).headers["x-request-id"]

    def rows() -> dict[str, Any] | None:
        found = {row["request_id"]: row["usage"] for row in gate.ada.get("/calls?limit=50")["items"]}
        return found if found.get(before) and found.get(failed) else None

    usage = until(rows, what="the two calls")
    assert usage[before]["cost_micro_dollars"] == 7
    assert usage[failed]["cost_micro_dollars"] == 0
    assert usage[failed]["tokens_in"] == 0


def test_a_client_that_leaves_ends_the_vendors_call(gate: Gate) -> None:
    gate.vendor.reply("/v1/chat/completions", endless_stream(openai_events(["word "])[1]))
    url, headers = f"{gate.ada.passgate.url}/v1/chat/completions", {"Authorization": f"Bearer {gate.token}"}
    seen = len(gate.vendor.requests)
    with httpx.stream("POST", url, json=CHAT | {"stream": True}, headers=headers, timeout=10) as answer:
        next(answer.iter_raw())
    left = time.monotonic()
    request = gate.vendor.requests[seen]
    assert request.closed.wait(5)
    assert time.monotonic() - left < 2
