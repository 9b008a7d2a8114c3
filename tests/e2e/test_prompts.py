"""A prompt API through the real Envoy: tried, published, refused to whoever has no right, answered, and in the log."""

import httpx
import pytest

from e2e.running import Administrator, until
from fake_vendor import FakeVendor, openai_chat

ANSWER = {"sentiment": "positive", "confidence": 0.93}
SCHEMA = {
    "type": "object",
    "required": ["sentiment", "confidence"],
    "properties": {"sentiment": {"type": "string"}, "confidence": {"type": "number", "maximum": 1}},
}
PROMPT = {
    "user": "Classify the sentiment of {{text}}",
    "variables": [{"name": "text"}],
    "models": [{"name": "gpt-4o-mini"}],
    "output_schema": SCHEMA,
}


@pytest.fixture
def vendor(openai_vendor: FakeVendor) -> FakeVendor:
    openai_vendor.reply("/v1/chat/completions", openai_chat('{"sentiment": "positive", "confidence": 0.93}'))
    return openai_vendor


def test_a_prompt_is_an_api(ada: Administrator, vendor: FakeVendor) -> None:
    ada.provider("openai", f"{vendor.url}/v1", "gpt-4o-mini", "text-embedding-3-small")
    ada.in_force()
    tried = ada.post("/prompts/try", {"team_id": ada.team_id, "prompt": PROMPT, "input": {"text": "I love it"}})
    assert (tried["answer"], tried["tokens_out"], tried["model"]) == (ANSWER, 9, "gpt-4o-mini")
    assert float(tried["cost"]) > 0

    given = {"team_id": ada.team_id, "name": "Sentiment", "kind": "prompt", "base_path": "/sentiment", "publish": True}
    service = ada.post("/services", given | {"definition": {"prompt": PROMPT}})["id"]
    application = ada.application("shop")
    token, _ = ada.token(application)
    ada.in_force()
    url = f"{ada.passgate.url}/sentiment"
    body = {"text": "I love it"}
    bearer = {"authorization": f"Bearer {token}", "x-passgate-prompt": "rev_of_somebody_else"}
    with httpx.Client(timeout=30) as client:
        assert client.post(url, json=body).status_code == 401
        assert client.post(url, json=body, headers=bearer).status_code == 403
        ada.post("/subscriptions", {"service_id": service, "application_id": application})
        ada.in_force()
        answer = until(lambda: _served(client.post(url, json=body, headers=bearer)), what="an answer")
        assert answer.json() == ANSWER
        wrong = client.post(url, json={"txet": "I love it"}, headers=bearer)
        assert (wrong.status_code, wrong.json()["code"]) == (422, "prompt_input_invalid")
        (revision,) = ada.get(f"/services/{service}/versions/v1/revisions")["items"]
        smuggled = {**bearer, "x-passgate-prompt": revision["id"]}
        chat = client.post(f"{ada.passgate.url}/v1/chat/completions", json=body, headers=smuggled)
        assert chat.json()["error"]["type"] == "invalid_request_error"
    request_id = answer.headers["x-request-id"]

    def listed() -> list[dict[str, object]]:
        rows = ada.get("/calls")["items"]
        return [row for row in rows if row["request_id"] == request_id and row["usage"]]

    (call,) = until(listed, what="the call in the log")
    assert (call["service_id"], call["model"], call["status"]) == (service, "gpt-4o-mini", 200)
    assert call["usage"]["cost_micro_dollars"] > 0


def _served(answer: httpx.Response) -> httpx.Response | None:
    return answer if answer.status_code == 200 else None
