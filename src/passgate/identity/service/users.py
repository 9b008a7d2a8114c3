"""People."""

from sqlalchemy import or_, select

from passgate.identity import repository
from passgate.identity.models import Membership, Team, User
from passgate.identity.passwords import hash_password, password_holds
from passgate.identity.schemas import PasswordChange, TeamRoleView, UserChange, UserIn
from passgate.identity.service.revocation import revoke_before_now
from passgate.identity.service.roles import require_assignable, require_no_more, role_name
from passgate.identity.service.sessions import end_sessions_of, rotate_sessions_of
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


def list_users(actor: Actor, work: Work, page: PageRequest, search: str | None = None) -> Page[User]:
    """Users, newest first: all of them, or those of the teams whose users the actor may read.

    Raises:
        ForbiddenError: without the permission user:read anywhere.
    """
    actor.require_somewhere(Permission.USER_READ)
    query, teams = select(User), actor.teams_with(Permission.USER_READ)
    if teams is not None:
        query = query.where(User.id.in_(select(Membership.user_id).where(Membership.team_id.in_(teams))))
    if search:
        query = query.where(or_(repository.contains(User.email, search), repository.contains(User.name, search)))
    return repository.page_of(work, query, User.id, page)


def get_user(actor: Actor, work: Work, user_id: str) -> User:
    """One user: anyone's own, or one of the teams whose users the actor may read.

    Raises:
        NotFoundError: no such user, or none that the actor may know of.
    """
    user = work.session.get(User, user_id)
    if user is None or not (actor.id == user_id or _may_read(actor, work, user_id)):
        raise NotFoundError("No such user.")
    return user


def teams_of_user(actor: Actor, work: Work, user_id: str) -> list[TeamRoleView]:
    """The teams that a user is in, by name.

    Raises:
        NotFoundError: no such user, or none that the actor may know of.
    """
    get_user(actor, work, user_id)
    query = select(Team, Membership.role).join(Membership, Membership.team_id == Team.id)
    rows = work.session.execute(query.where(Membership.user_id == user_id).order_by(Team.name)).all()
    return [TeamRoleView(team, role, role_name(work, role)) for team, role in rows]


def create_user(actor: Actor, work: Work, given: UserIn) -> User:
    """Add a user.

    Raises:
        ForbiddenError: without the permission user:write over everything.
        ConflictError: the e-mail is taken.
    """
    actor.require(Permission.USER_WRITE)
    if given.is_admin:
        require_no_more(actor, Permission, None)
    if repository.user_by_email(work, given.email) is not None:
        raise ConflictError("A user has this e-mail already.", code="email_taken", field="email")
    user = User(
        id=work.ids.new("user"),
        email=given.email,
        name=given.name,
        password_hash=hash_password(given.password),
        is_admin=given.is_admin,
        is_active=True,
        created_at=work.clock.now(),
    )
    work.session.add(user)
    work.session.flush()
    return user


def update_user(actor: Actor, work: Work, user_id: str, change: UserChange) -> User:
    """Change a user. A new password ends the user's sessions; deactivation also revokes the user's tokens.

    Raises:
        ForbiddenError: without the permission user:write over everything, or, for a role, role:write.
        NotFoundError: no such user or role.
        ConflictError: nobody would be left to administer.
    """
    actor.require(Permission.USER_WRITE)
    user = repository.lock_user(work, user_id)
    if user is None:
        raise NotFoundError("No such user.")
    if change.is_admin is False or change.is_active is False:
        _keep_an_administrator(work, user)
    if change.name is not None:
        user.name = change.name
    _change_roles(actor, work, user, change)
    if change.password is not None:
        user.password_hash = hash_password(change.password)
        end_sessions_of(work, user_id)
    if change.is_active is not None and change.is_active != user.is_active:
        user.is_active = change.is_active
        if not change.is_active:
            end_sessions_of(work, user_id)
            revoke_before_now(actor, work, "subject", user_id, "user deactivated")
    work.session.flush()
    return user


def change_own_password(actor: Actor, work: Work, change: PasswordChange) -> None:
    """Change one's own password; ends all of one's sessions, this one too.

    Raises:
        ForbiddenError: not a user.
        InvalidInputError: the current password is wrong.
    """
    user = work.session.get(User, actor.id)
    if user is None:
        raise ForbiddenError("Only users have passwords.", code="user_needed")
    if not password_holds(user.password_hash, change.current_password):
        raise InvalidInputError("The current password is wrong.", code="password_wrong", field="current_password")
    user.password_hash = hash_password(change.new_password)
    end_sessions_of(work, user.id)


def _change_roles(actor: Actor, work: Work, user: User, change: UserChange) -> None:
    is_admin = user.is_admin if change.is_admin is None else change.is_admin
    role = change.organisation_role if "organisation_role" in change.model_fields_set else user.organisation_role
    if (is_admin, role) == (user.is_admin, user.organisation_role):
        return
    actor.require(Permission.ROLE_WRITE)
    if is_admin and not user.is_admin:
        require_no_more(actor, Permission, None)
    if role is not None and role != user.organisation_role:
        require_assignable(actor, work, role, None)
    user.is_admin, user.organisation_role = is_admin, role
    rotate_sessions_of(work, user.id)


def _may_read(actor: Actor, work: Work, user_id: str) -> bool:
    teams = actor.teams_with(Permission.USER_READ)
    return teams is None or any(row.team_id in teams for row in repository.memberships_of(work, user_id))


def _keep_an_administrator(work: Work, user: User) -> None:
    if user.is_admin and user.is_active and repository.count_active_admins(work) == 1:
        raise ConflictError("This is the last administrator.", code="last_administrator")
