"""Deleting people and teams."""

import pytest
from sqlalchemy import select

from factories import PASSWORD, make_actor, make_application, make_team, make_user
from passgate.identity.models import Application, BrowserSession, Membership, Team, User
from passgate.identity.service.deletion import delete_team, delete_user
from passgate.identity.service.sessions import sign_in
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, ForbiddenError, NotFoundError
from passgate.kernel.permissions import Role
from passgate.publishing.models import Service
from passgate.storage.audit.models import AuditEntry
from passgate.storage.work import Storage


def test_a_user_goes_with_sessions_and_memberships(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        team = make_team(work)
        user = make_user(work, roles={team.id: Role.DEVELOPER})
        sign_in(work, user.email, PASSWORD, "192.0.2.1", "")
    with storage.writing() as work:
        delete_user(admin, work, user.id)
    with storage.reading() as work:
        for table in (User, Membership, BrowserSession):
            assert work.session.scalars(select(table)).all() == []
        acts = work.session.scalars(select(AuditEntry.act)).all()
    assert {"user.deleted", "membership.deleted", "browser_session.changed"} <= set(acts)


def test_not_oneself_not_the_last_administrator_not_without_permission(storage: Storage) -> None:
    with storage.writing() as work:
        team = make_team(work)
        boss = make_user(work, "boss@example.com", is_admin=True)
        owner = make_actor(work, Role.OWNER, team)
        actor = Actor(owner.kind, boss.id, "Boss", everywhere=frozenset(owner.by_team[team.id]) | {"user:write"})
        other = Actor(owner.kind, "user_other", "Other", everywhere=actor.everywhere)
        with pytest.raises(ConflictError) as refused:
            delete_user(actor, work, boss.id)
        assert refused.value.code == "own_user"
        with pytest.raises(ConflictError) as refused:
            delete_user(other, work, boss.id)
        assert refused.value.code == "last_administrator"
        with pytest.raises(ForbiddenError):
            delete_user(owner, work, boss.id)
        with pytest.raises(NotFoundError):
            delete_user(other, work, "user_none")


def test_a_team_is_refused_with_the_names_of_what_it_owns(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        team = make_team(work, "Payments")
        owner = make_actor(work, Role.OWNER, team)
        application = make_application(work, team, "Checkout")
        work.session.add(
            Service(
                id="svc_1",
                team_id=team.id,
                name="Orders",
                description="",
                base_path="/orders",
                strip_base_path=True,
                status="draft",
                created_at=work.clock.now(),
                created_by="user_admin",
            )
        )
        with pytest.raises(ConflictError) as refused:
            delete_team(admin, work, team.id)
        assert refused.value.message == "Payments still owns: applications Checkout; services Orders."
        with pytest.raises(ForbiddenError):
            delete_team(owner, work, team.id)
        work.session.delete(work.session.get_one(Service, "svc_1"))
        work.session.delete(work.session.get_one(Application, application.id))
        work.session.flush()
        delete_team(admin, work, team.id)
    with storage.reading() as work:
        assert work.session.scalars(select(Team)).all() == []
        assert work.session.scalars(select(Membership)).all() == []
