"""Services: create, change, publish, retire, remove."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from passgate.contracts.service_policy import Access, AnyPolicy
from passgate.identity.models import Team
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.publishing import repository, version_repository
from passgate.publishing.errors import BasePathTakenError, HostTakenError, WrongStatusError
from passgate.publishing.models import Service, ServiceTeam
from passgate.publishing.policy_checks import (
    check_audiences,
    check_policies,
    check_scopes,
    refuse_cache,
    require_known_callers,
)
from passgate.publishing.revision_rows import new_revision, new_version
from passgate.publishing.schemas import ServiceChange, ServiceFilter, ServiceIn, ServiceView
from passgate.publishing.server_checks import check_server_policies
from passgate.publishing.service.publication import publish_row
from passgate.publishing.service.simple import change_simple, given_definition
from passgate.publishing.service_policies import policies_as_given, with_access
from passgate.publishing.service_view import view_of, views_of
from passgate.publishing.subscriptions.repository import drop_subscriptions
from passgate.storage.constraints import refusing
from passgate.storage.work import Work

_OF_REVISION = frozenset({"upstream_url", "host_header", "timeout_ms", "connect_timeout_ms"})
_APART = _OF_REVISION | {"access", "policies", "chosen_teams", "hosts", "tags"}
_NOT_COLUMNS = _APART | {"version", "definition", "publish"}


def list_services(
    actor: Actor, work: Work, page: PageRequest, wanted: ServiceFilter | None = None
) -> Page[ServiceView]:
    """The services of the actor's teams, and those of others that these may find, newest first.

    Raises:
        ForbiddenError: without the permission service:read.
    """
    actor.require_somewhere(Permission.SERVICE_READ)
    teams = actor.teams_with(Permission.SERVICE_READ)
    found = repository.services_page(work, page, teams, wanted or ServiceFilter())
    return Page(views_of(actor, work, found.items), found.next_cursor)


def get_service(actor: Actor, work: Work, service_id: str) -> ServiceView:
    """One service.

    Raises:
        NotFoundError: no such service, or another team's that is not published or that the actor may not find.
        ForbiddenError: without the permission service:read.
    """
    return view_of(actor, work, visible_service(actor, work, service_id))


def create_service(actor: Actor, work: Work, given: ServiceIn) -> ServiceView:
    """Add a service with its first version, as a draft or published at once.

    Raises:
        NotFoundError: no such team, or none that the actor has a part in.
        ForbiddenError: without the permission service:write in the team; to publish, without service:publish.
        BasePathTakenError: the base path is in use, or lies within or around another team's.
        HostTakenError: another team's service, or Passgate itself, answers at one of the hosts.
        InvalidInputError: neither base path nor host, or a definition that breaks a rule.
        ReviewRequiredError: it is to be published at once, and reviewed before.
    """
    actor.require(Permission.SERVICE_WRITE, given.team_id, what="team")
    if work.session.get(Team, given.team_id) is None:
        raise NotFoundError("No such team.", field="team_id")
    now = work.clock.now()
    row = Service(
        id=work.ids.new("svc"),
        **{name: getattr(given, name) for name in ServiceIn.model_fields if name not in _NOT_COLUMNS},
        hosts=list(given.hosts),
        tags=list(given.tags),
        policies=policies_as_given(with_access(given.policies, given.access)),
        default_version=given.version,
        status="draft",
        created_at=now,
        created_by=actor.id,
    )
    _check_policies(work, given.kind, given.policies, given.access)
    _require_free_address(work, row)
    with refusing(work, _path_taken(given.base_path)):
        work.session.add(row)
        work.session.flush()
        keep_addresses(work, row)
    _choose_teams(work, row, given.chosen_teams)
    version = new_version(actor, work, row, given.version, ())
    revision = new_revision(actor, work, row, version, given_definition(actor, work, row, given))
    if given.publish:
        publish_row(actor, work, row, version, revision)
    return view_of(actor, work, row)


def update_service(actor: Actor, work: Work, service_id: str, change: ServiceChange) -> ServiceView:
    """Change what the change names; on a published service it takes effect at once.

    Raises:
        NotFoundError: no such service, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:write; where it changes what is published, service:publish.
        BasePathTakenError: as :func:`create_service`; and HostTakenError, InvalidInputError, ReviewRequiredError.
    """
    row = writable_service(actor, work, service_id)
    given = change.model_dump(exclude_unset=True)
    if row.status == "published" and given.keys() - _HARMLESS:
        actor.require(Permission.SERVICE_PUBLISH, row.team_id, what="service")
    if "default_version" in given and change.default_version is not None:
        _require_version(work, row, change.default_version)
    _check_policies(work, row.kind, change.policies or (), change.access)
    with refusing(work, _path_taken(change.base_path or row.base_path)):
        for name in given.keys() - _APART:
            if getattr(change, name) is not None:
                setattr(row, name, getattr(change, name))
        _change_lists(row, change)
        if given.keys() & {"base_path", "hosts", "selection"}:
            _require_free_address(work, row)
            keep_addresses(work, row)
    if change.chosen_teams is not None:
        _choose_teams(work, row, change.chosen_teams)
    if given.keys() & _OF_REVISION:
        change_simple(actor, work, row, change)
    work.session.flush()
    return view_of(actor, work, row)


_HARMLESS = frozenset({"name", "description", "tags", "documentation"})
"""What no caller meets."""


def delete_service(actor: Actor, work: Work, service_id: str) -> None:
    """Remove a draft or a retired service, with its versions and subscriptions.

    Raises:
        NotFoundError: no such service, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:write.
        WrongStatusError: it is published; callers depend on it until it is retired.
    """
    row = writable_service(actor, work, service_id)
    if row.status == "published":
        raise WrongStatusError(f"{row.name} is published; retire it first.")
    drop_subscriptions(work, row.id)
    work.session.delete(row)
    work.session.flush()


def visible_service(actor: Actor, work: Work, service_id: str) -> Service:
    """The row, for an actor that may know of the service.

    Raises:
        NotFoundError: no such service, or another team's that is not published or that the actor may not find.
        ForbiddenError: without the permission service:read.
    """
    row = repository.find_service(work, service_id)
    actor.require_somewhere(Permission.SERVICE_READ)
    if row is None or not (actor.may(Permission.SERVICE_READ, row.team_id) or _is_found(actor, work, row)):
        raise NotFoundError("No such service.")
    return row


def own_service(actor: Actor, work: Work, service_id: str, permission: Permission) -> Service:
    """The row, for an actor with that permission in the service's team.

    Raises:
        NotFoundError: no such service, or one of a team that the actor has no part in.
        ForbiddenError: without the permission.
    """
    row = repository.find_service(work, service_id)
    if row is None:
        actor.require_somewhere(permission)
        raise NotFoundError("No such service.")
    actor.require(permission, row.team_id, what="service")
    return row


def writable_service(actor: Actor, work: Work, service_id: str) -> Service:
    """The row, for an actor that may write it; raises as :func:`own_service`."""
    return own_service(actor, work, service_id, Permission.SERVICE_WRITE)


def keep_addresses(work: Work, row: Service) -> None:
    """Note where the service answers: at its hosts, and where hosts select versions, at theirs."""
    hosts = set(row.hosts)
    if row.selection == "host":
        hosts |= {host for version in version_repository.versions_of(work, row.id) for host in version.hosts}
    own = sorted(hosts & work.own_names.hosts)
    if own:
        raise HostTakenError(f"{own[0]} is Passgate's own host: its console and API would be gone.", field="hosts")
    if foreign := repository.foreign_host(work, hosts, row.team_id):
        raise HostTakenError(f"{foreign} is a host of another team's service.", field="hosts")
    version_repository.set_addresses(work, row.id, [(host, row.base_path) for host in hosts or {""}])


def _is_found(actor: Actor, work: Work, row: Service) -> bool:
    if row.status != "published":
        return False
    if row.visibility != "chosen":
        return True
    teams = actor.teams_with(Permission.SERVICE_READ) or frozenset()
    chosen = select(ServiceTeam.team_id).where(ServiceTeam.service_id == row.id)
    return not teams.isdisjoint(work.session.scalars(chosen))


def _require_free_address(work: Work, row: Service) -> None:
    if not row.base_path and not row.hosts:
        raise InvalidInputError("A service without hosts of its own needs a base path.", field="base_path")
    with work.session.no_autoflush:
        for host in row.hosts or [""]:
            found = repository.service_at(work, host, row.base_path)
            if found is not None and found.service_id != row.id:
                if host:
                    raise HostTakenError(f"{host}{row.base_path} is another service's address.", field="hosts")
                raise _path_taken(row.base_path)
        if not row.hosts and repository.foreign_neighbour(work, row.base_path, row.team_id) is not None:
            rule = f"{row.base_path} lies within or around another team's base path."
            raise BasePathTakenError(rule, field="base_path")


def _check_policies(work: Work, kind: str, policies: tuple[AnyPolicy, ...], access: Access | None) -> None:
    check_policies(policies)
    if kind == "mcp":
        check_server_policies(policies)
    if kind == "prompt":
        require_known_callers(policies, access)
        refuse_cache(policies)
    check_scopes(work, policies)
    check_audiences(work, policies)
    for at, policy in enumerate(policies):
        if policy.routes:
            rule = "A service's policies hold for all routes; put it into a revision."
            raise InvalidInputError(rule, field=f"policies.{at}.routes")


def _change_lists(row: Service, change: ServiceChange) -> None:
    if change.hosts is not None:
        row.hosts = list(change.hosts)
    if change.tags is not None:
        row.tags = list(change.tags)
    if change.policies is not None or change.access is not None:
        policies: Any = change.policies if change.policies is not None else row.policies
        row.policies = policies_as_given(with_access(policies, change.access))


def _choose_teams(work: Work, row: Service, teams: Iterable[str]) -> None:
    for team in teams:
        if work.session.get(Team, team) is None:
            raise NotFoundError("No such team.", field="chosen_teams")
    version_repository.set_chosen_teams(work, row.id, teams)
    work.session.flush()


def _require_version(work: Work, row: Service, name: str) -> None:
    if version_repository.version_named(work, row.id, name) is None:
        raise NotFoundError(f"There is no version {name}.", field="default_version")


def _path_taken(base_path: str) -> BasePathTakenError:
    return BasePathTakenError(f"{base_path or '/'} is the base path of another service.", field="base_path")
