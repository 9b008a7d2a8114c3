"""The life of a signing key: next, active, retiring, retired."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from factories import make_actor, make_application, make_team, make_token
from identity.test_keys import verifier_of
from moving_clock import MovingClock
from passgate.identity.errors import NextKeyFreshError
from passgate.identity.keys.rules import PUBLISHED_AHEAD, RETIRED_KEPT
from passgate.identity.models import SigningKey
from passgate.identity.service.key_rotation import KeyUpkeep, keep_keys, rotate
from passgate.identity.service.keys import active_key, ensure_signing_key, list_keys, public_jwks
from passgate.kernel.actor import SYSTEM, Actor
from passgate.kernel.errors import ForbiddenError, InvalidInputError
from passgate.kernel.permissions import Role
from passgate.storage.work import Storage, Work

NINETY_DAYS = timedelta(days=90)


def states(work: Work) -> dict[str, str]:
    return {key.kid: key.status for key in list_keys(SYSTEM, work)}


def published(work: Work) -> set[str]:
    return {jwk["kid"] for jwk in public_jwks(work)["keys"]}


def test_upkeep_publishes_the_next_key_ahead_and_only_once(storage: Storage) -> None:
    with storage.writing() as work:
        active = ensure_signing_key(work)
        done = keep_keys(work, NINETY_DAYS)
        (upcoming,) = done.published
        assert states(work) == {upcoming: "next", active.kid: "active"}
        assert published(work) == {upcoming, active.kid}
        assert ensure_signing_key(work).kid == active.kid
        assert work.snapshot_changed
    with storage.writing() as work:
        assert keep_keys(work, NINETY_DAYS) == KeyUpkeep()
        assert not work.snapshot_changed


def test_after_a_rotation_old_and_new_tokens_hold(storage: Storage, clock: MovingClock, admin: Actor) -> None:
    with storage.writing() as work:
        application = make_application(work)
        old = make_token(work, application)
        (upcoming,) = keep_keys(work, None).published
        clock.advance(minutes=10)
        assert rotate(admin, work).kid == upcoming
        new = make_token(work, application)
        assert new.row.kid == upcoming
        assert sorted(states(work).values()) == ["active", "next", "retiring"]
        assert states(work)[old.row.kid] == "retiring"
        for issued in (old, new):
            assert verifier_of(work).verify(issued.token, now=clock.now().timestamp()).jti == issued.row.jti


def test_a_key_that_is_published_too_short_a_time_signs_only_when_told_to_at_once(
    storage: Storage, clock: MovingClock, admin: Actor
) -> None:
    with storage.writing() as work:
        ensure_signing_key(work)
        with pytest.raises(NextKeyFreshError, match="No next key"):
            rotate(admin, work)
        (upcoming,) = keep_keys(work, None).published
        with pytest.raises(NextKeyFreshError, match="09:36:53") as refused:
            rotate(admin, work)
        assert (refused.value.code, refused.value.field) == ("next_key_fresh", "at_once")
        clock.advance(seconds=PUBLISHED_AHEAD.total_seconds() - 1)
        with pytest.raises(NextKeyFreshError):
            rotate(admin, work)
        clock.advance(seconds=1)
        assert rotate(admin, work).kid == upcoming
        at_once = rotate(admin, work, at_once=True)
        assert ensure_signing_key(work).kid == at_once.kid


def test_the_schedule_rotates_each_algorithm_by_its_own_age(storage: Storage, clock: MovingClock) -> None:
    with storage.writing() as work:
        elliptic = ensure_signing_key(work).kid
        clock.advance(days=30)
        edwards = active_key(work, "EdDSA").kid
        keep_keys(work, NINETY_DAYS)
        clock.advance(days=59)
        assert keep_keys(work, NINETY_DAYS) == KeyUpkeep()
        clock.advance(days=1)
        done = keep_keys(work, NINETY_DAYS)
        assert (len(done.activated), len(done.published)) == (1, 1)
        assert states(work)[elliptic] == "retiring"
        assert states(work)[edwards] == "active"
        assert ensure_signing_key(work).kid == done.activated[0]
        clock.advance(days=30)
        assert states(work)[edwards] == "active"
        assert len(keep_keys(work, NINETY_DAYS).activated) == 1
        assert states(work)[edwards] == "retiring"


def test_without_a_schedule_a_key_signs_for_ever(storage: Storage, clock: MovingClock) -> None:
    with storage.writing() as work:
        active = ensure_signing_key(work).kid
        keep_keys(work, None)
        clock.advance(days=4_000)
        assert keep_keys(work, None) == KeyUpkeep()
        assert states(work)[active] == "active"


def test_a_key_retires_after_the_last_token_that_it_signed(storage: Storage, clock: MovingClock, admin: Actor) -> None:
    with storage.writing() as work:
        token = make_token(work, make_application(work), lifetime_seconds=3 * 86_400)
        old = token.row.kid
        keep_keys(work, None)
        rotate(admin, work, at_once=True)
        clock.advance(days=3, minutes=4)
        assert keep_keys(work, None).retired == ()
        assert old in published(work)
        clock.advance(minutes=1)
        assert keep_keys(work, None).retired == (old,)
        assert states(work)[old] == "retired"
        assert old not in published(work)
        key = work.session.get(SigningKey, old)
        assert key is not None
        assert key.sealed_private_jwk is None
        clock.advance(seconds=RETIRED_KEPT.total_seconds())
        keep_keys(work, None)
        assert old not in states(work)


def test_a_key_whose_tokens_are_all_revoked_verifies_a_day_more_for_those_that_no_registry_knows(
    storage: Storage, clock: MovingClock, admin: Actor
) -> None:
    with storage.writing() as work:
        token = make_token(work, make_application(work), lifetime_seconds=90 * 86_400)
        rotate(admin, work, at_once=True)
        token.row.revoked_at = clock.now()
        clock.advance(hours=23)
        assert keep_keys(work, None).retired == ()
        clock.advance(hours=1)
        assert keep_keys(work, None).retired == (token.row.kid,)


def test_rotating_is_for_administrators_and_known_algorithms(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        owner = make_actor(work, Role.OWNER, make_team(work))
        with pytest.raises(ForbiddenError):
            rotate(owner, work)
        with pytest.raises(InvalidInputError):
            rotate(admin, work, "HS256")
        assert states(work) == {}


def test_the_database_refuses_a_second_active_key_of_an_algorithm(storage: Storage) -> None:
    with storage.writing() as work:
        ensure_signing_key(work)
        keep_keys(work, None)
        for key in list_keys(SYSTEM, work):
            key.status = "active"
        with pytest.raises(IntegrityError):
            work.session.flush()
        work.session.rollback()


def test_requests_that_need_a_first_key_at_the_same_moment_get_the_same_one(storage: Storage) -> None:
    def need(_number: int) -> str:
        with storage.writing() as work:
            return active_key(work, "ES384").kid

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(need, range(6)))) == 1
