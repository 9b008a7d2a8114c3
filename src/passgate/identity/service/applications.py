"""Applications: the consumers that tokens are issued to."""

from collections.abc import Collection

from sqlalchemy import select

from passgate.identity import repository
from passgate.identity.models import Application, Team
from passgate.identity.schemas import ApplicationChange, ApplicationIn, Revoked
from passgate.identity.service.revocation import revoke_before_now
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_WHAT = "application"


def list_applications(
    actor: Actor, work: Work, page: PageRequest, team_id: str | None = None, search: str | None = None
) -> Page[Application]:
    """The applications that the actor may read, newest first; of one team, or whose name holds a text.

    Raises:
        ForbiddenError: without the permission application:read anywhere.
    """
    actor.require_somewhere(Permission.APPLICATION_READ)
    query, teams = select(Application), actor.teams_with(Permission.APPLICATION_READ)
    if teams is not None:
        query = query.where(Application.team_id.in_(teams))
    if team_id is not None:
        query = query.where(Application.team_id == team_id)
    if search:
        query = query.where(repository.contains(Application.name, search))
    return repository.page_of(work, query, Application.id, page)


def get_application(actor: Actor, work: Work, application_id: str) -> Application:
    """One application.

    Raises:
        NotFoundError: no such application, or one of a team that the actor has no part in.
        ForbiddenError: without the permission application:read.
    """
    application = work.session.get(Application, application_id)
    return _allowed(actor, application, Permission.APPLICATION_READ)


def application_names(actor: Actor, work: Work, ids: Collection[str]) -> dict[str, str]:
    """The names of some applications, by id; nothing of those that are gone or that the actor may not read."""
    teams = actor.teams_with(Permission.APPLICATION_READ)
    query = select(Application.id, Application.name).where(Application.id.in_(sorted(ids)))
    if teams is not None:
        query = query.where(Application.team_id.in_(teams))
    return {row.id: row.name for row in work.session.execute(query)}


def named_application(actor: Actor, work: Work, id_or_name: str, field: str) -> str:
    """The id of the application that somebody wrote down by its id or name.

    Raises:
        InvalidInputError: the actor may read none of that id or name, or several of that name; it names ``field``.
    """
    teams = actor.teams_with(Permission.APPLICATION_READ)
    query = select(Application.id).where((Application.id == id_or_name) | (Application.name == id_or_name))
    if teams is not None:
        query = query.where(Application.team_id.in_(teams))
    found = work.session.scalars(query.limit(2)).all()
    if not found:
        raise InvalidInputError(f"There is no application {id_or_name}.", field=field)
    if len(found) > 1:
        raise InvalidInputError(f"Several applications are called {id_or_name}: write the id of one.", field=field)
    return found[0]


def create_application(actor: Actor, work: Work, given: ApplicationIn) -> Application:
    """Add an application to a team.

    Raises:
        NotFoundError: no such team, or none that the actor has a part in.
        ForbiddenError: without the permission application:write.
        ConflictError: the team has an application of that name.
    """
    actor.require(Permission.APPLICATION_WRITE, given.team_id, what="team")
    if work.session.get(Team, given.team_id) is None:
        raise NotFoundError("No such team.", field="team_id")
    _refuse_taken(work, given.team_id, given.name)
    if given.body_log_days is not None:
        actor.require(Permission.BODY_READ, given.team_id, what=_WHAT)
    application = Application(
        id=work.ids.new("app"),
        team_id=given.team_id,
        name=given.name,
        description=given.description,
        is_active=True,
        models=given.models,
        body_log_days=given.body_log_days,
        created_at=work.clock.now(),
        created_by=actor.id,
    )
    work.session.add(application)
    work.session.flush()
    return application


def update_application(actor: Actor, work: Work, application_id: str, change: ApplicationChange) -> Application:
    """Change an application. Deactivation revokes all of its tokens; once active again it needs new ones.

    Raises:
        NotFoundError: no such application, or one of a team that the actor has no part in.
        ForbiddenError: without the permission application:write; or body:read, where logging of bodies changes.
        ConflictError: the team has another application of that name.
    """
    application = _locked(actor, work, application_id, Permission.APPLICATION_WRITE)
    if change.name is not None and change.name != application.name:
        _refuse_taken(work, application.team_id, change.name)
        application.name = change.name
    if change.description is not None:
        application.description = change.description
    if "models" in change.model_fields_set:
        application.models = change.models
    if "body_log_days" in change.model_fields_set and change.body_log_days != application.body_log_days:
        actor.require(Permission.BODY_READ, application.team_id, what=_WHAT)
        application.body_log_days = change.body_log_days
    if change.is_active is not None and change.is_active != application.is_active:
        application.is_active = change.is_active
        if not change.is_active:
            revoke_before_now(actor, work, "application", application_id, "application deactivated")
    work.session.flush()
    return application


def delete_application(actor: Actor, work: Work, application_id: str) -> Revoked:
    """Delete an application and revoke all of its tokens, which stay in the registry.

    Raises:
        NotFoundError: no such application, or one of a team that the actor has no part in.
        ForbiddenError: without the permission application:write.
    """
    application = _locked(actor, work, application_id, Permission.APPLICATION_WRITE)
    revoked = revoke_before_now(actor, work, "application", application_id, "application deleted")
    work.session.delete(application)
    work.session.flush()
    return revoked


def _locked(actor: Actor, work: Work, application_id: str, permission: Permission) -> Application:
    return _allowed(actor, repository.lock_application(work, application_id), permission)


def _allowed(actor: Actor, application: Application | None, permission: Permission) -> Application:
    if application is None:
        raise NotFoundError("No such application.")
    actor.require(permission, application.team_id, what=_WHAT)
    return application


def _refuse_taken(work: Work, team_id: str, name: str) -> None:
    taken = select(Application).where(Application.team_id == team_id, Application.name == name)
    if work.session.scalars(taken).first() is not None:
        raise ConflictError("The team has an application of this name.", code="name_taken", field="name")
