"""Importing signing keys: which are taken in, which are refused, and by which rule."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from factories import ISSUER, make_actor, make_team
from identity.test_key_rotation import states
from identity.test_keys import verifier_of
from moving_clock import MovingClock
from passgate.identity.errors import KeyRefusedError
from passgate.identity.models import SigningKey
from passgate.identity.schemas import KeyImport
from passgate.identity.service.key_import import import_keys
from passgate.identity.service.key_revocation import revoke_key
from passgate.identity.service.key_rotation import keep_keys, rotate
from passgate.identity.service.keys import active_key, ensure_signing_key, public_jwks, sign
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, ForbiddenError
from passgate.kernel.permissions import Role
from passgate.storage.work import Storage

VECTORS = Path(__file__).parents[3] / "shared" / "vectors"


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem(key: Any, *, passphrase: bytes | None = None, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    sealing = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return str(key.private_bytes(Encoding.PEM, form, sealing).decode())


def jwk(key: Any, **members: Any) -> dict[str, Any]:
    return {**key.as_dict(private=True), **members}


def given(key: str | dict[str, Any], **more: Any) -> KeyImport:
    return KeyImport(key=key if isinstance(key, str) else json.dumps(key), **more)


def taken(storage: Storage, actor: Actor, given: KeyImport) -> SigningKey:
    with storage.writing() as work:
        (key,) = import_keys(actor, work, given)
        return key


def refusal(storage: Storage, actor: Actor, given: KeyImport) -> tuple[str, str | None]:
    """Code and field of the refusal; nothing may have been taken in."""
    with storage.writing() as work:
        before = states(work)
    with pytest.raises(KeyRefusedError) as refused, storage.writing() as work:
        import_keys(actor, work, given)
    with storage.reading() as work:
        assert states(work) == before
    return refused.value.code, refused.value.field


def test_an_imported_key_waits_then_signs_and_its_tokens_hold(
    storage: Storage, clock: MovingClock, admin: Actor
) -> None:
    own = ECKey.generate_key("P-256")
    with storage.writing() as work:
        ensure_signing_key(work)
        (made,) = keep_keys(work, None).published
        (key,) = import_keys(admin, work, given(jwk(own, kid="2026-11", use="sig", alg="ES256", x5t="left out")))
        assert (key.kid, key.status, key.origin, key.created_by) == ("2026-11", "next", "imported", admin.id)
        assert made not in states(work)
        assert key.sealed_private_jwk is not None
        assert key.sealed_private_jwk.startswith("v1.")
        published = {each["kid"]: each for each in public_jwks(work)["keys"]}["2026-11"]
        assert published == {**own.as_dict(private=False), "kid": "2026-11", "use": "sig", "alg": "ES256"}
        clock.advance(minutes=10)
        assert rotate(admin, work).kid == "2026-11"
        now = int(clock.now().timestamp())
        claims = {"iss": ISSUER.issuer, "aud": ISSUER.audience, "sub": "u", "client_id": "c", "jti": "j"}
        token = sign(work, active_key(work, "ES256"), "at+jwt", claims | {"iat": now, "exp": now + 60})
        assert verifier_of(work).verify(token, now=now).jti == "j"


def test_every_form_of_pem_is_read(sqlite_storage: Storage, admin: Actor, rsa_key: rsa.RSAPrivateKey) -> None:
    for text, algorithm in (
        (pem(rsa_key), "RS256"),
        (pem(ec.generate_private_key(ec.SECP256R1()), form=PrivateFormat.TraditionalOpenSSL), "ES256"),
        (pem(ec.generate_private_key(ec.SECP384R1())), "ES384"),
        (pem(Ed25519PrivateKey.generate()), "EdDSA"),
    ):
        key = taken(sqlite_storage, admin, given(f"\n{text}\n"))
        assert (key.algorithm, key.kid.startswith("key_")) == (algorithm, True)


def test_an_encrypted_pem_opens_with_its_passphrase(sqlite_storage: Storage, admin: Actor) -> None:
    text = pem(ec.generate_private_key(ec.SECP256R1()), passphrase=b"open sesame")
    assert refusal(sqlite_storage, admin, given(text)) == ("key_passphrase", "passphrase")
    assert refusal(sqlite_storage, admin, given(text, passphrase="wrong")) == ("key_unreadable", "key")
    assert taken(sqlite_storage, admin, given(text, passphrase="open sesame")).algorithm == "ES256"


def test_an_rsa_key_signs_with_the_algorithm_that_is_asked_for(
    sqlite_storage: Storage, admin: Actor, rsa_key: rsa.RSAPrivateKey
) -> None:
    assert taken(sqlite_storage, admin, given(pem(rsa_key), algorithm="PS256", kid="pss")).algorithm == "PS256"
    with sqlite_storage.writing() as work:
        key = active_key(work, "PS256")
        assert key.kid == "pss"
        assert sign(work, key, "at+jwt", {}).count(".") == 2


def test_a_jwk_without_its_primes_is_completed(
    sqlite_storage: Storage, admin: Actor, rsa_key: rsa.RSAPrivateKey
) -> None:
    whole = jwk(RSAKey.import_key(pem(rsa_key)))
    bare = {name: whole[name] for name in ("kty", "n", "e", "d")}
    key = taken(sqlite_storage, admin, given(bare))
    with sqlite_storage.reading() as work:
        assert json.loads(work.vault.open(key.sealed_private_jwk or ""))["n"] == whole["n"]


def test_a_set_of_one_kind_is_taken_in_whole_or_not_at_all(sqlite_storage: Storage, admin: Actor) -> None:
    small, large = jwk(ECKey.generate_key("P-256"), kid="a"), jwk(ECKey.generate_key("P-384"), kid="b")
    with sqlite_storage.writing() as work:
        keys = import_keys(admin, work, given({"keys": [small, large]}))
        assert [(key.kid, key.algorithm) for key in keys] == [("a", "ES256"), ("b", "ES384")]
    twice = {"keys": [jwk(ECKey.generate_key("P-521"), kid="c"), jwk(OKPKey.generate_key("Ed25519"), kid="d")]}
    assert refusal(sqlite_storage, admin, given(twice)) == ("key_set_mixed", "key")
    one_bad = {"keys": [jwk(OKPKey.generate_key("Ed25519"), kid="e"), jwk(OKPKey.generate_key("Ed448"), kid="f")]}
    assert refusal(sqlite_storage, admin, given(one_bad)) == ("key_curve", "key")
    same = {"keys": [small | {"kid": "x"}, large | {"kid": "x"}]}
    assert refusal(sqlite_storage, admin, given(same)) == ("key_kid_taken", "key")


def test_a_key_is_known_whatever_it_is_called_even_when_it_was_revoked(sqlite_storage: Storage, admin: Actor) -> None:
    own = ECKey.generate_key("P-256")
    taken(sqlite_storage, admin, given(jwk(own, kid="first")))
    again = given(jwk(own, kid="second"))
    assert refusal(sqlite_storage, admin, again) == ("key_known", "key")
    other = given(jwk(ECKey.generate_key("P-256"), kid="first"))
    assert refusal(sqlite_storage, admin, other) == ("key_kid_taken", "kid")
    with sqlite_storage.writing() as work:
        revoke_key(admin, work, "first")
    assert refusal(sqlite_storage, admin, again) == ("key_known", "key")


def test_an_imported_key_that_waits_is_not_pushed_out_by_another(sqlite_storage: Storage, admin: Actor) -> None:
    taken(sqlite_storage, admin, given(jwk(ECKey.generate_key("P-256"), kid="first")))
    with sqlite_storage.writing() as work, pytest.raises(ConflictError, match="first waits"):
        import_keys(admin, work, given(jwk(ECKey.generate_key("P-256"), kid="second")))


def test_importing_is_for_administrators(sqlite_storage: Storage) -> None:
    with sqlite_storage.writing() as work:
        owner = make_actor(work, Role.OWNER, make_team(work))
        with pytest.raises(ForbiddenError):
            import_keys(owner, work, given(jwk(ECKey.generate_key("P-256"))))


def _number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8)).rstrip(b"=").decode()


def _close_primes() -> str:
    """Two primes that follow one another, as CVE-2022-26320's generator gave."""
    # 2^1023 + 1155 and 2^1023 + 2763 would do; any pair near each other shows the rule.
    prime = rsa.generate_private_key(65537, 2048).private_numbers().p

    def is_prime(number: int) -> bool:
        return all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7))

    other = next(number for number in range(prime + 2, prime + 100_000, 2) if is_prime(number) and number % 65537 != 1)
    phi = (prime - 1) * (other - 1)
    d = pow(65537, -1, phi)
    numbers = {"n": prime * other, "e": 65537, "d": d, "p": prime, "q": other}
    return json.dumps({"kty": "RSA"} | {name: _number(value) for name, value in numbers.items()})


def _ec(**members: Any) -> dict[str, Any]:
    return jwk(ECKey.generate_key("P-256"), **members)


REFUSED = {
    "nothing": (lambda: " ", "key_unreadable"),
    "no key": (lambda: "secret", "key_unreadable"),
    "no JSON": (lambda: "{", "key_unreadable"),
    "a member twice": (lambda: '{"kty": "EC", "kty": "oct"}', "key_unreadable"),
    "an empty set": (lambda: {"keys": []}, "key_unreadable"),
    "a set of texts": (lambda: {"keys": ["a"]}, "key_unreadable"),
    "half a surrogate": (lambda: '{"kid": "\\ud800"}', "key_unreadable"),
    "damaged PEM": (lambda: pem(ec.generate_private_key(ec.SECP256R1())).replace("M", "N"), "key_unreadable"),
    "a large set": (lambda: {"keys": [{}] * 21}, "key_set_too_large"),
    "a public JWK": (lambda: ECKey.generate_key("P-256").as_dict(private=False), "key_private_missing"),
    "a public PEM": (
        lambda: (
            ec.generate_private_key(ec.SECP256R1())
            .public_key()
            .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            .decode()
        ),
        "key_private_missing",
    ),
    "a short HMAC secret": (lambda: jwk(OctKey.generate_key(248)), "key_hmac_short"),
    "an empty HMAC secret": (lambda: {"kty": "oct", "k": ""}, "key_hmac_short"),
    "a long HMAC secret": (lambda: jwk(OctKey.generate_key(512)), "key_symmetric"),
    "RSA of 1024 bits": (lambda: pem(rsa.generate_private_key(65537, 1024)), "key_rsa_weak"),  # noqa: S505 - on purpose
    "RSA with exponent 3": (lambda: pem(rsa.generate_private_key(3, 2048)), "key_rsa_weak"),
    "RSA with close primes": (_close_primes, "key_rsa_weak"),
    "P-521": (lambda: jwk(ECKey.generate_key("P-521")), "key_curve"),
    "secp256k1 as PEM": (lambda: pem(ec.generate_private_key(ec.SECP256K1())), "key_curve"),
    "X25519": (lambda: jwk(OKPKey.generate_key("X25519")), "key_curve"),
    "X25519 as PEM": (lambda: pem(X25519PrivateKey.generate()), "key_kind"),
    "DSA": (lambda: pem(dsa.generate_private_key(2048)), "key_kind"),
    "an unknown kind": (lambda: {"kty": "XYZ"}, "key_kind"),
    "another key's public part": (lambda: _ec(d=_ec()["d"]), "key_broken"),
    "another key's Ed25519 public part": (
        lambda: jwk(OKPKey.generate_key("Ed25519"), x=OKPKey.generate_key("Ed25519").as_dict()["x"]),
        "key_broken",
    ),
    "a private number of zero": (lambda: _ec(d="A" * 43), "key_broken"),
    "no private number": (lambda: _ec(d=7), "key_private_missing"),
    "a second spelling": (lambda: _ec(d=_ec()["d"] + "="), "key_broken"),
    "an algorithm that does not fit": (lambda: _ec(alg="ES384"), "key_algorithm"),
    "an unknown algorithm": (lambda: _ec(alg="ES521"), "key_algorithm"),
    "an algorithm that is a list": (lambda: _ec(alg=["ES256"]), "key_algorithm"),
    "a key to encrypt with": (lambda: _ec(use="enc"), "key_use"),
    "a key to verify with": (lambda: _ec(key_ops=["verify"]), "key_use"),
    "a kid with a blank": (lambda: _ec(kid="a b"), "key_kid"),
    "a kid that is a number": (lambda: _ec(kid=7), "key_kid"),
    "a kid that is too long": (lambda: _ec(kid="a" * 101), "key_kid"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_key_that_breaks_a_rule_is_refused_by_its_name(sqlite_storage: Storage, admin: Actor, case: str) -> None:
    make, code = REFUSED[case]
    assert refusal(sqlite_storage, admin, given(make()))[0] == code


@pytest.mark.parametrize(("key", "algorithm"), [("P-256", "RS256"), ("P-256", "EdDSA"), ("P-384", "ES256")])
def test_an_algorithm_that_the_key_cannot_serve_is_refused(
    sqlite_storage: Storage, admin: Actor, key: str, algorithm: str
) -> None:
    asked = given(jwk(ECKey.generate_key(key)), algorithm=algorithm)
    assert refusal(sqlite_storage, admin, asked) == ("key_algorithm", "algorithm")


def _groups(name: str) -> list[dict[str, Any]]:
    """The groups of a file of Project Wycheproof that bring private keys, as they are."""
    path = VECTORS / f"{name}.json"
    if not path.exists():
        return []
    return [group for group in json.loads(path.read_bytes())["testGroups"] if "private" in group]


WYCHEPROOF = {
    f"{name} {group['comment']} {group['tests'][0]['tcId']}": group
    for name in ("json_web_key_test", "json_web_crypto_test")
    for group in _groups(name)
}
EXPECTED = {
    "jws_mixedSymmetryKeyset": "key_set_mixed",
    "jws_keyset": "key_symmetric",
    "jws_duplicate_kid": "key_kid_taken",
    "rs256": "taken in",
    "jws_rsa_roca_key": "key_rsa_weak",
    "keysize_too_small": "key_rsa_weak",
    "exponentOne": "key_rsa_weak",
    "HS256": "key_hmac_short or key_symmetric",
    "HS384": "key_hmac_short or key_symmetric",
    "HS512": "key_hmac_short or key_symmetric",
    "wrong_algorithm": "key_algorithm",
    "invalid_algorithm": "key_algorithm",
    "invalid_use": "key_use",
    "invalid_point": "key_broken",
    "wrong_curve": "key_algorithm",
    "wrong_kty": "key_curve",
    "invalid_aes_gcm_key": "key_symmetric",
    "invalid_aes_kw_key": "key_symmetric",
    "jws_aes": "key_symmetric",
    "jws_ec": "taken in",
    "jws_rsa": "taken in",
    "jwe_aes": "key_symmetric",
    "jwe_ec": "key_algorithm",
}
ENCRYPTING = {"json_web_key_test rs256 6": "key_algorithm"}


@pytest.mark.skipif(not WYCHEPROOF, reason="the vectors of Project Wycheproof are absent")
@pytest.mark.parametrize("case", WYCHEPROOF)
def test_the_keys_of_wycheproof(sqlite_storage: Storage, admin: Actor, case: str) -> None:
    group = WYCHEPROOF[case]
    expected = ENCRYPTING.get(case) or EXPECTED[group["comment"]]
    offered = given(group["private"])
    if expected == "taken in":
        assert taken(sqlite_storage, admin, offered).origin == "imported"
    else:
        assert refusal(sqlite_storage, admin, offered)[0] in expected.split(" or ")
