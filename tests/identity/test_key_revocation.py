"""Revoking a signing key."""

import pytest

from factories import make_actor, make_application, make_team, make_token
from identity.test_key_rotation import published, states
from identity.test_keys import verifier_of
from moving_clock import MovingClock
from passgate.contracts.revocation_list import DenyIndex, TokenFacts
from passgate.gateway.changes import ChangeReader
from passgate.gateway.compile.deny import denied_jtis
from passgate.identity.models import SigningKey, Token
from passgate.identity.service.key_revocation import revoke_key
from passgate.identity.service.key_rotation import keep_keys, rotate
from passgate.identity.service.keys import ensure_signing_key
from passgate.identity.service.revocation import purge_expired, refusal_of
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, ForbiddenError, NotFoundError
from passgate.kernel.permissions import Role
from passgate.sdk.verifier import TokenRefusedError
from passgate.storage.work import Storage


def test_the_tokens_of_a_revoked_key_die_and_the_next_key_takes_over(
    storage: Storage, clock: MovingClock, admin: Actor
) -> None:
    with storage.writing() as work:
        application = make_application(work)
        stolen = make_token(work, application)
        (upcoming,) = keep_keys(work, None).published
        assert revoke_key(admin, work, stolen.row.kid, "stolen").count == 1
        fresh = make_token(work, application)
        assert fresh.row.kid == upcoming
        assert sorted(states(work).values()) == ["active", "next", "revoked"]
        assert stolen.row.kid not in published(work)
        with pytest.raises(TokenRefusedError) as refused:
            verifier_of(work).verify(stolen.token, now=clock.now().timestamp())
        assert refused.value.code == "token_key_unknown"
        row = work.session.get(Token, stolen.row.jti, populate_existing=True)
        assert row is not None
        assert (row.revoked_reason, row.revoked_by) == ("stolen", admin.id)
        assert fresh.row.revoked_at is None
        key = work.session.get(SigningKey, stolen.row.kid)
        assert key is not None
        assert (key.sealed_private_jwk, key.ended_reason, key.ended_by) == (None, "stolen", admin.id)


def test_whoever_knows_the_kid_or_the_jti_refuses_its_tokens(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        application = make_application(work)
        stolen = make_token(work, application).row
        revoke_key(admin, work, stolen.kid)
        sound = make_token(work, application).row
        issued = int(stolen.issued_at.timestamp())
        assert refusal_of(work, TokenFacts("unregistered", "s", "c", issued, kid=stolen.kid)) is not None
        assert refusal_of(work, TokenFacts(sound.jti, sound.subject, "c", issued, kid=sound.kid)) is None
    revocations = ChangeReader(storage).revocations()
    assert revocations is not None
    index = DenyIndex(revocations.entries)
    assert index.refusal(TokenFacts(stolen.jti, stolen.subject, "c", issued)) is not None
    assert index.refusal(TokenFacts("unregistered", "s", "c", issued, kid=stolen.kid)) is not None
    assert index.refusal(TokenFacts(sound.jti, sound.subject, "c", issued, kid=sound.kid)) is None
    assert denied_jtis(revocations) == frozenset()


def test_revoking_a_retiring_or_next_key_leaves_the_active_one(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        old = ensure_signing_key(work).kid
        active = rotate(admin, work, at_once=True).kid
        (upcoming,) = [kid for kid, status in states(work).items() if status == "next"]
        assert revoke_key(admin, work, old).count == 0
        revoke_key(admin, work, upcoming)
        assert ensure_signing_key(work).kid == active
        assert published(work) == {active}
        assert len(keep_keys(work, None).published) == 1


def test_a_key_ends_once(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        kid = ensure_signing_key(work).kid
        revoke_key(admin, work, kid)
        with pytest.raises(ConflictError, match="revoked already"):
            revoke_key(admin, work, kid)
        with pytest.raises(NotFoundError):
            revoke_key(admin, work, "key_none")


def test_the_entry_leaves_the_list_with_the_last_token_and_the_key_is_remembered(
    storage: Storage, clock: MovingClock, admin: Actor
) -> None:
    with storage.writing() as work:
        kid = make_token(work, make_application(work), lifetime_seconds=3 * 86_400).row.kid
        revoke_key(admin, work, kid)
        clock.advance(days=3, minutes=4)
        assert purge_expired(work) == 0
        clock.advance(minutes=1)
        assert purge_expired(work) == 1
        clock.advance(days=400)
        keep_keys(work, None)
        assert states(work)[kid] == "revoked"


def test_revoking_a_key_is_for_administrators(storage: Storage) -> None:
    with storage.writing() as work:
        kid = ensure_signing_key(work).kid
        owner = make_actor(work, Role.OWNER, make_team(work))
        with pytest.raises(ForbiddenError):
            revoke_key(owner, work, kid)
        assert published(work) == {kid}
