"""Signing keys."""

import pytest

from factories import ISSUER, make_actor, make_application, make_team, make_token
from moving_clock import MovingClock
from passgate.identity.published_state import published_keys
from passgate.identity.service.keys import (
    ensure_signing_key,
    list_keys,
    live_tokens_by_key,
    public_jwks,
    remove_key,
    rotate,
)
from passgate.identity.service.tokens import get_token
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ForbiddenError, NotFoundError
from passgate.kernel.permissions import Role
from passgate.sdk.verification_key import keys_of_jwks
from passgate.sdk.verifier import StrictVerifier, TokenRefusedError
from passgate.storage.work import Storage, Work


def verifier_of(work: Work) -> StrictVerifier:
    return StrictVerifier(issuer=ISSUER.issuer, audience=ISSUER.audience, keys=keys_of_jwks(public_jwks(work)))


def test_a_key_is_made_once(storage: Storage) -> None:
    with storage.writing() as work:
        first = ensure_signing_key(work)
        assert work.snapshot_changed
    with storage.writing() as work:
        assert ensure_signing_key(work).kid == first.kid


def test_only_the_public_part_is_published_and_the_private_one_is_sealed(storage: Storage) -> None:
    with storage.writing() as work:
        key = ensure_signing_key(work)
        (jwk,) = public_jwks(work)["keys"]
        assert set(jwk) == {"kty", "crv", "x", "y", "kid", "alg", "use"}
        assert published_keys(work) == (jwk,)
        assert key.sealed_private_jwk.startswith("v1.")
        assert '"d"' in work.vault.open(key.sealed_private_jwk)


def test_after_a_rotation_old_and_new_tokens_hold(storage: Storage, clock: MovingClock, admin: Actor) -> None:
    with storage.writing() as work:
        application = make_application(work)
        old = make_token(work, application)
        clock.advance(seconds=1)
        new_key = rotate(admin, work)
        new = make_token(work, application)
        assert (new.row.kid, old.row.kid != new_key.kid) == (new_key.kid, True)
        assert [(key.kid, key.status) for key in list_keys(admin, work)] == [
            (new_key.kid, "active"),
            (old.row.kid, "retired"),
        ]
        for issued in (old, new):
            assert verifier_of(work).verify(issued.token, now=clock.now().timestamp()).jti == issued.row.jti
        assert live_tokens_by_key(admin, work) == {old.row.kid: 1, new.row.kid: 1}


def test_the_tokens_of_a_removed_key_die(storage: Storage, clock: MovingClock, admin: Actor) -> None:
    with storage.writing() as work:
        application = make_application(work)
        stolen = make_token(work, application)
        assert remove_key(admin, work, stolen.row.kid, "stolen") == 1
        fresh = make_token(work, application)
        assert fresh.row.kid != stolen.row.kid
        with pytest.raises(TokenRefusedError) as refused:
            verifier_of(work).verify(stolen.token, now=clock.now().timestamp())
        assert refused.value.code == "token_key_unknown"
        row = get_token(admin, work, stolen.row.jti)
        assert row.revoked_reason == "stolen"
        assert get_token(admin, work, fresh.row.jti).revoked_at is None


def test_removing_a_retired_key_leaves_the_active_one(storage: Storage, clock: MovingClock, admin: Actor) -> None:
    with storage.writing() as work:
        old = ensure_signing_key(work).kid
        clock.advance(seconds=1)
        new = rotate(admin, work).kid
        assert remove_key(admin, work, old, "") == 0
        assert [key.kid for key in list_keys(admin, work)] == [new]


def test_an_unknown_key_is_not_found(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work, pytest.raises(NotFoundError):
        remove_key(admin, work, "key_none", "")


def test_keys_are_for_administrators(storage: Storage) -> None:
    with storage.writing() as work:
        owner = make_actor(work, Role.OWNER, make_team(work))
        for attempt in (
            lambda: list_keys(owner, work),
            lambda: live_tokens_by_key(owner, work),
            lambda: rotate(owner, work),
            lambda: remove_key(owner, work, "key_none", ""),
        ):
            with pytest.raises(ForbiddenError):
                attempt()
