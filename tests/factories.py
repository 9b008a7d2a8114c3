"""Rows that tests start from; written straight into the tables, past the services that are tested elsewhere."""

from collections.abc import Mapping

from passgate.identity.models import Application, Membership, Team, User
from passgate.identity.schemas import IssuedToken, TokenIn, TokenIssuer
from passgate.identity.service.actors import actor_of_user
from passgate.identity.service.tokens import issue_token
from passgate.kernel.actor import SYSTEM, Actor
from passgate.kernel.permissions import Role
from passgate.storage.work import Work

ISSUER = TokenIssuer(issuer="https://gate.example", audience="passgate")

PASSWORD = "correct horse battery"
PASSWORD_HASH = "$argon2id$v=19$m=8,t=1,p=1$a6lCd/JuibVD6csS/7sdFg$GBwaTIG+qAd7ueobmpb4vrutUvQyVP2d49r3+/TtmIw"
"""argon2id of PASSWORD at the least cost, so that a test need not wait."""


def make_team(work: Work, name: str = "Orders") -> Team:
    team = Team(id=work.ids.new("team"), name=name, created_at=work.clock.now())
    work.session.add(team)
    work.session.flush()
    return team


def make_user(
    work: Work, email: str = "dana@example.com", *, is_admin: bool = False, roles: Mapping[str, Role] | None = None
) -> User:
    """A user; ``roles`` maps a team's id to the role there."""
    user = User(
        id=work.ids.new("user"),
        email=email,
        name=email.partition("@")[0].title(),
        password_hash=PASSWORD_HASH,
        is_admin=is_admin,
        is_active=True,
        created_at=work.clock.now(),
    )
    work.session.add(user)
    work.session.flush()
    for team_id, role in (roles or {}).items():
        work.session.add(Membership(user_id=user.id, team_id=team_id, role=role))
    work.session.flush()
    return user


def make_actor(work: Work, role: Role, team: Team, email: str | None = None) -> Actor:
    """Someone with that role in that team."""
    return actor_of_user(work, make_user(work, email or f"{role}@{team.id}.example", roles={team.id: role}))


def make_application(
    work: Work, team: Team | None = None, name: str = "Checkout", models: list[str] | None = None
) -> Application:
    """An application of the team, or of a new one."""
    application = Application(
        id=work.ids.new("app"),
        team_id=(team or make_team(work)).id,
        name=name,
        description="",
        is_active=True,
        models=models,
        created_at=work.clock.now(),
        created_by="user_admin",
    )
    work.session.add(application)
    work.session.flush()
    return application


def make_token(work: Work, application: Application, name: str = "ci", lifetime_seconds: int = 3600) -> IssuedToken:
    """A token that the application calls the gate with."""
    given = TokenIn(name=name, application_id=application.id, lifetime_seconds=lifetime_seconds)
    return issue_token(SYSTEM, work, ISSUER, given)
