"""What is taken from an issuer's documents, and what is not."""

from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey

from issuer_site import IssuerSite, ec_key, issuer_site
from passgate.identity.issuers import fetching
from passgate.identity.issuers.discovery import WELL_KNOWN, discover
from passgate.identity.issuers.endpoint_url import checked_endpoint, checked_url
from passgate.identity.issuers.errors import IssuerFetchError
from passgate.identity.issuers.key_set import usable_keys


@pytest.fixture
def site() -> Iterator[IssuerSite]:
    with issuer_site() as site:
        yield site


@pytest.mark.parametrize(
    "url",
    [
        "http://id.example.com",
        "http://10.0.0.1",
        "ftp://id.example.com",
        "https://user:secret@id.example.com",
        "https://id.example.com/#x",
        "https://id.example.com?x=1",
        "https://",
        "https://id.example.com/a b",
        "https://id.example.com/|",
        "https://id.example.com:port",
        "https://localhost.evil.example@x",
        "http://localhost.evil.example",
    ],
)
def test_addresses_that_are_not_taken(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        checked_url(url)


@pytest.mark.parametrize(
    "url", ["https://id.example.com/realms/x", "https://10.1.2.3:8443", "http://127.0.0.1:9", "http://localhost:9"]
)
def test_addresses_that_are(url: str) -> None:
    assert checked_url(url) == url


@pytest.mark.parametrize(
    "endpoint", ["https://127.0.0.1/jwks", "http://localhost/jwks", "https://10.0.0.8/", "https://db"]
)
def test_a_public_issuer_does_not_lead_inside(endpoint: str) -> None:
    with pytest.raises(ValueError, match="private network"):
        checked_endpoint(endpoint, "https://id.example.com", "jwks_uri")
    if endpoint.startswith("https"):
        assert checked_endpoint(endpoint, "https://id.internal", "jwks_uri") == endpoint


def test_discovery_takes_the_issuer_or_its_document(site: IssuerSite) -> None:
    for location in (site.url, f"{site.url}/", site.url + WELL_KNOWN):
        found = discover(location)
        assert (found.issuer, found.jwks_uri, found.token) == (site.url, f"{site.url}/jwks", f"{site.url}/token")


BAD: dict[str, tuple[int, Any] | dict[str, Any]] = {
    "another issuer": {"issuer": "https://evil.example"},
    "no issuer": {"issuer": None},
    "keys over plain http": {"jwks_uri": "http://id.example.com/jwks"},
    "an odd endpoint": {"token_endpoint": ["x"]},
    "a fault": (500, {}),
    "a redirect": (302, {}),
    "a list": (200, []),
    "too large": (200, {"x": "y" * (fetching.MAX_BYTES + 1)}),
}


@pytest.mark.parametrize("name", BAD)
def test_documents_that_are_not_taken(site: IssuerSite, name: str) -> None:
    change = BAD[name]
    if isinstance(change, dict):
        site.document = change
    else:
        site.answers[WELL_KNOWN] = change
    with pytest.raises(IssuerFetchError):
        discover(site.url)


def test_an_issuer_that_is_away_is_told() -> None:
    with pytest.raises(IssuerFetchError, match="cannot be reached"):
        discover("http://127.0.0.1:9")


def test_keys_get_one_algorithm_each_and_lose_all_else() -> None:
    entra = RSAKey.generate_key(2048, {"kid": "k", "use": "sig"}).as_dict(private=False) | {"x5t": "x", "issuer": "i"}
    found = usable_keys({"keys": [entra]}, ["RS256", "ES256", "PS256"])
    assert [key["alg"] for key in found] == ["PS256", "RS256"]
    assert all(set(key) == {"kty", "e", "n", "kid", "alg", "use"} for key in found)


def test_a_key_without_a_name_gets_its_thumbprint() -> None:
    """The example of RFC 7638 section 3.1."""
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknj"
        "hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQ"
        "vRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK"
        "nqDKgw"
    )
    found = usable_keys({"keys": [{"kty": "RSA", "e": "AQAB", "n": n}]}, ["RS256"])
    assert found[0]["kid"] == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_keys_that_are_not_used() -> None:
    strong = RSAKey.generate_key(2048, {"kid": "weak", "alg": "RS256"}).as_dict(private=False)
    weak = {**strong, "n": strong["n"][:171]}  # 1,024 bits
    private = ec_key("private").as_dict(private=True)
    for_encryption = ec_key("enc").as_dict(private=False) | {"use": "enc"}
    secret = OctKey.generate_key(256, {"kid": "oct", "alg": "HS256"}).as_dict(private=True)
    other_algorithm = ec_key("other").as_dict(private=False) | {"alg": "ES384"}
    for bad in (weak, private, for_encryption, secret, other_algorithm, {"kty": "EC", "crv": "P-256", "x": 1, "y": 2}):
        with pytest.raises(IssuerFetchError):
            usable_keys({"keys": [bad]}, ["RS256", "ES256"])
    good = ec_key("good").as_dict(private=False)
    assert [key["kid"] for key in usable_keys({"keys": [weak, good, "x"]}, ["RS256", "ES256"])] == ["good"]
