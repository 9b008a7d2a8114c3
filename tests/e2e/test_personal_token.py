"""A developer's personal token: an API key for two models, narrowed, seen in use, revoked with all that came of it."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import openai
import pytest

from e2e.running import Administrator, until
from fake_vendor import FakeVendor, openai_chat

QUESTION = [{"role": "user", "content": "Say hello."}]


def test_a_personal_token_from_its_making_to_its_end(ada: Administrator, openai_vendor: FakeVendor) -> None:
    openai_vendor.reply("/v1/chat/completions", openai_chat("Hello"))
    ada.provider("openai", f"{openai_vendor.url}/v1", "gpt-4o-mini", "gpt-4o")
    team = ada.get("/teams")["items"][0]["id"]
    wanted = {"kind": "personal", "name": "laptop", "audiences": ["passgate", "passgate-api"], "team_id": team}
    issued = ada.post("/tokens", wanted | {"limits": {"models": ["gpt-4o-mini"], "budget": 20_000_000}})
    ada.in_force()
    url = ada.passgate.url
    with openai.OpenAI(base_url=f"{url}/v1", api_key=issued["token"], max_retries=0) as client:
        assert [model.id for model in client.models.list()] == ["gpt-4o-mini"]
        assert client.chat.completions.create(model="gpt-4o-mini", messages=QUESTION).choices  # type: ignore[call-overload]
        with pytest.raises(openai.PermissionDeniedError):
            client.chat.completions.create(model="gpt-4o", messages=QUESTION)  # type: ignore[call-overload]
    bearer = {"Authorization": f"Bearer {issued['token']}"}
    assert httpx.get(f"{url}/api/v1/teams", headers=bearer).status_code == 200
    until(lambda: ada.get(f"/tokens/{issued['jti']}")["last_used_at"], what="the last use")

    narrowed = httpx.post(f"{url}/api/v1/tokens/narrow", headers=bearer, json={"audiences": ["passgate"]}).json()
    child = {"Authorization": f"Bearer {narrowed['token']}"}
    assert httpx.get(f"{url}/v1/models", headers=child).status_code == 200
    assert httpx.get(f"{url}/api/v1/teams", headers=child).status_code == 401

    feed = f"{url}/oauth2/revocations"
    known = {"If-None-Match": httpx.get(feed).headers["etag"]}
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(httpx.get, feed, params={"wait": 20}, headers=known, timeout=30)
        revoked = ada.post(f"/tokens/{issued['jti']}/revoke?wait=true", {"reason": "lost laptop"})
        answered = time.monotonic()
        assert {entry["value"] for entry in waiting.result().json()["entries"]} == {issued["jti"], narrowed["jti"]}
    assert time.monotonic() - answered < 3
    enforcement = revoked["enforcement"]
    assert (revoked["count"], enforcement["nodes"], enforcement["enforced"]) == (2, 1, 1)
    assert enforcement["milliseconds"] < 2000
    for header in (bearer, child):
        assert httpx.get(f"{url}/v1/models", headers=header).json()["error"]["code"] == "token_revoked"
