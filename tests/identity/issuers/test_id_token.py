"""Which ID tokens and logout tokens hold."""

import time
from collections.abc import Callable, Iterator

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from issuer_site import IssuerSite, ec_key, issuer_site
from passgate.identity.issuers.errors import ExternalSignInError
from passgate.identity.issuers.id_token import LOGOUT_EVENT, check_id_token, check_logout_token
from passgate.identity.issuers.key_set import usable_keys


@pytest.fixture(scope="module")
def site() -> Iterator[IssuerSite]:
    with issuer_site() as site:
        yield site


def _keys(site: IssuerSite) -> list[dict[str, str]]:
    return usable_keys({"keys": [key.as_dict(private=False) for key in site.keys]}, ["ES256", "RS256"])


def _check(site: IssuerSite, token: str) -> str:
    now = time.time()
    claims = check_id_token(token, _keys(site), issuer=site.url, client_id="passgate", nonce="n", now=now)
    return str(claims["sub"])


GOOD: dict[str, Callable[[IssuerSite], str]] = {
    "plain": lambda site: site.token(),
    "a list of one audience": lambda site: site.token(aud=["passgate"]),
    "several audiences and the party": lambda site: site.token(aud=["passgate", "other"], azp="passgate"),
    "no key id": lambda site: site.token(header={"kid": None}),
}
BAD: dict[str, Callable[[IssuerSite], str]] = {
    "another issuer": lambda site: site.token(iss="https://evil.example"),
    "another audience": lambda site: site.token(aud="other"),
    "several audiences, no party": lambda site: site.token(aud=["passgate", "other"]),
    "another party": lambda site: site.token(azp="other"),
    "another nonce": lambda site: site.token(nonce="m"),
    "no nonce": lambda site: site.token(nonce=None),
    "expired": lambda site: site.token(exp=int(time.time()) - 90),
    "no expiry": lambda site: site.token(exp=None),
    "issued in the future": lambda site: site.token(iat=int(time.time()) + 900),
    "no subject": lambda site: site.token(sub=None),
    "a long subject": lambda site: site.token(sub="x" * 256),
    "a subject with a line break": lambda site: site.token(sub="ada\n"),
    "another key of the same name": lambda site: site.token(ec_key("one")),
    "unknown key": lambda site: site.token(ec_key("two")),
    "a logout token": lambda site: site.token(events={LOGOUT_EVENT: {}}),
    "HMAC": lambda _: jwt.encode(
        {"alg": "HS256", "kid": "one"}, {"sub": "x"}, OctKey.import_key(b"x" * 32), algorithms=["HS256"]
    ),
    "nothing": lambda _: "",
    "no token": lambda _: "a.b.c",
}


@pytest.mark.parametrize("name", GOOD)
def test_holds(site: IssuerSite, name: str) -> None:
    assert _check(site, GOOD[name](site)) == "ada"


@pytest.mark.parametrize("name", BAD)
def test_does_not_hold(site: IssuerSite, name: str) -> None:
    with pytest.raises(ExternalSignInError):
        _check(site, BAD[name](site))


def test_logout_tokens(site: IssuerSite) -> None:
    def check(**changes: object) -> str:
        good = {"events": {LOGOUT_EVENT: {}}, "nonce": None, "jti": "1", "sid": "s"}
        token = site.token(**{**good, **changes})
        now = time.time()
        claims = check_logout_token(token, _keys(site), issuer=site.url, client_id="passgate", now=now)
        return str(claims["sid"])

    assert check() == "s"
    assert check(sub=None) == "s"
    for changes in (
        {"events": None},
        {"events": {"x": {}}},
        {"nonce": "n"},
        {"sub": None, "sid": None},
        {"iat": int(time.time()) - 900},
        {"aud": "other"},
        {"jti": None},
    ):
        with pytest.raises(ExternalSignInError):
            check(**changes)
