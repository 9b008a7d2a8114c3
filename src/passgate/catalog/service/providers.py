"""Configured accounts at vendors."""

from passgate.catalog import repository
from passgate.catalog.base_url import origin_of, require_transport
from passgate.catalog.errors import NameTakenError, ProviderInUseError
from passgate.catalog.models import Provider
from passgate.catalog.placement import refuse_address
from passgate.catalog.rules import forget_model
from passgate.catalog.schemas import ConnectionIn, ProviderChange, ProviderIn, ProviderView
from passgate.catalog.vendors import Vendor, find_vendor
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.constraints import refusing
from passgate.storage.work import Work

_NAMES_SHOWN = 10


def list_providers(actor: Actor, work: Work, page: PageRequest, search: str | None = None) -> Page[ProviderView]:
    """The providers of the actor's teams and of the whole organisation, newest first.

    Raises:
        ForbiddenError: without the permission provider:read.
    """
    actor.require_somewhere(Permission.PROVIDER_READ)
    found = repository.providers_page(work, page, actor.teams_with(Permission.PROVIDER_READ), search)
    counts = repository.model_counts(work, [row.id for row in found.items])
    return Page([_view(row, counts.get(row.id, 0)) for row in found.items], found.next_cursor)


def get_provider(actor: Actor, work: Work, provider_id: str) -> ProviderView:
    """One provider.

    Raises:
        NotFoundError: no such provider, or one of a team that the actor has no part in.
        ForbiddenError: without the permission provider:read.
    """
    row = readable_provider(actor, work, provider_id)
    return _view(row, repository.model_counts(work, [row.id]).get(row.id, 0))


def create_provider(actor: Actor, work: Work, given: ProviderIn) -> ProviderView:
    """Add a provider; its key is sealed at once.

    Raises:
        ForbiddenError: without the permission provider:write in the team, or everywhere where no team is named.
        NotFoundError: no such team, or none that the actor has a part in.
        InvalidInputError: an unknown vendor, or a key or base URL that the vendor's row asks for and that is missing.
        NameTakenError: another provider has the name.
    """
    actor.require(Permission.PROVIDER_WRITE, given.team_id, what="team")
    _, base_url, api_key = checked_connection(given)
    _require_free_name(work, given.name)
    row = Provider(
        id=work.ids.new("prv"),
        team_id=given.team_id,
        name=given.name,
        vendor=given.vendor,
        base_url=base_url,
        sealed_api_key=work.vault.seal(api_key) if api_key is not None else None,
        is_enabled=given.is_enabled,
        created_at=work.clock.now(),
        pass_through=given.pass_through,
        pass_through_applications=sorted(set(given.pass_through_applications)),
        pass_through_charge=given.pass_through_charge_micro_dollars,
    )
    refusal = NotFoundError("No such team.", field="team_id") if given.team_id else _name_taken(given.name)
    with refusing(work, refusal):
        work.session.add(row)
    return _view(row, 0)


def update_provider(actor: Actor, work: Work, provider_id: str, change: ProviderChange) -> ProviderView:
    """Change what the change names.

    Raises:
        NotFoundError: as :func:`get_provider`.
        ForbiddenError: without the permission provider:write.
        InvalidInputError: no key where the vendor needs one, or another host without the key pasted again, so that
            nobody can send a stored key to a host of their choice.
        NameTakenError: another provider has the name.
    """
    row = writable_provider(actor, work, provider_id)
    vendor = find_vendor(row.vendor)
    names_key = "api_key" in change.model_fields_set
    if change.base_url is not None and change.base_url != row.base_url:
        require_transport(vendor, change.base_url)
        if row.sealed_api_key and not names_key and origin_of(change.base_url) != origin_of(row.base_url):
            raise InvalidInputError("Another host needs the API key to be pasted again.", field="api_key")
        refuse_address(work, row, change.base_url)
    if names_key and change.api_key is None and vendor.needs_key:
        raise InvalidInputError(f"{vendor.name} needs an API key.", field="api_key")
    if change.name is not None and change.name != row.name:
        _require_free_name(work, change.name)
    with refusing(work, _name_taken(change.name or row.name)):
        row.name = change.name or row.name
        row.base_url = change.base_url or row.base_url
        row.is_enabled = row.is_enabled if change.is_enabled is None else change.is_enabled
        _change_pass_through(row, change)
        if names_key:
            row.sealed_api_key = work.vault.seal(change.api_key.get_secret_value()) if change.api_key else None
    return _view(row, repository.model_counts(work, [row.id]).get(row.id, 0))


def delete_provider(actor: Actor, work: Work, provider_id: str, *, cascade: bool = False) -> None:
    """Remove a provider; with ``cascade`` its deployments too, and the models that nothing else answers for.

    Raises:
        NotFoundError: as :func:`get_provider`.
        ForbiddenError: without the permission provider:write, or model:write where models go with it.
        ProviderInUseError: models depend on it and ``cascade`` is not set; names them.
    """
    row = writable_provider(actor, work, provider_id)
    used = repository.deployments_of_provider(work, provider_id)
    names = sorted({model.name for _, model in used})
    if names and not cascade:
        shown = ", ".join(names[:_NAMES_SHOWN]) + (" and others" if len(names) > _NAMES_SHOWN else "")
        raise ProviderInUseError(
            f"{row.name} answers for {len(names)} models: {shown}. Delete with cascade to remove them."
        )
    if used:
        actor.require(Permission.MODEL_WRITE, row.team_id, what="provider")
    for key in repository.keys_of_providers(work, [row.id]):
        work.session.delete(key)
    for deployment, _ in used:
        work.session.delete(deployment)
    work.session.flush()
    models = {model.id: model for _, model in used}
    still_served = {deployment.model_id for deployment, _ in repository.deployments_of_models(work, models)}
    for model_id, model in models.items():
        if model_id not in still_served:
            forget_model(work, model)
            work.session.delete(model)
    work.session.flush()
    work.session.delete(row)
    work.session.flush()


def checked_connection(given: ConnectionIn) -> tuple[Vendor, str, str | None]:
    """The vendor, the base URL and the key of a connection, checked against the vendor's row.

    Raises:
        InvalidInputError: an unknown vendor, a missing base URL or key, or http towards a public host.
    """
    vendor = find_vendor(given.vendor)
    if given.base_url is None and vendor.needs_base_url:
        raise InvalidInputError(f"{vendor.name} needs a base URL.", field="base_url")
    if given.api_key is None and vendor.needs_key:
        raise InvalidInputError(f"{vendor.name} needs an API key.", field="api_key")
    base_url = given.base_url or vendor.base_url
    require_transport(vendor, base_url)
    return vendor, base_url, given.api_key.get_secret_value() if given.api_key else None


def readable_provider(actor: Actor, work: Work, provider_id: str) -> Provider:
    """The row, for an actor that may read it.

    Raises:
        NotFoundError: no such provider, or one of a team that the actor has no part in.
        ForbiddenError: without the permission provider:read.
    """
    row = repository.find_provider(work, provider_id)
    if row is None:
        actor.require_somewhere(Permission.PROVIDER_READ)
        raise NotFoundError("No such provider.")
    if row.team_id is None:
        actor.require_somewhere(Permission.PROVIDER_READ)
    else:
        actor.require(Permission.PROVIDER_READ, row.team_id, what="provider")
    return row


def writable_provider(actor: Actor, work: Work, provider_id: str) -> Provider:
    """The row, for an actor that may change it.

    Raises:
        NotFoundError: no such provider, or one of a team that the actor has no part in.
        ForbiddenError: without the permission provider:write.
    """
    row = readable_provider(actor, work, provider_id)
    actor.require(Permission.PROVIDER_WRITE, row.team_id, what="provider")
    return row


def _change_pass_through(row: Provider, change: ProviderChange) -> None:
    if change.pass_through is not None:
        row.pass_through = change.pass_through
    if change.pass_through_applications is not None:
        row.pass_through_applications = sorted(set(change.pass_through_applications))
    if change.pass_through_charge_micro_dollars is not None:
        row.pass_through_charge = change.pass_through_charge_micro_dollars


def _require_free_name(work: Work, name: str) -> None:
    if repository.provider_named(work, name) is not None:
        raise _name_taken(name)


def _name_taken(name: str) -> NameTakenError:
    return NameTakenError(f"There is a provider of the name {name!r} already.", field="name")


def _view(row: Provider, model_count: int) -> ProviderView:
    vendor = find_vendor(row.vendor)
    return ProviderView(
        id=row.id,
        team_id=row.team_id,
        name=row.name,
        vendor=row.vendor,
        vendor_name=vendor.name,
        dialect=vendor.dialect,
        base_url=row.base_url,
        has_api_key=row.sealed_api_key is not None,
        is_enabled=row.is_enabled,
        model_count=model_count,
        created_at=row.created_at,
        last_test_at=row.last_test_at,
        last_test_ok=row.last_test_ok,
        last_test_message=row.last_test_message,
        pass_through=row.pass_through,
        pass_through_applications=row.pass_through_applications,
        pass_through_charge_micro_dollars=row.pass_through_charge,
    )
