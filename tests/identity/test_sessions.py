"""Browser sessions."""

import pytest

from factories import PASSWORD, make_team, make_user
from identity.presenting import actor_of_session
from moving_clock import MovingClock
from passgate.identity.errors import SignInFailedError, SignInThrottledError
from passgate.identity.models import BrowserSession, User
from passgate.identity.service.sessions import (
    FAILURES_PER_EMAIL_AND_IP,
    FAILURES_PER_IP,
    is_stale,
    session_of,
    sign_in,
    sign_out,
    touch,
)
from passgate.kernel.permissions import Permission, Role
from passgate.storage.work import Storage

EMAIL = "dana@example.com"


@pytest.fixture
def user(storage: Storage) -> User:
    with storage.writing() as work:
        team = make_team(work)
        return make_user(work, EMAIL, roles={team.id: Role.DEVELOPER})


def opened(storage: Storage, email: str = EMAIL, password: str = PASSWORD, ip: str = "192.0.2.1") -> str:
    with storage.writing() as work:
        return sign_in(work, email, password, ip, "a browser")[1]


def is_open(storage: Storage, secret: str) -> bool:
    with storage.reading() as work:
        return actor_of_session(work, secret) is not None


def test_the_session_speaks_for_the_user_with_the_roles_of_now(storage: Storage, user: User) -> None:
    secret = opened(storage)
    with storage.reading() as work:
        actor = actor_of_session(work, secret)
    assert actor is not None
    assert actor.id == user.id
    (team_id,) = actor.by_team
    assert actor.may(Permission.APPLICATION_WRITE, team_id)
    assert not actor.may(Permission.APPLICATION_WRITE)
    assert not actor.may(Permission.TEAM_WRITE, team_id)


def test_the_secret_is_not_stored(storage: Storage, user: User) -> None:
    with storage.writing() as work:
        row, secret = sign_in(work, EMAIL, PASSWORD, "192.0.2.1", "a browser")
        assert secret not in row.secret_hash
        assert row.user_id == user.id
        assert user.last_login_at != work.session.get(User, user.id).last_login_at


@pytest.mark.usefixtures("user")
def test_the_emails_case_and_spaces_do_not_matter(storage: Storage) -> None:
    assert is_open(storage, opened(storage, " DANA@Example.com "))


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "wrong"), (EMAIL, ""), (EMAIL, PASSWORD + " "), ("nobody@example.com", PASSWORD), ("\0", PASSWORD)],
)
def test_wrong_credentials_are_refused_alike(storage: Storage, email: str, password: str) -> None:
    with pytest.raises(SignInFailedError) as refused:
        opened(storage, email, password)
    assert refused.value.message == "The e-mail or the password is wrong."


def test_an_inactive_user_cannot_sign_in_and_open_sessions_close(storage: Storage, user: User) -> None:
    secret = opened(storage)
    with storage.writing() as work:
        work.session.get(User, user.id).is_active = False
    assert not is_open(storage, secret)
    with pytest.raises(SignInFailedError):
        opened(storage)


@pytest.mark.usefixtures("user")
def test_signing_out_ends_the_session(storage: Storage) -> None:
    secret, other = opened(storage), opened(storage)
    with storage.writing() as work:
        sign_out(work, secret)
        sign_out(work, "pgs_unknown")
    assert not is_open(storage, secret)
    assert is_open(storage, other)


@pytest.mark.usefixtures("user")
def test_an_idle_session_ends_after_twelve_hours(storage: Storage, clock: MovingClock) -> None:
    secret = opened(storage)
    clock.advance(hours=11, minutes=59)
    assert is_open(storage, secret)
    clock.advance(minutes=1)
    assert not is_open(storage, secret)


@pytest.mark.usefixtures("user")
def test_a_session_in_use_ends_after_seven_days(storage: Storage, clock: MovingClock) -> None:
    secret = opened(storage)
    for _ in range(14):
        clock.advance(hours=11, minutes=59)
        assert is_open(storage, secret)
        with storage.writing() as work:
            touch(work, session_of(work, secret).id)
    clock.advance(minutes=14)
    assert not is_open(storage, secret)


@pytest.mark.usefixtures("user")
def test_being_seen_is_noted_once_a_minute(storage: Storage, clock: MovingClock) -> None:
    secret = opened(storage)
    clock.advance(seconds=59)
    with storage.reading() as work:
        assert not is_stale(work, session_of(work, secret))
    clock.advance(seconds=1)
    with storage.writing() as work:
        found = session_of(work, secret)
        assert is_stale(work, found)
        touch(work, found.id)
        assert not is_stale(work, found)
        assert work.session.query(BrowserSession).one().last_seen_at == clock.now()


def fail(storage: Storage, times: int, email: str = EMAIL, ip: str = "192.0.2.1") -> None:
    for number in range(times):
        with pytest.raises(SignInFailedError):
            opened(storage, email.format(number), "wrong", ip)


@pytest.mark.usefixtures("user")
def test_guessing_one_password_is_throttled_from_that_address_only(storage: Storage, clock: MovingClock) -> None:
    fail(storage, FAILURES_PER_EMAIL_AND_IP)
    with pytest.raises(SignInThrottledError):
        opened(storage)
    assert opened(storage, ip="192.0.2.2")
    clock.advance(minutes=15)
    assert opened(storage)


@pytest.mark.usefixtures("user")
def test_success_forgets_the_failures_before(storage: Storage) -> None:
    fail(storage, FAILURES_PER_EMAIL_AND_IP - 1)
    opened(storage)
    fail(storage, FAILURES_PER_EMAIL_AND_IP - 1)
    assert opened(storage)


@pytest.mark.usefixtures("user")
def test_guessing_many_users_from_one_address_is_throttled(storage: Storage) -> None:
    fail(storage, FAILURES_PER_IP, "user{}@example.com")
    with pytest.raises(SignInThrottledError):
        opened(storage)
