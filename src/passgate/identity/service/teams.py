"""Teams and who is in them."""

from sqlalchemy import select

from passgate.identity import repository
from passgate.identity.models import Membership, Team, User
from passgate.identity.schemas import Member, TeamIn
from passgate.identity.service.roles import require_assignable, role_name
from passgate.identity.service.sessions import rotate_sessions_of
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


def list_teams(actor: Actor, work: Work, page: PageRequest, search: str | None = None) -> Page[Team]:
    """The teams that the actor may read, newest first.

    Raises:
        ForbiddenError: without the permission team:read anywhere.
    """
    actor.require_somewhere(Permission.TEAM_READ)
    query, teams = select(Team), actor.teams_with(Permission.TEAM_READ)
    if teams is not None:
        query = query.where(Team.id.in_(teams))
    if search:
        query = query.where(repository.contains(Team.name, search))
    return repository.page_of(work, query, Team.id, page)


def get_team(actor: Actor, work: Work, team_id: str) -> Team:
    """One team.

    Raises:
        NotFoundError: no such team, or none that the actor has a part in.
        ForbiddenError: without the permission team:read.
    """
    return _team(actor, work, team_id, Permission.TEAM_READ)


def create_team(actor: Actor, work: Work, given: TeamIn) -> Team:
    """Add a team.

    Raises:
        ForbiddenError: without the permission team:write over everything.
        ConflictError: the name is taken.
    """
    actor.require(Permission.TEAM_WRITE)
    _refuse_taken(work, given.name)
    team = Team(id=work.ids.new("team"), name=given.name, created_at=work.clock.now())
    work.session.add(team)
    work.session.flush()
    return team


def update_team(actor: Actor, work: Work, team_id: str, given: TeamIn) -> Team:
    """Rename a team.

    Raises:
        NotFoundError: no such team, or none that the actor has a part in.
        ForbiddenError: without the permission team:write.
        ConflictError: the name is taken.
    """
    team = _team(actor, work, team_id, Permission.TEAM_WRITE)
    if given.name != team.name:
        _refuse_taken(work, given.name)
        team.name = given.name
        work.session.flush()
    return team


def list_members(actor: Actor, work: Work, team_id: str) -> list[Member]:
    """A team's users with their roles, by e-mail.

    Raises:
        NotFoundError: no such team, or none that the actor has a part in.
        ForbiddenError: without the permission team:read.
    """
    _team(actor, work, team_id, Permission.TEAM_READ)
    query = select(User, Membership.role).join(Membership, Membership.user_id == User.id)
    rows = work.session.execute(query.where(Membership.team_id == team_id).order_by(User.email)).all()
    return [_member(work, user, role) for user, role in rows]


def set_member(actor: Actor, work: Work, team_id: str, user_id: str, role: str) -> Member:
    """Put a user into a team, or change the role there; in force from the user's next call on.

    Raises:
        NotFoundError: no such team or user, or none that the actor may know of.
        InvalidInputError: no such role.
        ForbiddenError: without the permission team:write, or a role that allows what the actor may not do there.
    """
    _team(actor, work, team_id, Permission.TEAM_WRITE)
    require_assignable(actor, work, role, team_id)
    user = work.session.get(User, user_id)
    if user is None:
        raise NotFoundError("No such user.")
    membership = work.session.get(Membership, (user_id, team_id))
    if membership is None:
        work.session.add(Membership(user_id=user_id, team_id=team_id, role=role))
    else:
        membership.role = role
    rotate_sessions_of(work, user_id)
    work.session.flush()
    return _member(work, user, role)


def remove_member(actor: Actor, work: Work, team_id: str, user_id: str) -> None:
    """Take a user out of a team.

    Raises:
        NotFoundError: no such team or member, or none that the actor may know of.
        ForbiddenError: without the permission team:write.
    """
    _team(actor, work, team_id, Permission.TEAM_WRITE)
    membership = work.session.get(Membership, (user_id, team_id))
    if membership is None:
        raise NotFoundError("No such member.")
    work.session.delete(membership)
    rotate_sessions_of(work, user_id)


def _team(actor: Actor, work: Work, team_id: str, permission: Permission) -> Team:
    actor.require(permission, team_id, what="team")
    team = work.session.get(Team, team_id)
    if team is None:
        raise NotFoundError("No such team.")
    return team


def _refuse_taken(work: Work, name: str) -> None:
    if work.session.scalars(select(Team).where(Team.name == name)).first() is not None:
        raise ConflictError("A team has this name already.", code="name_taken", field="name")


def _member(work: Work, user: User, role: str) -> Member:
    return Member(user.id, user.email, user.name, user.is_active, role, role_name(work, role))
