"""Who acts, by a personal token."""

from dataclasses import replace

import pytest

from factories import ISSUER, make_application, make_team, make_token, make_user
from identity.presenting import actor_of_token
from moving_clock import MovingClock
from passgate.identity.models import Token, User
from passgate.identity.schemas import IssuedToken, TokenIn, TokenIssuer, UserChange
from passgate.identity.service.actors import actor_of_user, note_use, personal_token, use_is_stale
from passgate.identity.service.key_revocation import revoke_key
from passgate.identity.service.token_revocation import revoke_token
from passgate.identity.service.tokens import issue_token
from passgate.identity.service.users import update_user
from passgate.kernel.actor import Actor
from passgate.kernel.errors import UnauthenticatedError
from passgate.kernel.permissions import Permission, Role
from passgate.storage.work import Storage, Work


@pytest.fixture
def user(storage: Storage) -> User:
    with storage.writing() as work:
        return make_user(work, roles={make_team(work).id: Role.DEVELOPER})


def personal(work: Work, user: User, *scopes: str) -> IssuedToken:
    given = TokenIn(kind="personal", name="laptop", scopes=list(scopes), lifetime_days=1)
    return issue_token(actor_of_user(work, user), work, ISSUER, given)


def refusal(work: Work, token: str, issuer: TokenIssuer = ISSUER) -> str:
    with pytest.raises(UnauthenticatedError) as refused:
        actor_of_token(work, token, issuer)
    return refused.value.code


def test_the_token_speaks_for_its_user(storage: Storage, user: User) -> None:
    with storage.writing() as work:
        token = personal(work, user)
        by_token = actor_of_token(work, token.token, ISSUER)
        assert by_token == replace(actor_of_user(work, user), via=token.row.jti)


def test_scopes_narrow_what_the_token_may_and_hide_no_team(storage: Storage, user: User) -> None:
    with storage.writing() as work:
        actor = actor_of_token(work, personal(work, user, "application:read").token, ISSUER)
        (team_id,) = actor.by_team
        assert actor.may(Permission.APPLICATION_READ, team_id)
        assert not actor.may(Permission.APPLICATION_WRITE, team_id)


def test_an_expired_token_is_refused(storage: Storage, user: User, clock: MovingClock) -> None:
    with storage.writing() as work:
        issued = personal(work, user)
        clock.advance(days=1, seconds=60)
        assert refusal(work, issued.token) == "token_expired"


def test_a_revoked_token_is_refused(storage: Storage, user: User, admin: Actor) -> None:
    with storage.writing() as work:
        issued = personal(work, user)
        revoke_token(admin, work, issued.row.jti)
        assert refusal(work, issued.token) == "token_revoked"


def test_the_token_of_a_deactivated_user_is_refused_also_once_active_again(
    storage: Storage, user: User, admin: Actor
) -> None:
    with storage.writing() as work:
        issued = personal(work, user)
        update_user(admin, work, user.id, UserChange(is_active=False))
        assert refusal(work, issued.token) == "token_revoked"
        update_user(admin, work, user.id, UserChange(is_active=True))
        assert refusal(work, issued.token) == "token_revoked"


def test_the_token_of_a_revoked_key_is_refused(storage: Storage, user: User, admin: Actor) -> None:
    with storage.writing() as work:
        issued = personal(work, user)
        revoke_key(admin, work, issued.row.kid, "stolen")
        assert refusal(work, issued.token) == "token_key_unknown"


def test_a_token_of_the_gate_is_refused_here(storage: Storage) -> None:
    with storage.writing() as work:
        assert refusal(work, make_token(work, make_application(work)).token) == "token_audience_wrong"


def test_a_token_of_the_gate_is_refused_even_where_both_have_one_audience(storage: Storage) -> None:
    with storage.writing() as work:
        issuer = TokenIssuer(ISSUER.issuer, "passgate-api")
        given = TokenIn(name="n", application_id=make_application(work).id)
        issued = issue_token(Actor("system", "s", "s", frozenset(Permission)), work, issuer, given)
        assert refusal(work, issued.token) == "token_unknown"


def test_a_token_of_another_issuer_is_refused(storage: Storage, user: User) -> None:
    with storage.writing() as work:
        other = TokenIssuer("https://other.example", "passgate")
        assert refusal(work, personal(work, user).token, other) == "token_issuer_wrong"


def test_a_signed_token_that_the_registry_does_not_know_is_refused(storage: Storage, user: User) -> None:
    with storage.writing() as work:
        issued = personal(work, user)
        work.session.delete(work.session.get(Token, issued.row.jti))
        work.session.flush()
        assert refusal(work, issued.token) == "token_unknown"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\0", "🔑" * 10, "a" * 9000])
def test_junk_is_refused(storage: Storage, token: str) -> None:
    with storage.reading() as work:
        assert refusal(work, token) in {"token_malformed", "token_too_large"}


def test_use_is_noted_once_a_minute(storage: Storage, user: User, clock: MovingClock) -> None:
    with storage.writing() as work:
        issued = personal(work, user)
        assert use_is_stale(work, personal_token(work, issued.token, ISSUER))
        note_use(work, issued.row.jti)
        clock.advance(seconds=59)
        assert not use_is_stale(work, personal_token(work, issued.token, ISSUER))
        clock.advance(seconds=1)
        assert use_is_stale(work, personal_token(work, issued.token, ISSUER))
