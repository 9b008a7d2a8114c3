"""Keys that must not be trusted are refused on the way in."""

from typing import Any

import pytest
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from passgate.sdk.verification_key import KeyUnusableError, VerificationKey, keys_of_jwks
from sdk.signing import PRIVATE

_PUBLIC: dict[str, Any] = PRIVATE.as_dict(private=False)


def test_a_key_serves_the_algorithm_that_it_names() -> None:
    key = VerificationKey.of_jwk(_PUBLIC)
    assert (key.kid, key.algorithm) == ("key_a", "ES256")


def test_the_private_part_of_a_key_is_left_behind() -> None:
    key = VerificationKey.of_jwk(PRIVATE.as_dict(private=True))
    assert PRIVATE.as_dict(private=True)["d"] not in repr(key)
    assert not hasattr(key, "sign")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kid": None}, "needs a kid"),
        ({"kid": ""}, "needs a kid"),
        ({"alg": None}, "names no algorithm"),
        ({"alg": "none"}, "names no algorithm"),
        ({"alg": "HS256"}, "names no algorithm"),
        ({"alg": "ES384"}, "not of the kind"),
        ({"alg": "RS256"}, "not of the kind"),
        ({"kty": "oct"}, "not of the kind"),
        ({"crv": "P-384"}, "not of the kind"),
        ({"use": "enc"}, "not meant for signatures"),
        ({"key_ops": ["encrypt"]}, "not meant for signatures"),
        ({"x": "AAAA"}, "broken"),
        ({"x": None}, "broken"),
        ({"x": 7}, "broken"),
        ({"y": _PUBLIC["x"]}, "broken"),
    ],
)
def test_an_unfit_key_is_refused(changes: dict[str, Any], reason: str) -> None:
    jwk = {name: value for name, value in (_PUBLIC | changes).items() if value is not None}
    with pytest.raises(KeyUnusableError, match=reason):
        VerificationKey.of_jwk(jwk)


def test_a_short_rsa_key_is_refused() -> None:
    with pytest.warns(SecurityWarning):
        short = RSAKey.generate_key(1024, {"kid": "k", "alg": "RS256"})
    with pytest.raises(KeyUnusableError, match="shorter than 2048"):
        VerificationKey.of_jwk(short.as_dict(private=False))


def test_a_shared_secret_is_no_verification_key() -> None:
    secret = OctKey.generate_key(256, {"kid": "k", "alg": "HS256"})
    with pytest.raises(KeyUnusableError, match="names no algorithm"):
        VerificationKey.of_jwk(secret.as_dict(private=True))


def test_two_keys_of_one_kid_are_refused() -> None:
    with pytest.raises(KeyUnusableError, match="two keys have the kid key_a"):
        keys_of_jwks({"keys": [_PUBLIC, _PUBLIC]})


def test_each_known_algorithm_has_its_keys() -> None:
    made = [
        ECKey.generate_key("P-256", {"kid": "1", "alg": "ES256"}),
        ECKey.generate_key("P-384", {"kid": "2", "alg": "ES384"}),
        RSAKey.generate_key(2048, {"kid": "3", "alg": "RS256"}),
        RSAKey.generate_key(2048, {"kid": "4", "alg": "PS256"}),
        OKPKey.generate_key("Ed25519", {"kid": "5", "alg": "EdDSA"}),
    ]
    assert list(keys_of_jwks({"keys": [key.as_dict(private=False) for key in made]})) == ["1", "2", "3", "4", "5"]
