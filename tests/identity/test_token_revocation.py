"""Revoking at every level."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import insert

from factories import ISSUER, make_actor, make_application, make_team, make_token, make_user
from moving_clock import MovingClock
from passgate.contracts.revocation_list import DenyIndex, TokenFacts
from passgate.identity.models import Token
from passgate.identity.schemas import IssuedToken, TokenIn
from passgate.identity.service.actors import actor_of_user
from passgate.identity.service.revocation import live_jtis_of, revocations_since
from passgate.identity.service.sessions import sign_in
from passgate.identity.service.token_narrowing import narrow_token
from passgate.identity.service.token_revocation import (
    revoke_application_tokens,
    revoke_issued_before,
    revoke_session_tokens,
    revoke_team_tokens,
    revoke_user_tokens,
)
from passgate.identity.service.tokens import issue_token, list_tokens
from passgate.identity.token_schemas import NarrowIn, TokenFilter
from passgate.kernel.actor import Actor
from passgate.kernel.clock import epoch_seconds
from passgate.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from passgate.kernel.pagination import PageRequest
from passgate.kernel.permissions import Role
from passgate.storage.work import Storage, Work


def refused(work: Work, *tokens: IssuedToken) -> list[bool]:
    index = DenyIndex(revocations_since(work, 0))
    rows = [token.row for token in tokens]
    return [
        index.refusal(TokenFacts(row.jti, row.subject, row.application_id, epoch_seconds(row.issued_at))) is not None
        for row in rows
    ]


def test_a_leavers_tokens_and_those_of_the_leavers_making_fall(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        team = make_team(work)
        leaver, stayer = make_actor(work, Role.DEVELOPER, team), make_actor(work, Role.OWNER, team)
        application = make_application(work, team)
        own = issue_token(leaver, work, ISSUER, TokenIn(kind="personal", name="own"))
        at_gate = TokenIn(kind="personal", name="gate", audiences=["passgate"], team_id=team.id)
        own_at_gate = issue_token(leaver, work, ISSUER, at_gate)
        made = issue_token(leaver, work, ISSUER, TokenIn(name="made", application_id=application.id))
        child = narrow_token(work, made.token, ISSUER, NarrowIn(name="child"))
        others = issue_token(stayer, work, ISSUER, TokenIn(name="others", application_id=application.id))
        wanted = TokenFilter(user_id=leaver.id, status="active")
        found = list_tokens(admin, work, PageRequest(), wanted).items
        assert {row.name for row in found} == {"own", "gate", "made"}
        assert revoke_user_tokens(admin, work, leaver.id, "left").count == 4
        assert refused(work, own, own_at_gate, made, child, others) == [True, True, True, True, False]
        assert list_tokens(admin, work, PageRequest(), wanted).items == []


def test_a_users_tokens_are_the_users_own_to_revoke_and_the_security_officers(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        team = make_team(work)
        user, owner = make_actor(work, Role.DEVELOPER, team), make_actor(work, Role.OWNER, team)
        with pytest.raises(ForbiddenError):
            revoke_user_tokens(owner, work, user.id)
        with pytest.raises(NotFoundError):
            revoke_user_tokens(admin, work, "user_none")
        assert revoke_user_tokens(user, work, user.id).count == 0


def test_a_team_falls_by_its_applications(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        ours, theirs = make_team(work, "Ours"), make_team(work, "Theirs")
        one, two = make_application(work, ours), make_application(work, ours, "Two")
        tokens = [make_token(work, application) for application in (one, two, one)]
        spared = make_token(work, make_application(work, theirs))
        with pytest.raises(NotFoundError):
            revoke_team_tokens(make_actor(work, Role.OWNER, theirs), work, ours.id)
        assert revoke_team_tokens(admin, work, ours.id).count == 3
        assert refused(work, *tokens, spared) == [True, True, True, False]
        assert {(entry.kind, entry.value) for entry in revocations_since(work, 0)} == {
            ("application", one.id),
            ("application", two.id),
        }


def test_tokens_of_a_session_fall_with_it(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        user = make_user(work)
        session, _ = sign_in(work, user.email, "correct horse battery", "127.0.0.1", "test")
        application = make_application(work)
        inside, outside = make_token(work, application), make_token(work, application)
        inside.row.session_id = session.id
        work.session.flush()
        with pytest.raises(NotFoundError):
            revoke_session_tokens(make_actor(work, Role.OWNER, make_team(work, "X")), work, session.id)
        assert revoke_session_tokens(admin, work, session.id).count == 1
        assert refused(work, inside, outside) == [True, False]


def test_everything_before_a_time_falls_and_what_was_narrowed_since(
    storage: Storage, admin: Actor, clock: MovingClock
) -> None:
    with storage.writing() as work:
        application = make_application(work)
        old = make_token(work, application)
        clock.advance(seconds=60)
        moment = clock.now()
        child = narrow_token(work, old.token, ISSUER, NarrowIn())
        new = make_token(work, application)
        assert revoke_issued_before(admin, work, moment, "breach").count == 2
        assert refused(work, old, child, new) == [True, True, False]
        with pytest.raises(InvalidInputError):
            revoke_issued_before(admin, work, clock.now() + timedelta(seconds=1))
        with pytest.raises(ForbiddenError):
            revoke_issued_before(make_actor(work, Role.OWNER, make_team(work, "X")), work, moment)
        assert revoke_issued_before(admin, work, clock.now()).count == 0  # issued at that very moment, not before


def test_ten_thousand_live_tokens_fall_fast(storage: Storage, admin: Actor) -> None:
    count = 10_000
    with storage.writing() as work:
        team = make_team(work)
        application = make_application(work, team)
        like = make_token(work, application).row
        maker = actor_of_user(work, make_user(work))
        columns = {column.name: getattr(like, column.name) for column in Token.__table__.columns}
        rows = [columns | {"jti": f"tok_{number:026d}", "issued_by": maker.id} for number in range(count)]
        work.session.execute(insert(Token), rows)
    with storage.writing() as work:
        start = time.perf_counter()
        revoked = revoke_user_tokens(admin, work, maker.id)  # the costliest: an entry for each
        by_maker = time.perf_counter() - start
    assert revoked.count == count
    with storage.writing() as work:
        work.session.execute(insert(Token), [row | {"jti": f"a{row['jti']}"} for row in rows])
        start = time.perf_counter()
        assert revoke_application_tokens(admin, work, application.id).count == count + 1
        by_application = time.perf_counter() - start
        now = work.clock.now()
        assert len(live_jtis_of(work, "application", application.id, now)) == 2 * count + 1
    assert max(by_maker, by_application) < 10, (by_maker, by_application)
