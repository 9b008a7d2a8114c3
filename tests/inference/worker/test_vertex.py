"""Vertex AI behind a worker: the account's key becomes an access token, which the vendor sees in its place."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fake_vendor import FakeVendor, anthropic_message
from fake_vendor.reply import json_reply
from inference.worker.running_worker import VAULT, RunningWorker, config, deployment, model
from passgate.contracts.inference_config import InferenceProvider

ROOT = "/v1beta1/projects/acme/locations/global/publishers"
GEMINI = f"{ROOT}/google/models/gemini-3-pro:generateContent"
CLAUDE = f"{ROOT}/anthropic/models/claude-test:rawPredict"
ANSWER = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "Hello"}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2},
}


def key_file(vendor: FakeVendor) -> str:
    private_key = generate_private_key(65537, 2048)
    pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    told = {"project_id": "acme", "private_key_id": "k1", "private_key": pem, "client_email": "g@acme.example"}
    return json.dumps({**told, "token_uri": f"{vendor.url}/token"})


def vertex(name: str, dialect: str, vendor: FakeVendor, key: str) -> InferenceProvider:
    return InferenceProvider(
        id=f"prov_{name}",
        name=name,
        vendor="vertex",
        dialect=dialect,
        base_url=vendor.url,
        sealed_api_key=VAULT.seal(key),
        profile={"surface": "vertex"},
    )


@pytest.fixture
def worker(tmp_path: Path, vendor: FakeVendor) -> Any:
    running = RunningWorker(tmp_path)
    key = key_file(vendor)
    providers = [
        vertex("google", "gemini", vendor, key),
        vertex("claude", "anthropic", vendor, key),
        vertex("broken", "gemini", vendor, '{"client_email": "x"}'),
    ]
    models = [
        model("gemini", deployment("google", "gemini-3-pro")),
        model("claude", deployment("claude", "claude-test")),
        model("broken", deployment("broken", "gemini-3-pro")),
        model("either", deployment("broken", "gemini-3-pro"), deployment("google", "gemini-3-pro", priority=1)),
    ]
    running.configure(config(providers, models))
    running.revoke()
    vendor.reply("/token", json_reply({"access_token": "short-lived", "expires_in": 3600}))
    vendor.reply(GEMINI, json_reply(ANSWER))
    with running:
        yield running


def ask(worker: RunningWorker, name: str) -> Any:
    body = {"contents": [{"parts": [{"text": "Hi"}]}]}
    return worker.call(f"/v1beta/models/{name}:generateContent", body)


def test_calls_bear_one_access_token(worker: RunningWorker, vendor: FakeVendor) -> None:
    assert [ask(worker, "gemini").json() for _ in range(3)] == [ANSWER] * 3
    assert [request.path for request in vendor.requests] == ["/token", GEMINI, GEMINI, GEMINI]
    for request in vendor.requests[1:]:
        assert request.headers["authorization"] == "Bearer short-lived"
        assert "x-goog-api-key" not in request.headers
    assert {record.usage.output for record in worker.usage(3)} == {2}


def test_a_refused_token_is_replaced(worker: RunningWorker, vendor: FakeVendor) -> None:
    refused = {"error": {"code": 401, "message": "no", "status": "UNAUTHENTICATED"}}
    vendor.reply(GEMINI, json_reply(refused, status=401), json_reply(ANSWER))
    first = ask(worker, "gemini")
    assert (first.status, first.json()["error"]["details"][0]["reason"]) == (502, "vendor_auth_failed")
    assert ask(worker, "gemini").status == 200
    assert [request.path for request in vendor.requests].count("/token") == 2


def test_no_token_is_an_error_that_names_no_secret(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/token", json_reply({"error": "invalid_grant"}, status=400))
    answer = ask(worker, "gemini")
    assert (answer.status, answer.json()["error"]["details"][0]["reason"]) == (502, "vendor_auth_failed")
    assert b"PRIVATE" not in answer.body


def test_an_unreadable_key_is_an_error_and_another_deployment_steps_in(
    worker: RunningWorker, vendor: FakeVendor
) -> None:
    answer = ask(worker, "broken")
    assert answer.json()["error"]["details"][0]["reason"] == "provider_misconfigured"
    assert not vendor.requests
    assert ask(worker, "either").status == 200


def test_claude_at_vertex(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(CLAUDE, anthropic_message("Hello"))
    body = {"model": "claude", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    assert worker.call("/v1/messages", body).json()["content"][0]["text"] == "Hello"
    sent = vendor.requests[-1]
    rest = {name: value for name, value in body.items() if name != "model"}
    assert sent.json() == {**rest, "anthropic_version": "vertex-2023-10-16"}
    assert sent.headers["authorization"] == "Bearer short-lived"
    translated = worker.call("/v1/chat/completions", {"model": "claude", "messages": body["messages"]})
    assert translated.json()["choices"][0]["message"]["content"] == "Hello"
    assert "model" not in vendor.requests[-1].json()
