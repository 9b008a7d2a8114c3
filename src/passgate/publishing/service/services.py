"""Services: create, change, publish, retire, remove."""

from passgate.identity.models import Team
from passgate.kernel.actor import Actor
from passgate.kernel.errors import NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.publishing import repository
from passgate.publishing.errors import BasePathTakenError, WrongStatusError
from passgate.publishing.models import Service
from passgate.publishing.schemas import ServiceChange, ServiceIn, ServiceStatus, ServiceView
from passgate.storage.constraints import refusing
from passgate.storage.work import Work

_NULLABLE = frozenset({"host_header"})


def list_services(
    actor: Actor, work: Work, page: PageRequest, search: str | None = None, status: ServiceStatus | None = None
) -> Page[ServiceView]:
    """The services of the actor's teams, and the published ones of every team, newest first.

    Raises:
        ForbiddenError: without the permission service:read.
    """
    actor.require_somewhere(Permission.SERVICE_READ)
    found = repository.services_page(work, page, actor.teams_with(Permission.SERVICE_READ), search, status)
    counts = repository.subscription_counts(work, [row.id for row in found.items])
    return Page([_view(actor, row, counts.get(row.id, 0)) for row in found.items], found.next_cursor)


def get_service(actor: Actor, work: Work, service_id: str) -> ServiceView:
    """One service.

    Raises:
        NotFoundError: no such service, or another team's that is not published.
        ForbiddenError: without the permission service:read.
    """
    return _seen(actor, work, visible_service(actor, work, service_id))


def create_service(actor: Actor, work: Work, given: ServiceIn) -> ServiceView:
    """Add a service, as a draft or published at once.

    Raises:
        NotFoundError: no such team, or none that the actor has a part in.
        ForbiddenError: without the permission service:write in the team.
        BasePathTakenError: the base path is in use, or lies within or around another team's.
    """
    actor.require(Permission.SERVICE_WRITE, given.team_id, what="team")
    if work.session.get(Team, given.team_id) is None:
        raise NotFoundError("No such team.", field="team_id")
    _require_free_path(work, given.base_path, given.team_id)
    now = work.clock.now()
    row = Service(
        id=work.ids.new("svc"),
        **given.model_dump(exclude={"publish"}),
        status="published" if given.publish else "draft",
        created_at=now,
        created_by=actor.id,
        published_at=now if given.publish else None,
    )
    with refusing(work, _path_taken(given.base_path)):
        work.session.add(row)
    return _view(actor, row, 0)


def update_service(actor: Actor, work: Work, service_id: str, change: ServiceChange) -> ServiceView:
    """Change what the change names; on a published service it takes effect at once.

    Raises:
        NotFoundError: no such service, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:write.
        BasePathTakenError: as :func:`create_service`.
    """
    row = _writable(actor, work, service_id)
    given = {
        name: value
        for name, value in change.model_dump(exclude_unset=True).items()
        if value is not None or name in _NULLABLE
    }
    base_path = given.get("base_path", row.base_path)
    if base_path != row.base_path:
        _require_free_path(work, base_path, row.team_id)
    with refusing(work, _path_taken(base_path)):
        for name, value in given.items():
            setattr(row, name, value)
    return _seen(actor, work, row)


def publish_service(actor: Actor, work: Work, service_id: str) -> ServiceView:
    """Open the route, of a draft or of a retired service; nothing changes where it is open.

    Raises:
        NotFoundError: no such service, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:write.
    """
    row = _writable(actor, work, service_id)
    if row.status != "published":
        row.status = "published"
        row.published_at = work.clock.now()
        work.session.flush()
    return _seen(actor, work, row)


def retire_service(actor: Actor, work: Work, service_id: str) -> ServiceView:
    """Close the route at once; subscriptions stay, and hold again if it is published again.

    Raises:
        NotFoundError: no such service, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:write.
        WrongStatusError: it was never published.
    """
    row = _writable(actor, work, service_id)
    if row.status == "draft":
        raise WrongStatusError(f"{row.name} is a draft; only a published service can be retired.")
    row.status = "retired"
    work.session.flush()
    return _seen(actor, work, row)


def delete_service(actor: Actor, work: Work, service_id: str) -> None:
    """Remove a draft or a retired service, with its subscriptions.

    Raises:
        NotFoundError: no such service, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:write.
        WrongStatusError: it is published; callers depend on it until it is retired.
    """
    row = _writable(actor, work, service_id)
    if row.status == "published":
        raise WrongStatusError(f"{row.name} is published; retire it first.")
    for subscription in repository.subscriptions_of_service(work, row.id):
        work.session.delete(subscription)
    work.session.flush()
    work.session.delete(row)
    work.session.flush()


def visible_service(actor: Actor, work: Work, service_id: str) -> Service:
    """The row, for an actor that may know of the service.

    Raises:
        NotFoundError: no such service, or another team's that is not published.
        ForbiddenError: without the permission service:read.
    """
    row = repository.find_service(work, service_id)
    actor.require_somewhere(Permission.SERVICE_READ)
    if row is None or (row.status != "published" and not actor.may(Permission.SERVICE_READ, row.team_id)):
        raise NotFoundError("No such service.")
    return row


def _writable(actor: Actor, work: Work, service_id: str) -> Service:
    row = repository.find_service(work, service_id)
    if row is None:
        actor.require_somewhere(Permission.SERVICE_WRITE)
        raise NotFoundError("No such service.")
    actor.require(Permission.SERVICE_WRITE, row.team_id, what="service")
    return row


def _require_free_path(work: Work, base_path: str, team_id: str) -> None:
    if repository.service_at(work, base_path) is not None:
        raise _path_taken(base_path)
    if repository.foreign_neighbour(work, base_path, team_id) is not None:
        raise BasePathTakenError(f"{base_path} lies within or around another team's base path.", field="base_path")


def _path_taken(base_path: str) -> BasePathTakenError:
    return BasePathTakenError(f"{base_path} is the base path of another service.", field="base_path")


def _seen(actor: Actor, work: Work, row: Service) -> ServiceView:
    return _view(actor, row, repository.subscription_counts(work, [row.id]).get(row.id, 0))


def _view(actor: Actor, row: Service, subscriptions: int) -> ServiceView:
    view = ServiceView.model_validate(row)
    if actor.may(Permission.SERVICE_READ, row.team_id):
        return view.model_copy(update={"subscription_count": subscriptions})
    return view.model_copy(update={"upstream_url": None, "host_header": None, "created_by": None})
