"""Sessions: other secrets from time to time, one browser only, limits, lists and ends."""

from datetime import timedelta

import pytest

from factories import PASSWORD, make_actor, make_team, make_user
from moving_clock import MovingClock
from passgate.identity.models import User
from passgate.identity.role_schemas import CustomRoleIn
from passgate.identity.schemas import UserChange
from passgate.identity.service.roles import create_role
from passgate.identity.service.session_list import end_all_sessions, end_session, list_sessions
from passgate.identity.service.sessions import (
    SessionLimits,
    actor_of,
    is_rotation_due,
    rotate,
    session_of,
    sign_in,
    touch,
)
from passgate.identity.service.teams import remove_member, set_member
from passgate.identity.service.users import update_user
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ForbiddenError, NotFoundError
from passgate.kernel.pagination import PageRequest
from passgate.kernel.permissions import Permission, Role
from passgate.storage.work import Storage

EMAIL = "dana@example.com"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"
NEWER_FIREFOX = FIREFOX.replace("150.0", "151.0")
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36"


@pytest.fixture
def user(storage: Storage) -> User:
    with storage.writing() as work:
        return make_user(work, EMAIL, roles={make_team(work).id: Role.DEVELOPER})


def opened(storage: Storage, agent: str = FIREFOX, limits: SessionLimits | None = None) -> tuple[str, str]:
    with storage.writing() as work:
        row, secret = sign_in(work, EMAIL, PASSWORD, "192.0.2.1", agent, limits)
    return row.id, secret


def holds(storage: Storage, secret: str, agent: str | None = FIREFOX) -> bool:
    with storage.reading() as work:
        return session_of(work, secret, agent) is not None


def is_due(storage: Storage, secret: str) -> bool:
    with storage.reading() as work:
        found = session_of(work, secret)
        return found is not None and is_rotation_due(work, found, secret)


def rotated(storage: Storage, session_id: str, secret: str) -> str | None:
    with storage.writing() as work:
        return rotate(work, session_id, secret)


@pytest.mark.usefixtures("user")
def test_after_an_hour_another_secret_takes_over(storage: Storage, clock: MovingClock) -> None:
    session_id, first = opened(storage)
    assert not is_due(storage, first)
    clock.advance(hours=1)
    assert is_due(storage, first)
    second = rotated(storage, session_id, first)
    assert second is not None
    assert holds(storage, first)
    assert holds(storage, second)
    assert is_due(storage, second)
    assert rotated(storage, session_id, second) is None
    assert not is_due(storage, second)
    assert holds(storage, first)  # for what was under way
    clock.advance(minutes=1)
    assert not holds(storage, first)
    assert holds(storage, second)


@pytest.mark.usefixtures("user")
def test_a_lost_answer_signs_nobody_out(storage: Storage, clock: MovingClock) -> None:
    session_id, first = opened(storage)
    clock.advance(hours=1)
    lost = rotated(storage, session_id, first)
    assert rotated(storage, session_id, first) is None  # a request at the same time
    clock.advance(minutes=1)
    second = rotated(storage, session_id, first)
    assert second not in {None, lost}
    assert lost is not None
    assert not holds(storage, lost)
    assert holds(storage, first)


def test_other_permissions_ask_for_another_secret(storage: Storage, user: User, admin: Actor) -> None:
    _, secret = opened(storage)
    with storage.writing() as work:
        update_user(admin, work, user.id, UserChange(is_admin=True))
    assert is_due(storage, secret)
    _, secret = opened(storage)
    with storage.writing() as work:
        team = make_team(work, "Other")
        set_member(admin, work, team.id, user.id, "viewer")
    assert is_due(storage, secret)
    _, secret = opened(storage)
    with storage.writing() as work:
        remove_member(admin, work, team.id, user.id)
    assert is_due(storage, secret)


@pytest.mark.usefixtures("user")
def test_the_cookie_of_one_browser_does_not_work_in_another(storage: Storage) -> None:
    _, secret = opened(storage)
    assert holds(storage, secret, NEWER_FIREFOX)
    assert not holds(storage, secret, CHROME)
    assert not holds(storage, secret, "curl/8.20.0")
    _, of_script = opened(storage, "a script")
    assert holds(storage, of_script, CHROME)  # what names no browser cannot be told apart


@pytest.mark.usefixtures("user")
def test_limits_are_those_of_the_moment_of_signing_in(storage: Storage, clock: MovingClock) -> None:
    limits = SessionLimits(absolute=timedelta(hours=2), idle=timedelta(minutes=50))
    session_id, secret = opened(storage, limits=limits)
    clock.advance(minutes=49)
    with storage.writing() as work:
        touch(work, session_id)
    clock.advance(minutes=49)
    assert holds(storage, secret)
    with storage.writing() as work:
        touch(work, session_id)
    clock.advance(minutes=22)
    assert not holds(storage, secret)
    session_id, secret = opened(storage, limits=limits)
    clock.advance(minutes=50)
    assert not holds(storage, secret)


@pytest.mark.usefixtures("user")
def test_the_list_marks_the_one_that_asks_and_ends_the_others(storage: Storage) -> None:
    first, second, third = (opened(storage, agent) for agent in (FIREFOX, CHROME, "curl/8.20.0"))
    with storage.writing() as work:
        actor = actor_of(work, session_of(work, second[1]))
        assert actor is not None
        listed = list_sessions(actor, work, PageRequest(limit=2))
        assert [row.id for row in listed.items] == [third[0], second[0]]
        assert [(row.device, row.is_current) for row in listed.items] == [("curl", False), ("Chrome on Windows", True)]
        rest = list_sessions(actor, work, PageRequest(after=listed.next_cursor))
        assert [row.id for row in rest.items] == [first[0]]
        end_session(actor, work, third[0])
        assert end_all_sessions(actor, work, keeps_current=True) == 1
    assert not holds(storage, first[1])
    assert holds(storage, second[1], CHROME)


def test_others_sessions_take_a_permission(storage: Storage, user: User, admin: Actor) -> None:
    session_id, secret = opened(storage)
    with storage.writing() as work:
        team = make_team(work, "Theirs")
        owner = make_actor(work, Role.OWNER, team)
        with pytest.raises(NotFoundError):
            end_session(owner, work, session_id)
        with pytest.raises(ForbiddenError):
            list_sessions(owner, work, PageRequest(), user.id)
        with pytest.raises(ForbiddenError):
            end_all_sessions(owner, work, user.id)
        with pytest.raises(ForbiddenError):
            list_sessions(owner, work, PageRequest(), is_everybody=True)
        assert [row.id for row in list_sessions(admin, work, PageRequest(), user.id).items] == [session_id]
        assert [row.id for row in list_sessions(admin, work, PageRequest(), is_everybody=True).items] == [session_id]
        assert end_all_sessions(admin, work, user.id) == 1
    assert not holds(storage, secret)


def test_a_role_over_everything_holds_from_the_next_call_on(storage: Storage, user: User, admin: Actor) -> None:
    _, secret = opened(storage)
    with storage.writing() as work:
        role = create_role(admin, work, CustomRoleIn(name="Auditor", permissions=[Permission.AUDIT_READ]))
        update_user(admin, work, user.id, UserChange(organisation_role=role.id))
    with storage.reading() as work:
        actor = actor_of(work, session_of(work, secret))
    assert actor is not None
    assert actor.everywhere == {Permission.AUDIT_READ}
