"""A company's own identity provider: its tokens call services and models, whatever keys it signs with."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from e2e.running import Administrator
from fake_vendor import FakeVendor, json_reply, openai_chat
from wire.tokens import Issuer

CHAT = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Say hello."}]}


@pytest.fixture
def company() -> Iterator[FakeVendor]:
    """Where the company's keys are published."""
    with FakeVendor() as server:
        yield server


def publish_keys(company: FakeVendor, *issuers: Issuer) -> None:
    company.reply("/jwks.json", json_reply({"keys": [issuer.public for issuer in issuers]}))


def bearer(company: FakeVendor, signer: Issuer, **changes: Any) -> dict[str, str]:
    own = {"iss": company.url, "aud": "gate", "sub": "ada@staff", "azp": "shop", "client_id": None, "scope": None}
    return {"Authorization": f"Bearer {signer.token({'typ': 'JWT'}, **{**own, **changes})}"}


def test_tokens_of_the_companys_idp_work_until_it_is_trusted_no_more(
    ada: Administrator, openai_vendor: FakeVendor, company: FakeVendor
) -> None:
    first, second = Issuer("key-1"), Issuer("key-2")
    openai_vendor.reply("/v1/chat/completions", openai_chat("Hello"))
    openai_vendor.reply("/orders/1", json_reply({"order": 1}))
    ada.provider("openai", f"{openai_vendor.url}/v1", "gpt-4o-mini")
    application = ada.application("shop")
    service = ada.service("shop", openai_vendor.url)
    ada.post("/subscriptions", {"service_id": service, "application_id": application})
    publish_keys(company, first)
    given = {
        "name": "Company",
        "issuer": company.url,
        "jwks_uri": f"{company.url}/jwks.json",
        "audiences": ["gate"],
        "algorithms": ["ES256"],
        "application_claim": "azp",
        "applications": {"shop": application},
    }
    issuer = ada.post("/trusted-issuers", given)["id"]
    ada.in_force()
    url = ada.passgate.url

    def statuses(signer: Issuer, **changes: Any) -> tuple[int, int]:
        headers = bearer(company, signer, **changes)
        rest = httpx.get(f"{url}/shop/orders/1", headers=headers)
        chat = httpx.post(f"{url}/v1/chat/completions", headers=headers, json=CHAT)
        return rest.status_code, chat.status_code

    assert statuses(first) == (200, 200)
    assert statuses(first, azp="nobody") == (403, 403)
    assert statuses(first, exp=int(time.time()) - 60) == (401, 401)

    publish_keys(company, first, second)
    ada.post(f"/trusted-issuers/{issuer}/check")
    ada.in_force()
    assert (statuses(first), statuses(second)) == ((200, 200), (200, 200))
    publish_keys(company, second)
    ada.post(f"/trusted-issuers/{issuer}/check")
    ada.in_force()
    assert (statuses(first), statuses(second)) == ((401, 401), (200, 200))

    ada.request("DELETE", f"/trusted-issuers/{issuer}")
    ada.in_force()
    assert statuses(second) == (401, 401)
