"""The scope catalogue, and the roles that applications bear: what stands in tokens besides who they are of."""

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select

from passgate.identity.models import Application, Membership, Team, User
from passgate.identity.role_schemas import ScopeChange, ScopeIn, ScopeView
from passgate.identity.roles import ApplicationRole, CustomRole
from passgate.identity.scopes import ScopeEntry, ScopeGrant
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from passgate.kernel.permissions import Permission, Role
from passgate.storage.constraints import refusing
from passgate.storage.work import Work


def list_scopes(actor: Actor, work: Work, team_id: str | None = None) -> list[ScopeView]:
    """All scopes, by name: which there are, every team may know, for otherwise it could not ask for one.

    Raises:
        ForbiddenError: without the permission scope:read anywhere.
    """
    actor.require_somewhere(Permission.SCOPE_READ)
    query = select(ScopeEntry).order_by(ScopeEntry.name)
    if team_id is not None:
        query = query.where(ScopeEntry.team_id == team_id)
    rows = work.session.scalars(query).all()
    grants = _grants(work, [row.id for row in rows])
    return [_view(row, grants.get(row.id, ())) for row in rows]


def create_scope(actor: Actor, work: Work, given: ScopeIn) -> ScopeView:
    """Put a scope into the catalogue; from now on only its team's applications, and those granted it, may have it.

    Raises:
        NotFoundError: no such team, or none that the actor has a part in.
        ForbiddenError: without the permission scope:write.
        ConflictError: there is a scope of that name.
    """
    actor.require(Permission.SCOPE_WRITE, given.team_id, what="team")
    if work.session.get(Team, given.team_id) is None:
        raise NotFoundError("No such team.", field="team_id")
    row = ScopeEntry(id=work.ids.new("scope"), **given.model_dump(), created_at=work.clock.now(), created_by=actor.id)
    with refusing(work, ConflictError("There is a scope of this name.", code="name_taken", field="name")):
        work.session.add(row)
    return _view(row, ())


def update_scope(actor: Actor, work: Work, scope_id: str, change: ScopeChange) -> ScopeView:
    """Change what a scope is for.

    Raises:
        NotFoundError: no such scope.
        ForbiddenError: without the permission scope:write in its team.
    """
    row = _writable(actor, work, scope_id)
    for name, value in change.model_dump(exclude_unset=True).items():
        if value is not None or name == "service_id":
            setattr(row, name, value)
    work.session.flush()
    return _view(row, _grants(work, [row.id]).get(row.id, ()))


def delete_scope(actor: Actor, work: Work, scope_id: str) -> None:
    """Take a scope out of the catalogue; tokens that bear it keep it until they expire.

    Raises:
        NotFoundError: no such scope.
        ForbiddenError: without the permission scope:write in its team.
    """
    row = _writable(actor, work, scope_id)
    for grant in work.session.scalars(select(ScopeGrant).where(ScopeGrant.scope_id == scope_id)).all():
        work.session.delete(grant)
    work.session.flush()
    work.session.delete(row)
    work.session.flush()


def grant_scope(actor: Actor, work: Work, scope_id: str, application_id: str) -> None:
    """Let an application of any team have the scope in its next tokens.

    Raises:
        NotFoundError: no such scope or application.
        ForbiddenError: without the permission scope:write in the scope's team.
    """
    _writable(actor, work, scope_id)
    if work.session.get(Application, application_id) is None:
        raise NotFoundError("No such application.", field="application_id")
    if work.session.get(ScopeGrant, (scope_id, application_id)) is None:
        work.session.add(
            ScopeGrant(
                scope_id=scope_id, application_id=application_id, created_at=work.clock.now(), created_by=actor.id
            )
        )
        work.session.flush()


def revoke_scope(actor: Actor, work: Work, scope_id: str, application_id: str) -> None:
    """Take the scope from an application: its next tokens do not bear it; revoke the present ones where they must not.

    Raises:
        NotFoundError: no such scope, or not granted.
        ForbiddenError: without the permission scope:write in the scope's team.
    """
    _writable(actor, work, scope_id)
    grant = work.session.get(ScopeGrant, (scope_id, application_id))
    if grant is None:
        raise NotFoundError("This application was not granted the scope.")
    work.session.delete(grant)
    work.session.flush()


def check_scopes(
    work: Work, application_id: str, team_id: str, scopes: Iterable[str], audiences: Sequence[str] | None = None
) -> None:
    """Refuse scopes that an application may not have in a token; those in no catalogue are free.

    Args:
        work: the unit of work.
        application_id: who is to bear the token.
        team_id: whose the application is.
        scopes: what was asked for.
        audiences: the token's; None: not checked.

    Raises:
        ForbiddenError: a scope of another team that was not granted.
        InvalidInputError: a scope that belongs in tokens of another audience.
    """
    wanted = list(scopes)
    if not wanted:
        return
    granted = select(ScopeGrant.scope_id).where(ScopeGrant.application_id == application_id)
    allowed = or_(ScopeEntry.team_id == team_id, ScopeEntry.id.in_(granted))
    query = select(ScopeEntry.name, ScopeEntry.audience, allowed.label("allowed"))
    for name, belongs_to, may in work.session.execute(query.where(ScopeEntry.name.in_(wanted))).all():
        if not may:
            raise ForbiddenError(
                f"The application was not granted the scope {name}.", code="scope_not_granted", field="scopes"
            )
        if audiences is not None and belongs_to and belongs_to not in audiences:
            raise InvalidInputError(
                f"The scope {name} belongs in tokens for {belongs_to}.", code="scope_audience", field="scopes"
            )


def roles_of_application(work: Work, application_id: str) -> list[str]:
    """The roles that stand in the claim ``roles`` of an application's next tokens, in order."""
    query = select(ApplicationRole.name).where(ApplicationRole.application_id == application_id)
    return list(work.session.scalars(query.order_by(ApplicationRole.name)))


def roles_of_bearer(work: Work, application_id: str | None, user_id: str | None, team_id: str | None) -> list[str]:
    """The claim ``roles`` (RFC 9068 section 2.2.3.1) of a token issued now.

    An application's own token bears the application's roles. One that speaks for a user bears the roles that the user
    holds in the application's team, built-in ones by their name, custom ones likewise, and ``admin``.
    """
    if user_id is None:
        return roles_of_application(work, application_id) if application_id is not None else []
    user = work.session.get(User, user_id)
    member = work.session.get(Membership, (user_id, team_id)) if team_id is not None else None
    roles = [Role.ADMIN.value] if user is not None and user.is_admin else []
    if member is not None:
        custom = work.session.get(CustomRole, member.role)
        roles.append(custom.name if custom is not None else member.role)
    return roles


def list_application_roles(actor: Actor, work: Work, application_id: str) -> list[str]:
    """The roles that an application bears.

    Raises:
        NotFoundError: no such application, or one of a team that the actor has no part in.
        ForbiddenError: without the permission application:read.
    """
    application = work.session.get(Application, application_id)
    if application is None:
        raise NotFoundError("No such application.")
    actor.require(Permission.APPLICATION_READ, application.team_id, what="application")
    return roles_of_application(work, application_id)


def set_application_roles(actor: Actor, work: Work, application_id: str, roles: Sequence[str]) -> list[str]:
    """Give an application these roles and no others; its next tokens bear them.

    A role speaks to the services of all teams. So it takes role:write over everything, not in the team alone.

    Raises:
        NotFoundError: no such application.
        ForbiddenError: without the permission role:write over everything.
    """
    actor.require(Permission.ROLE_WRITE)
    if work.session.get(Application, application_id) is None:
        raise NotFoundError("No such application.")
    query = select(ApplicationRole).where(ApplicationRole.application_id == application_id)
    present = {row.name: row for row in work.session.scalars(query)}
    for name, row in present.items():
        if name not in roles:
            work.session.delete(row)
    for name in roles:
        if name not in present:
            work.session.add(
                ApplicationRole(
                    application_id=application_id, name=name, created_at=work.clock.now(), created_by=actor.id
                )
            )
    work.session.flush()
    return sorted(roles)


def _writable(actor: Actor, work: Work, scope_id: str) -> ScopeEntry:
    row = work.session.get(ScopeEntry, scope_id)
    if row is None:
        actor.require_somewhere(Permission.SCOPE_WRITE)
        raise NotFoundError("No such scope.")
    actor.require(Permission.SCOPE_WRITE, row.team_id, what="scope")
    return row


def _grants(work: Work, scope_ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    query = select(ScopeGrant).where(ScopeGrant.scope_id.in_(scope_ids)).order_by(ScopeGrant.application_id)
    for grant in work.session.scalars(query):
        found.setdefault(grant.scope_id, []).append(grant.application_id)
    return found


def _view(row: ScopeEntry, granted_to: Sequence[str]) -> ScopeView:
    return ScopeView(
        id=row.id,
        name=row.name,
        description=row.description,
        team_id=row.team_id,
        service_id=row.service_id,
        audience=row.audience,
        granted_to=granted_to,
    )
