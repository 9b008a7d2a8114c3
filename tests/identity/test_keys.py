"""Signing keys in daily work: which one signs, what is published, what is sealed."""

import pytest

from factories import ISSUER, make_actor, make_application, make_team, make_token
from moving_clock import MovingClock
from passgate.identity.published_state import published_keys
from passgate.identity.service.keys import (
    active_key,
    ensure_signing_key,
    list_keys,
    live_tokens_by_key,
    public_jwks,
    sign,
)
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, ForbiddenError, InvalidInputError
from passgate.kernel.permissions import Role
from passgate.sdk.verification_key import KINDS, keys_of_jwks
from passgate.sdk.verifier import StrictVerifier
from passgate.storage.work import Storage, Work


def verifier_of(work: Work) -> StrictVerifier:
    return StrictVerifier(issuer=ISSUER.issuer, audience=ISSUER.audience, keys=keys_of_jwks(public_jwks(work)))


def test_a_key_is_made_once(storage: Storage) -> None:
    with storage.writing() as work:
        first = ensure_signing_key(work)
        assert (first.algorithm, first.status) == ("ES256", "active")
        assert work.snapshot_changed
    with storage.writing() as work:
        assert ensure_signing_key(work).kid == first.kid


def test_only_the_public_part_is_published_and_the_private_one_is_sealed(storage: Storage) -> None:
    with storage.writing() as work:
        key = ensure_signing_key(work)
        (jwk,) = public_jwks(work)["keys"]
        assert set(jwk) == {"kty", "crv", "x", "y", "kid", "alg", "use"}
        assert published_keys(work) == (jwk,)
        assert key.sealed_private_jwk is not None
        assert key.sealed_private_jwk.startswith("v1.")
        assert '"d"' in work.vault.open(key.sealed_private_jwk)


@pytest.mark.parametrize("algorithm", KINDS)
def test_each_algorithm_has_an_active_key_of_its_own_and_its_tokens_hold(
    sqlite_storage: Storage, clock: MovingClock, algorithm: str
) -> None:
    now = int(clock.now().timestamp())
    claims = {"iss": ISSUER.issuer, "aud": ISSUER.audience, "sub": "u", "client_id": "c", "jti": "j"}
    with sqlite_storage.writing() as work:
        default, key = ensure_signing_key(work), active_key(work, algorithm)
        assert (key.kid == default.kid) == (algorithm == "ES256")
        assert active_key(work, algorithm).kid == key.kid
        token = sign(work, key, "at+jwt", claims | {"iat": now, "exp": now + 60})
        assert verifier_of(work).verify(token, now=now).jti == "j"
        published = {jwk["kid"]: jwk for jwk in public_jwks(work)["keys"]}
        assert (published[key.kid]["alg"], published[key.kid]["use"]) == (algorithm, "sig")
        assert not {"d", "p", "q", "k"} & published[key.kid].keys()


@pytest.mark.parametrize("algorithm", ["HS256", "none", "ES512", ""])
def test_no_other_algorithm_signs(sqlite_storage: Storage, algorithm: str) -> None:
    with sqlite_storage.writing() as work, pytest.raises(InvalidInputError, match="ES256, ES384"):
        active_key(work, algorithm)


def test_a_key_whose_private_part_is_gone_signs_no_more(sqlite_storage: Storage) -> None:
    with sqlite_storage.writing() as work:
        key = ensure_signing_key(work)
        key.sealed_private_jwk = None
        with pytest.raises(ConflictError, match="signs no more"):
            sign(work, key, "at+jwt", {})


def test_live_tokens_are_counted_by_key(storage: Storage, clock: MovingClock, admin: Actor) -> None:
    with storage.writing() as work:
        application = make_application(work)
        token = make_token(work, application, lifetime_seconds=60)
        make_token(work, application, lifetime_seconds=10)
        assert live_tokens_by_key(admin, work) == {token.row.kid: 2}
        clock.advance(seconds=30)
        assert live_tokens_by_key(admin, work) == {token.row.kid: 1}


def test_keys_are_for_administrators(storage: Storage) -> None:
    with storage.writing() as work:
        owner = make_actor(work, Role.OWNER, make_team(work))
        for attempt in (lambda: list_keys(owner, work), lambda: live_tokens_by_key(owner, work)):
            with pytest.raises(ForbiddenError):
                attempt()
