"""Roles: what the built-in and the custom ones allow, and who may give them to whom."""

from collections.abc import Iterable

from sqlalchemy import func, or_, select

from passgate.identity.models import Membership, Team, User
from passgate.identity.role_schemas import CustomRoleChange, CustomRoleIn, RoleView
from passgate.identity.roles import CustomRole
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from passgate.kernel.permissions import BUILT_IN_IN_TEAMS, ROLE_PERMISSIONS, Permission, Role
from passgate.storage.constraints import refusing
from passgate.storage.work import Work

_BUILT_IN_TEXT = {
    Role.ADMIN: "Everything, in every team.",
    Role.OWNER: "Everything in the team.",
    Role.DEVELOPER: "Applications, tokens and subscriptions of the team.",
    Role.VIEWER: "May look at what the team has.",
}
_TAKEN = ConflictError("A role has this name already.", code="name_taken", field="name")


def permissions_of_role(work: Work, role: str, team_id: str | None) -> frozenset[Permission]:
    """What a role allows now in a team, or (without a team) over everything; nothing where it is gone."""
    if role in BUILT_IN_IN_TEAMS and team_id is not None:
        return ROLE_PERMISSIONS[Role(role)]
    found = work.session.get(CustomRole, role)
    if found is None or found.team_id not in {None, team_id}:
        return frozenset()
    return _known(found.permissions)


def role_name(work: Work, role: str) -> str:
    """What a role is called."""
    if role in {each.value for each in Role}:
        return role.capitalize()
    found = work.session.get(CustomRole, role)
    return found.name if found is not None else "Removed role"


def list_roles(actor: Actor, work: Work, team_id: str | None = None) -> list[RoleView]:
    """The built-in roles, then the custom ones: the organisation's, and those of teams that the actor may read.

    Raises:
        ForbiddenError: without the permission role:read anywhere.
    """
    actor.require_somewhere(Permission.ROLE_READ)
    query, teams = select(CustomRole), actor.teams_with(Permission.ROLE_READ)
    if teams is not None:
        query = query.where(or_(CustomRole.team_id.is_(None), CustomRole.team_id.in_(teams)))
    if team_id is not None:
        query = query.where(or_(CustomRole.team_id.is_(None), CustomRole.team_id == team_id))
    rows = work.session.scalars(query.order_by(CustomRole.name, CustomRole.id)).all()
    holders = _holders(work)
    return [*(_built_in(role, holders) for role in Role), *(_view(actor, row, holders) for row in rows)]


def get_role(actor: Actor, work: Work, role_id: str) -> RoleView:
    """One role, by its id; a built-in one's is its name.

    Raises:
        NotFoundError: no such role, or one of a team that the actor has no part in.
        ForbiddenError: without the permission role:read.
    """
    if role_id in {each.value for each in Role}:
        actor.require_somewhere(Permission.ROLE_READ)
        return _built_in(Role(role_id), _holders(work))
    return _view(actor, _found(actor, work, role_id, Permission.ROLE_READ), _holders(work))


def create_role(actor: Actor, work: Work, given: CustomRoleIn) -> RoleView:
    """Add a role, with no permission that the actor does not hold there.

    Raises:
        NotFoundError: no such team, or none that the actor has a part in.
        ForbiddenError: without the permission role:write, or one of the role's own.
        ConflictError: the team, or the organisation, has a role of that name.
    """
    actor.require(Permission.ROLE_WRITE, given.team_id, what="team")
    if given.team_id is not None and work.session.get(Team, given.team_id) is None:
        raise NotFoundError("No such team.", field="team_id")
    require_no_more(actor, given.permissions, given.team_id)
    row = CustomRole(
        id=work.ids.new("role"),
        team_id=given.team_id,
        name=given.name,
        description=given.description,
        permissions=sorted(given.permissions),
        created_at=work.clock.now(),
        created_by=actor.id,
    )
    with refusing(work, _TAKEN):
        work.session.add(row)
    return _view(actor, row, {})


def update_role(actor: Actor, work: Work, role_id: str, change: CustomRoleChange) -> RoleView:
    """Change a role; whoever holds it holds what it then allows, from their next call on.

    Raises:
        NotFoundError: no such role, or one of a team that the actor has no part in.
        ForbiddenError: without the permission role:write, or one of those that the role has or is to have.
        ConflictError: another role of the team, or of the organisation, has the name.
    """
    row = _found(actor, work, role_id, Permission.ROLE_WRITE)
    require_no_more(actor, [*_known(row.permissions), *(change.permissions or ())], row.team_id)
    with refusing(work, _TAKEN):
        if change.name is not None:
            row.name = change.name
        if change.description is not None:
            row.description = change.description
        if change.permissions is not None:
            row.permissions = sorted(change.permissions)
    return _view(actor, row, _holders(work))


def delete_role(actor: Actor, work: Work, role_id: str) -> None:
    """Delete a role that nobody holds.

    Raises:
        NotFoundError: no such role, or one of a team that the actor has no part in.
        ForbiddenError: without the permission role:write.
        ConflictError: somebody holds it.
    """
    row = _found(actor, work, role_id, Permission.ROLE_WRITE)
    count = _holders(work).get(role_id, 0)
    if count:
        raise ConflictError(f"{count} hold this role; give them another first.", code="role_in_use")
    work.session.delete(row)
    work.session.flush()


def require_assignable(actor: Actor, work: Work, role: str, team_id: str | None) -> None:
    """Refuse to give somebody a role in a team (or over everything) that is not one for there, or allows too much.

    Raises:
        InvalidInputError: no such role there.
        ForbiddenError: it allows what the actor may not do there, so giving it would be a way around that.
    """
    is_built_in = role in BUILT_IN_IN_TEAMS and team_id is not None
    found = None if is_built_in else work.session.get(CustomRole, role)
    if not is_built_in and (found is None or found.team_id not in {None, team_id}):
        raise InvalidInputError("There is no such role here.", code="role_unknown", field="role")
    require_no_more(actor, permissions_of_role(work, role, team_id), team_id)


def require_no_more(actor: Actor, permissions: Iterable[Permission], team_id: str | None) -> None:
    """Refuse permissions that the actor does not hold there.

    Raises:
        ForbiddenError: names the first of them.
    """
    beyond = sorted(permission for permission in permissions if not actor.may(permission, team_id))
    if beyond:
        raise ForbiddenError(
            f"The permission {beyond[0]} is beyond yours.", code="permission_beyond", field="permissions"
        )


def _known(names: Iterable[str]) -> frozenset[Permission]:
    """The permissions of these names; one that this Passgate does not have any more allows nothing."""
    return frozenset(Permission) & frozenset(names)


def _found(actor: Actor, work: Work, role_id: str, permission: Permission) -> CustomRole:
    row = work.session.get(CustomRole, role_id)
    if row is None:
        actor.require_somewhere(permission)
        raise NotFoundError("No such role.")
    if row.team_id is None and permission is Permission.ROLE_READ:
        actor.require_somewhere(permission)
    else:
        actor.require(permission, row.team_id, what="role")
    return row


def _holders(work: Work) -> dict[str, int]:
    members = work.session.execute(select(Membership.role, func.count()).group_by(Membership.role)).all()
    counts = {str(row[0]): int(row[1]) for row in members}
    over_all = select(User.organisation_role, func.count()).where(User.organisation_role.is_not(None))
    for role, count in work.session.execute(over_all.group_by(User.organisation_role)).all():
        counts[str(role)] = counts.get(str(role), 0) + int(count)
    counts[Role.ADMIN] = work.session.scalar(select(func.count()).select_from(User).where(User.is_admin)) or 0
    return counts


def _built_in(role: Role, holders: dict[str, int]) -> RoleView:
    return RoleView(
        id=role.value,
        name=role.value.capitalize(),
        description=_BUILT_IN_TEXT[role],
        team_id=None,
        is_built_in=True,
        permissions=sorted(ROLE_PERMISSIONS[role]),
        holders=holders.get(role.value, 0),
        can_edit=False,
    )


def _view(actor: Actor, row: CustomRole, holders: dict[str, int]) -> RoleView:
    return RoleView(
        id=row.id,
        name=row.name,
        description=row.description,
        team_id=row.team_id,
        is_built_in=False,
        permissions=sorted(_known(row.permissions)),
        holders=holders.get(row.id, 0),
        can_edit=actor.may(Permission.ROLE_WRITE, row.team_id),
    )
