"""Tokens of service accounts: asked for once, shared, renewed, dropped when refused."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.auth import jwt as google_jwt
from google.oauth2.service_account import Credentials

from passgate.inference.credentials.access_tokens import AccessTokens, TokenRefusedError
from passgate.inference.credentials.service_account import (
    ServiceAccount,
    ServiceAccountError,
    read_service_account,
)
from passgate.inference.translation import VendorRequest


@pytest.fixture(scope="module")
def private_key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def key_file(private_key: RSAPrivateKey) -> str:
    pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "acme",
            "private_key_id": "k1",
            "private_key": pem,
            "client_email": "gate@acme.iam.gserviceaccount.com",
            "token_uri": "https://oauth2.example/token",
        }
    )


class Endpoint:
    """Gives tokens that are good for an hour, one by one."""

    def __init__(self) -> None:
        self.asked: list[VendorRequest] = []
        self.status = 200
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, request: VendorRequest) -> tuple[int, bytes]:
        self.asked.append(request)
        number = len(self.asked)
        await self.gate.wait()
        if self.status != 200:
            return self.status, b'{"error": "invalid_grant", "error_description": "Invalid JWT Signature."}'
        return 200, json.dumps({"access_token": f"token {number}", "expires_in": 3599}).encode()


class Moment:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


Scene = Callable[[Endpoint, Moment, AccessTokens], Awaitable[None]]


def play(scene: Scene) -> None:
    async def run() -> None:
        endpoint, moment = Endpoint(), Moment()
        await scene(endpoint, moment, AccessTokens(endpoint, moment))

    asyncio.run(run())


@pytest.fixture
def account(key_file: str) -> ServiceAccount:
    return read_service_account(key_file)


def test_the_assertion_is_what_google_s_own_library_makes(key_file: str, private_key: RSAPrivateKey) -> None:
    account = read_service_account(key_file)
    assertion = account.assertion(1_800_000_000)
    scope = "https://www.googleapis.com/auth/cloud-platform"
    own = Credentials.from_service_account_info(json.loads(key_file), scopes=[scope])
    _, theirs, _, _ = google_jwt._unverified_decode(own._make_authorization_grant_assertion())
    head, claims, signed, signature = google_jwt._unverified_decode(assertion)
    assert head == {"alg": "RS256", "typ": "JWT", "kid": "k1"}
    assert claims.keys() == theirs.keys()
    assert (claims["iss"], claims["scope"]) == (theirs["iss"], theirs["scope"])
    assert claims["exp"] - claims["iat"] == 3600
    numbers = private_key.public_key().public_numbers()
    recovered = pow(int.from_bytes(signature), numbers.e, numbers.n).to_bytes(256)
    assert recovered.startswith(b"\x00\x01\xff")
    assert account.project == "acme"
    assert signed in assertion.encode()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"client_email": "a", "private_key": "b", "token_uri": "c"}', "sk-123"]
)
def test_another_text_is_no_key(text: str) -> None:
    with pytest.raises(ServiceAccountError):
        read_service_account(text)


def test_the_key_shows_in_no_text(key_file: str) -> None:
    assert "RSAPrivateKey" not in repr(read_service_account(key_file))


def test_calls_at_once_share_one_request(account: ServiceAccount) -> None:
    async def scene(endpoint: Endpoint, moment: Moment, tokens: AccessTokens) -> None:
        endpoint.gate.clear()
        callers = [asyncio.create_task(tokens.token(account)) for _ in range(20)]
        await asyncio.sleep(0)
        callers[0].cancel()
        await asyncio.sleep(0)
        endpoint.gate.set()
        assert set(await asyncio.gather(*callers[1:])) == {"token 1"}
        assert callers[0].cancelled()
        moment.now += 3000
        assert await tokens.token(account) == "token 1"
        (asked,) = endpoint.asked
        form = parse_qs(asked.body.decode())
        assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        claims: Any = json.loads(base64.urlsafe_b64decode(form["assertion"][0].split(".")[1] + "=="))
        assert claims["iat"] == 1_800_000_000

    play(scene)


def test_a_token_is_renewed_before_it_expires_and_serves_meanwhile(account: ServiceAccount) -> None:
    async def scene(endpoint: Endpoint, moment: Moment, tokens: AccessTokens) -> None:
        await tokens.token(account)
        moment.now += 3400
        assert await tokens.token(account) == "token 1"
        for _ in range(5):
            await asyncio.sleep(0)
        assert await tokens.token(account) == "token 2"
        assert len(endpoint.asked) == 2
        moment.now += 4000
        assert await tokens.token(account) == "token 3"

    play(scene)


def test_a_failed_renewal_harms_nobody_until_the_end(account: ServiceAccount) -> None:
    async def scene(endpoint: Endpoint, moment: Moment, tokens: AccessTokens) -> None:
        await tokens.token(account)
        endpoint.status = 500
        moment.now += 3400
        for _ in range(5):
            assert await tokens.token(account) == "token 1"
            await asyncio.sleep(0)
        moment.now += 190
        with pytest.raises(TokenRefusedError, match=r"answered 500 Invalid JWT Signature\."):
            await tokens.token(account)

    play(scene)


def test_a_refused_token_is_asked_for_anew(account: ServiceAccount) -> None:
    async def scene(endpoint: Endpoint, moment: Moment, tokens: AccessTokens) -> None:
        del endpoint, moment
        first = await tokens.token(account)
        tokens.forget(account, "another")
        assert await tokens.token(account) == first
        tokens.forget(account, first)
        assert await tokens.token(account) == "token 2"

    play(scene)
