"""What a new user does, from the set-up link to a refused call, with the vendors' own SDKs through the real Envoy."""

import time
from dataclasses import dataclass

import anthropic
import httpx
import openai
import pytest

from e2e.running import Administrator, until
from fake_vendor import (
    FakeVendor,
    anthropic_message,
    anthropic_stream,
    openai_chat,
    openai_embeddings,
    openai_stream,
)

QUESTION = [{"role": "user", "content": "Say hello."}]


@dataclass
class Story:
    """An organisation with two vendors, a REST service, an application and its token."""

    ada: Administrator
    openai: FakeVendor
    anthropic: FakeVendor
    application: str
    token: str
    jti: str


@pytest.fixture
def story(ada: Administrator, openai_vendor: FakeVendor, anthropic_vendor: FakeVendor) -> Story:
    openai_vendor.reply("/v1/chat/completions", openai_chat("Hello from OpenAI"))
    openai_vendor.reply("/v1/embeddings", openai_embeddings())
    anthropic_vendor.reply("/v1/messages", anthropic_message("Hello from Anthropic"))
    ada.provider("openai", f"{openai_vendor.url}/v1", "gpt-4o-mini", "text-embedding-3-small")
    ada.provider("anthropic", anthropic_vendor.url, "claude-test")
    application = ada.application("shop")
    token, jti = ada.token(application)
    ada.in_force()
    return Story(ada, openai_vendor, anthropic_vendor, application, token, jti)


def test_the_openai_sdk_works_with_a_token_as_its_key(story: Story) -> None:
    url = story.ada.passgate.url
    with openai.OpenAI(base_url=f"{url}/v1", api_key=story.token, max_retries=0) as client:
        assert {model.id for model in client.models.list()} == {
            "gpt-4o-mini",
            "text-embedding-3-small",
            "claude-test",
        }
        answer = client.chat.completions.create(model="gpt-4o-mini", messages=QUESTION)  # type: ignore[call-overload]
        assert answer.choices[0].message.content == "Hello from OpenAI"
        assert client.embeddings.create(model="text-embedding-3-small", input="hi").data[0].embedding
        story.openai.reply("/v1/chat/completions", openai_stream(["Hel", "lo"]))
        stream = client.chat.completions.create(model="gpt-4o-mini", messages=QUESTION, stream=True)  # type: ignore[call-overload]
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices) == "Hello"


def test_the_vendor_sees_its_own_key_and_never_the_token(story: Story) -> None:
    url = story.ada.passgate.url
    with openai.OpenAI(base_url=f"{url}/v1", api_key=story.token, max_retries=0) as client:
        client.chat.completions.create(model="gpt-4o-mini", messages=QUESTION)  # type: ignore[call-overload]
    asked = story.openai.requests[-1]
    assert asked.headers["authorization"] == "Bearer sk-vendor-secret"
    assert story.token not in str(asked.headers)
    assert not [name for name in asked.headers if name.startswith(("x-passgate", "x-envoy"))]


def test_the_anthropic_sdk_works_with_the_same_token(story: Story) -> None:
    with anthropic.Anthropic(base_url=story.ada.passgate.url, api_key=story.token, max_retries=0) as client:
        body = {"model": "claude-test", "max_tokens": 50, "messages": QUESTION}
        answer = client.messages.create(**body)  # type: ignore[call-overload]
        assert answer.content[0].text == "Hello from Anthropic"
        story.anthropic.reply("/v1/messages", anthropic_stream(["Hel", "lo"]))
        with client.messages.stream(**body) as stream:
            assert "".join(stream.text_stream) == "Hello"


def test_each_sdk_reaches_the_other_vendors_models(story: Story) -> None:
    url = story.ada.passgate.url
    with openai.OpenAI(base_url=f"{url}/v1", api_key=story.token, max_retries=0) as client:
        answer = client.chat.completions.create(model="claude-test", messages=QUESTION)  # type: ignore[call-overload]
        assert answer.choices[0].message.content == "Hello from Anthropic"
        assert answer.usage is not None
        assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (12, 9)
        story.anthropic.reply("/v1/messages", anthropic_stream(["Hel", "lo"]))
        stream = client.chat.completions.create(model="claude-test", messages=QUESTION, stream=True)  # type: ignore[call-overload]
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices) == "Hello"
    with anthropic.Anthropic(base_url=url, api_key=story.token, max_retries=0) as other:
        reply = other.messages.create(model="gpt-4o-mini", max_tokens=50, messages=QUESTION)  # type: ignore[arg-type]
        assert reply.content[0].text == "Hello from OpenAI"  # type: ignore[union-attr]


def test_each_call_is_on_the_calls_page_within_two_seconds_with_tokens_and_cost(story: Story) -> None:
    url = story.ada.passgate.url
    with openai.OpenAI(base_url=f"{url}/v1", api_key=story.token, max_retries=0) as client:
        raw = client.chat.completions.with_raw_response.create(model="gpt-4o-mini", messages=QUESTION)  # type: ignore[call-overload]
    answered = time.monotonic()
    request_id = raw.headers["x-request-id"]

    def listed() -> dict[str, object] | None:
        rows = story.ada.get("/calls")["items"]
        return next((row for row in rows if row["request_id"] == request_id and row["usage"]), None)

    row = until(listed, seconds=5, what="the call's row")
    assert time.monotonic() - answered < 2
    assert row["application_name"] == "shop"
    assert row["status"] == 200
    usage = row["usage"]
    assert (row["model"], usage["tokens_in"], usage["tokens_out"]) == ("gpt-4o-mini", 12, 9)
    # genai-prices: 0.15 and 0.60 dollars a million: 12 x 0.15 + 9 x 0.60 = 7.2 micro-dollars
    assert usage["cost_micro_dollars"] == 7


def test_a_rest_service_wants_a_token_and_a_subscription(story: Story, openai_vendor: FakeVendor) -> None:
    openai_vendor.reply("/items/1", openai_chat("an item"))
    service = story.ada.service("orders", openai_vendor.url)
    story.ada.in_force()
    url, bearer = f"{story.ada.passgate.url}/orders/items/1", {"Authorization": f"Bearer {story.token}"}
    assert (httpx.get(url).status_code, httpx.get(url).json()["code"]) == (401, "token_missing")
    refused = httpx.get(url, headers=bearer)
    assert (refused.status_code, refused.json()["code"]) == (403, "subscription_missing")
    story.ada.post("/subscriptions", {"service_id": service, "application_id": story.application})
    until(lambda: httpx.get(url, headers=bearer).status_code == 200, what="the subscription")
    assert openai_vendor.requests[-1].path == "/items/1"
    assert "authorization" not in openai_vendor.requests[-1].headers
    cache = {"kind": "response_cache", "default_ttl_seconds": 600}
    story.ada.request("PATCH", f"/services/{service}", {"policies": [cache]})
    story.ada.in_force()
    _is_kept_until_it_is_given_up(story, service, url, bearer)
    story.ada.post(f"/services/{service}/retire")
    until(lambda: httpx.get(url, headers=bearer).status_code == 410, what="the retirement")


def _is_kept_until_it_is_given_up(story: Story, service: str, url: str, bearer: dict[str, str]) -> None:
    def asked() -> httpx.Response:
        return httpx.get(url, headers=bearer)

    def hit() -> httpx.Response | None:
        # Each worker has a memory of its own, and which one answers is by chance.
        return answer if (answer := asked()).headers["x-passgate-cache"] == "hit" else None

    until(hit, what="an answer that is kept")
    assert httpx.delete(url, headers=bearer).status_code == 200
    assert asked().headers["x-passgate-cache"] == "miss"
    kept = until(hit, what="an answer that is kept again")
    purged = story.ada.post(f"/services/{service}/purge-cache")
    assert (purged["gate"]["nodes"], purged["gate"]["missing"]) == (1, [])
    assert asked().headers["x-passgate-cache"] == "miss"

    def listed() -> dict[str, object] | None:
        rows = story.ada.get("/calls")["items"]
        return next((row for row in rows if row["request_id"] == kept.headers["x-request-id"]), None)

    assert until(listed, seconds=5, what="the call's row")["cached"] is True


def test_a_revoked_token_is_refused_within_a_second_with_the_reason(story: Story) -> None:
    url = f"{story.ada.passgate.url}/v1/models"
    for place in ({"Authorization": f"Bearer {story.token}"}, {"x-api-key": story.token}):
        assert httpx.get(url, headers=place).status_code == 200
    story.ada.post(f"/tokens/{story.jti}/revoke", {"reason": "lost laptop"})
    revoked = time.monotonic()
    bearer = {"Authorization": f"Bearer {story.token}"}
    until(lambda: httpx.get(url, headers=bearer).status_code == 401, seconds=3, what="the refusal")
    assert time.monotonic() - revoked < 1
    assert httpx.get(url, headers=bearer).json()["error"]["code"] == "token_revoked"


def test_the_command_line_issues_lists_and_revokes(story: Story) -> None:
    cli = story.ada.passgate.cli
    issued = cli("token", "issue", "--application", "shop", "--days", "1")
    assert issued.returncode == 0, issued.stderr
    url, bearer = f"{story.ada.passgate.url}/v1/models", {"Authorization": f"Bearer {issued.stdout.strip()}"}
    assert httpx.get(url, headers=bearer).status_code == 200
    jti = issued.stderr.partition(",")[0]
    assert jti in cli("token", "list", "--application", "shop").stdout
    assert cli("token", "revoke", jti).returncode == 0
    until(lambda: httpx.get(url, headers=bearer).status_code == 401, seconds=3, what="the refusal")
    assert cli("token", "revoke", "tok_unknown").returncode == 1
