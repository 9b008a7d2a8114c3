"""A service's own token: had once, kept, renewed in time."""

import base64
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from passgate.sdk import IssuerUnreachableError
from passgate.sdk.client_credentials import ClientCredentials, GrantRefusedError
from passgate.sdk.rules import any_jwt
from passgate.sdk.signing_key import SigningKey
from passgate.sdk.verifier import verified_claims
from sdk.issuer_stub import IssuerStub

GRANTED = {"access_token": "t1", "token_type": "Bearer", "expires_in": 100}


def test_a_token_is_had_by_secret_kept_and_renewed_before_it_ends(stub: IssuerStub) -> None:
    now = [1000.0]
    stub.token_answer = (200, GRANTED)
    client = ClientCredentials(
        stub.url, "app_1", "s3cret/:", resource="billing", scopes=("a", "b"), clock=lambda: now[0]
    )
    assert [client.token(), client.token()] == ["t1", "t1"]
    (form,) = stub.forms
    assert base64.b64decode(form.pop("authorization")[0].removeprefix("Basic ")) == b"app_1:s3cret%2F%3A"
    assert form == {"grant_type": ["client_credentials"], "scope": ["a b"], "resource": ["billing"]}
    now[0] += 79
    client.token()
    assert len(stub.forms) == 1
    now[0] += 1
    stub.token_answer = (200, GRANTED | {"access_token": "t2"})
    assert client.token() == "t2"
    client.forget()
    client.token()
    assert len(stub.forms) == 3


def test_a_callers_token_is_exchanged_for_a_narrower_one(stub: IssuerStub) -> None:
    stub.token_answer = (200, GRANTED)
    client = ClientCredentials(stub.url, "app_1", "s", resource="billing", scopes=("a",))
    assert client.exchanged("theirs") == "t1"
    (form,) = stub.forms
    del form["authorization"]
    assert form == {
        "grant_type": ["urn:ietf:params:oauth:grant-type:token-exchange"],
        "subject_token": ["theirs"],
        "subject_token_type": ["urn:ietf:params:oauth:token-type:access_token"],
        "scope": ["a"],
        "resource": ["billing"],
    }
    stub.token_answer = (400, {"error": "invalid_request"})
    with pytest.raises(GrantRefusedError, match="invalid_request"):
        client.exchanged("revoked")
    stub.token_answer = (200, GRANTED | {"access_token": "own"})
    assert client.token() == "own"


def test_a_token_is_had_by_a_private_key(stub: IssuerStub) -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key = SigningKey.of_pem(pem, "mine")
    stub.token_answer = (200, GRANTED)
    assert ClientCredentials(stub.url, "app_1", key=key).token() == "t1"
    (form,) = stub.forms
    assert form["client_assertion_type"] == ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"]
    rules = any_jwt("app_1", (stub.url,))
    claims = verified_claims(form["client_assertion"][0], {"mine": key.verifies}, rules, now=time.time())
    assert (claims["sub"], claims["exp"] - claims["iat"]) == ("app_1", 60)


def test_a_refusal_says_why(stub: IssuerStub) -> None:
    stub.token_answer = (401, {"error": "invalid_client", "error_description": "Unknown client."})
    with pytest.raises(GrantRefusedError, match=r"invalid_client: Unknown client\.") as refused:
        ClientCredentials(stub.url, "app_1", "x").token()
    assert refused.value.error == "invalid_client"


def test_an_issuer_that_is_away_is_told_apart() -> None:
    with pytest.raises(IssuerUnreachableError):
        ClientCredentials("http://127.0.0.1:9", "app_1", "x").token()


def test_a_secret_or_a_key() -> None:
    with pytest.raises(ValueError, match="a secret or a key"):
        ClientCredentials("https://gate.example", "app_1")


def test_the_secret_is_not_shown() -> None:
    assert "hush" not in repr(ClientCredentials("https://gate.example", "app_1", "hush"))
