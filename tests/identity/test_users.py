"""People."""

import pytest

from factories import ISSUER, PASSWORD, make_actor, make_team, make_user
from identity.presenting import actor_of_session
from passgate.identity.models import User
from passgate.identity.schemas import PasswordChange, TokenIn, UserChange, UserIn
from passgate.identity.service.actors import actor_of_user
from passgate.identity.service.revocation import revocations_since
from passgate.identity.service.sessions import sign_in
from passgate.identity.service.tokens import get_token, issue_token
from passgate.identity.service.users import (
    change_own_password,
    create_user,
    get_user,
    list_users,
    teams_of_user,
    update_user,
)
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from passgate.kernel.pagination import PageRequest
from passgate.kernel.permissions import Role
from passgate.storage.work import Storage, Work

NEW = UserIn(email="Eve@Example.com", name="Eve", password="correct horse battery")


def emails(actor: Actor, work: Work, search: str | None = None) -> set[str]:
    return {user.email for user in list_users(actor, work, PageRequest(), search).items}


def test_a_created_user_can_sign_in(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        user = create_user(admin, work, NEW)
        assert (user.email, user.is_admin) == ("eve@example.com", False)
        _, secret = sign_in(work, "eve@example.com", NEW.password, "", "")
        assert actor_of_session(work, secret).id == user.id


def test_an_email_is_taken_whatever_its_case(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        make_user(work, "eve@example.com")
        with pytest.raises(ConflictError) as refused:
            create_user(admin, work, NEW)
    assert (refused.value.code, refused.value.field) == ("email_taken", "email")


def test_an_owner_reads_the_users_of_the_own_team_only(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        ours, theirs = make_team(work, "Ours"), make_team(work, "Theirs")
        owner = make_actor(work, Role.OWNER, ours, "owner@ours")
        make_user(work, "dev@ours", roles={ours.id: Role.DEVELOPER})
        stranger = make_user(work, "dev@theirs", roles={theirs.id: Role.DEVELOPER})
        assert emails(owner, work) == {"owner@ours", "dev@ours"}
        assert emails(admin, work) == {"owner@ours", "dev@ours", "dev@theirs"}
        assert emails(admin, work, "THEIRS") == {"dev@theirs"}
        assert emails(admin, work, "_") == set()
        with pytest.raises(NotFoundError):
            get_user(owner, work, stranger.id)


def test_a_developer_reads_no_users_but_the_own_one(storage: Storage) -> None:
    with storage.writing() as work:
        team = make_team(work)
        developer = make_actor(work, Role.DEVELOPER, team)
        assert get_user(developer, work, developer.id).id == developer.id
        assert [(view.team.id, view.role) for view in teams_of_user(developer, work, developer.id)] == [
            (team.id, Role.DEVELOPER)
        ]
        with pytest.raises(ForbiddenError):
            list_users(developer, work, PageRequest())


def test_an_owner_changes_no_users(storage: Storage) -> None:
    with storage.writing() as work:
        owner = make_actor(work, Role.OWNER, make_team(work))
        with pytest.raises(ForbiddenError):
            create_user(owner, work, NEW)
        with pytest.raises(ForbiddenError):
            update_user(owner, work, owner.id, UserChange(is_admin=True))


def test_pages_join_up(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        made = [make_user(work, f"u{number}@example.com").id for number in range(5)]
        found, after = [], None
        for size in (2, 2, 1):
            page = list_users(admin, work, PageRequest(2, after))
            assert len(page.items) == size
            found += [user.id for user in page.items]
            after = page.next_cursor
        assert after is None
        assert found == made[::-1]


def test_deactivation_ends_sessions_and_revokes_tokens(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        user = make_user(work, "dana@example.com", roles={make_team(work).id: Role.DEVELOPER})
        _, secret = sign_in(work, user.email, PASSWORD, "", "")
        token = issue_token(actor_of_user(work, user), work, ISSUER, TokenIn(kind="personal", name="laptop"))
        update_user(admin, work, user.id, UserChange(is_active=False))
    with storage.reading() as work:
        assert actor_of_session(work, secret) is None
        assert get_token(admin, work, token.row.jti).revoked_reason == "user deactivated"
        assert [(entry.kind, entry.value) for entry in revocations_since(work, 0)] == [("subject", user.id)]


def test_the_last_administrator_stays_one(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        last = make_user(work, "last@example.com", is_admin=True)
        for change in (UserChange(is_admin=False), UserChange(is_active=False)):
            with pytest.raises(ConflictError) as refused:
                update_user(admin, work, last.id, change)
            assert refused.value.code == "last_administrator"
        make_user(work, "next@example.com", is_admin=True)
        assert not update_user(admin, work, last.id, UserChange(is_admin=False)).is_admin


def test_a_new_password_ends_all_sessions(storage: Storage) -> None:
    with storage.writing() as work:
        user = make_user(work)
        _, secret = sign_in(work, user.email, PASSWORD, "", "")
        actor = actor_of_user(work, user)
        with pytest.raises(InvalidInputError) as refused:
            change_own_password(actor, work, PasswordChange(current_password="wrong", new_password="x" * 12))
        assert refused.value.field == "current_password"
        change_own_password(actor, work, PasswordChange(current_password=PASSWORD, new_password="x" * 12))
        assert actor_of_session(work, secret) is None
        assert sign_in(work, user.email, "x" * 12, "", "")


def test_an_unknown_user_is_not_found(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        with pytest.raises(NotFoundError):
            get_user(admin, work, "user_none")
        with pytest.raises(NotFoundError):
            update_user(admin, work, "user_none", UserChange(name="X"))
        assert work.session.get(User, "user_none") is None
