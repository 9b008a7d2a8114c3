"""Public models: list, change, switch off, remove; their deployments and prices."""

from collections.abc import Mapping, Sequence

from passgate.catalog import repository
from passgate.catalog.errors import LastDeploymentError, NameTakenError
from passgate.catalog.models import Deployment, Model, Provider
from passgate.catalog.placement import place_deployment, stored_price
from passgate.catalog.prices import catalogue_price
from passgate.catalog.rules import change_rules, forget_model, is_name_taken, rule_views
from passgate.catalog.schemas import DeploymentChange, DeploymentView, ModelChange, ModelView
from passgate.catalog.vendors import find_vendor
from passgate.contracts.inference_config import PriceTable
from passgate.kernel.actor import Actor
from passgate.kernel.errors import NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.constraints import refusing
from passgate.storage.work import Work


def list_models(actor: Actor, work: Work, page: PageRequest, search: str | None = None) -> Page[ModelView]:
    """The models of the actor's teams and of the whole organisation, newest first.

    Raises:
        ForbiddenError: without the permission model:read.
    """
    actor.require_somewhere(Permission.MODEL_READ)
    found = repository.models_page(work, page, actor.teams_with(Permission.MODEL_READ), search)
    return Page(model_views(work, found.items), found.next_cursor)


def get_model(actor: Actor, work: Work, model_id: str) -> ModelView:
    """One model with its deployments and prices.

    Raises:
        NotFoundError: no such model, or one of a team that the actor has no part in.
        ForbiddenError: without the permission model:read.
    """
    return model_views(work, [_readable(actor, work, model_id)])[0]


def update_model(actor: Actor, work: Work, model_id: str, change: ModelChange) -> ModelView:
    """Change what the change names.

    Raises:
        NotFoundError: as :func:`get_model`.
        ForbiddenError: without the permission model:write.
        NameTakenError: another model has the name, or one of the aliases.
        InvalidInputError: a fallback that is none for this model.
    """
    row = writable_model(actor, work, model_id)
    given = change.model_dump(exclude_unset=True)
    taken = NameTakenError(f"The public name {change.name!r} is taken.", field="name")
    if change.name not in {None, row.name} and is_name_taken(work, str(change.name)):
        raise taken
    with refusing(work, taken):
        for name in ("name", "is_enabled", "owned_by"):
            if given.get(name) is not None:
                setattr(row, name, given[name])
        for name in ("context_window", "max_output_tokens"):
            if name in given:
                setattr(row, name, given[name])
    change_rules(work, row, change)
    return model_views(work, [row])[0]


def disable_model(actor: Actor, work: Work, model_id: str) -> ModelView:
    """Switch a model off: calls that name it are refused, its settings stay.

    Raises:
        NotFoundError: as :func:`get_model`.
        ForbiddenError: without the permission model:write.
    """
    return update_model(actor, work, model_id, ModelChange(is_enabled=False))


def delete_model(actor: Actor, work: Work, model_id: str) -> None:
    """Remove a model with its deployments.

    Raises:
        NotFoundError: as :func:`get_model`.
        ForbiddenError: without the permission model:write.
    """
    row = writable_model(actor, work, model_id)
    forget_model(work, row)
    for deployment, _ in repository.deployments_of_models(work, [row.id]):
        work.session.delete(deployment)
    work.session.flush()
    work.session.delete(row)
    work.session.flush()


def update_deployment(
    actor: Actor, work: Work, model_id: str, deployment_id: str, change: DeploymentChange
) -> ModelView:
    """Change a deployment's weight, place in the fallback order, or price.

    Raises:
        NotFoundError: no such deployment of that model, or as :func:`get_model`.
        ForbiddenError: without the permission model:write.
        InvalidInputError: a region that the provider's address cannot name, or no key of the provider's.
        DeploymentExistsError: the model has such a deployment already.
    """
    model, row = _writable_deployment(actor, work, model_id, deployment_id)
    row.weight = row.weight if change.weight is None else change.weight
    row.priority = row.priority if change.priority is None else change.priority
    place_deployment(work, model, row, change)
    if "price" in change.model_fields_set:
        row.price = stored_price(work, change.price)
    work.session.flush()
    return model_views(work, [model])[0]


def delete_deployment(actor: Actor, work: Work, model_id: str, deployment_id: str) -> ModelView:
    """Take a provider off a model.

    Raises:
        NotFoundError: no such deployment of that model, or as :func:`get_model`.
        ForbiddenError: without the permission model:write.
        LastDeploymentError: nothing would answer for the model any more.
    """
    model, row = _writable_deployment(actor, work, model_id, deployment_id)
    if len(repository.deployments_of_models(work, [model_id])) == 1:
        raise LastDeploymentError(f"It is the only deployment of {model.name}; delete the model instead.")
    work.session.delete(row)
    work.session.flush()
    return model_views(work, [model])[0]


def model_views(work: Work, rows: Sequence[Model]) -> list[ModelView]:
    """The rows as actors see them, each with its deployments in the order in which they are tried."""
    deployments: dict[str, list[DeploymentView]] = {row.id: [] for row in rows}
    found = repository.deployments_of_models(work, deployments)
    labels = {key.id: key.label for key in repository.keys_of_providers(work, {one.id for _, one in found})}
    for deployment, provider in found:
        deployments[deployment.model_id].append(_deployment_view(work, deployment, provider, labels))
    rules = rule_views(work, rows)
    return [
        ModelView.model_validate({**_columns(row), **rules[row.id], "deployments": deployments[row.id]}) for row in rows
    ]


def price_of(work: Work, deployment: Deployment, vendor_id: str) -> PriceTable | None:
    """The price that holds now: the organisation's own, else the catalogue's; None: not known."""
    if deployment.price is not None:
        return PriceTable.model_validate(deployment.price)
    return catalogue_price(find_vendor(vendor_id), deployment.vendor_model, work.clock.now())


def _readable(actor: Actor, work: Work, model_id: str) -> Model:
    row = repository.find_model(work, model_id)
    if row is None:
        actor.require_somewhere(Permission.MODEL_READ)
        raise NotFoundError("No such model.")
    if row.team_id is None:
        actor.require_somewhere(Permission.MODEL_READ)
    else:
        actor.require(Permission.MODEL_READ, row.team_id, what="model")
    return row


def writable_model(actor: Actor, work: Work, model_id: str) -> Model:
    """The row, for an actor that may change it.

    Raises:
        NotFoundError: as :func:`get_model`.
        ForbiddenError: without the permission model:write.
    """
    row = _readable(actor, work, model_id)
    actor.require(Permission.MODEL_WRITE, row.team_id, what="model")
    return row


def _writable_deployment(actor: Actor, work: Work, model_id: str, deployment_id: str) -> tuple[Model, Deployment]:
    model = writable_model(actor, work, model_id)
    row = repository.find_deployment(work, deployment_id)
    if row is None or row.model_id != model.id:
        raise NotFoundError("No such deployment.")
    return model, row


def _columns(row: Model) -> dict[str, object]:
    return {column.key: getattr(row, column.key) for column in Model.__table__.columns}


def _deployment_view(work: Work, row: Deployment, provider: Provider, labels: Mapping[str, str]) -> DeploymentView:
    price = price_of(work, row, provider.vendor)
    return DeploymentView(
        id=row.id,
        provider_id=row.provider_id,
        provider_name=provider.name,
        vendor=provider.vendor,
        vendor_model=row.vendor_model,
        region=row.region or None,
        key_id=row.key_id or None,
        key_label=labels.get(row.key_id, row.key_id) or None,
        weight=row.weight,
        priority=row.priority,
        price=price,
        price_source=None if price is None else "own" if row.price is not None else "catalogue",
    )
