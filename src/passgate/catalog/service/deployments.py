"""What answers for a model, and in which order it is tried."""

from passgate.catalog import repository
from passgate.catalog.models import Deployment
from passgate.catalog.placement import place_deployment, stored_price
from passgate.catalog.schemas import DeploymentIn, DeploymentOrder, ModelView
from passgate.catalog.service.models import model_views, writable_model
from passgate.catalog.service.providers import readable_provider
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.storage.work import Work


def add_deployment(actor: Actor, work: Work, model_id: str, given: DeploymentIn) -> ModelView:
    """Add a deployment to a model.

    Raises:
        NotFoundError: no such model or provider, or one of a team that the actor has no part in.
        ForbiddenError: without the permission model:write.
        InvalidInputError: the provider is another team's, or as :func:`passgate.catalog.placement.place_deployment`.
        DeploymentExistsError: the model has it already.
    """
    model = writable_model(actor, work, model_id)
    provider = readable_provider(actor, work, given.provider_id)
    if provider.team_id != model.team_id:
        raise InvalidInputError("A model's providers belong to the same team as the model.", field="provider_id")
    last = max((row.priority for row, _ in repository.deployments_of_models(work, [model.id])), default=-1)
    row = Deployment(
        id=work.ids.new("dep"),
        model_id=model.id,
        provider_id=provider.id,
        vendor_model=given.vendor_model,
        region="",
        key_id="",
        weight=given.weight,
        priority=last + 1 if given.priority is None else given.priority,
        price=stored_price(work, given.price),
    )
    place_deployment(work, model, row, given)
    work.session.add(row)
    work.session.flush()
    return model_views(work, [model])[0]


def order_deployments(actor: Actor, work: Work, model_id: str, order: DeploymentOrder) -> ModelView:
    """Set in which order the deployments are tried; those of one step share its calls.

    Raises:
        NotFoundError: no such model, or one of a team that the actor has no part in.
        ForbiddenError: without the permission model:write.
        InvalidInputError: the steps are not all of the model's deployments, each once.
    """
    model = writable_model(actor, work, model_id)
    rows = {row.id: row for row, _ in repository.deployments_of_models(work, [model.id])}
    named = [one for step in order.steps for one in step]
    if sorted(named) != sorted(rows):
        raise InvalidInputError("The steps must name each of the model's deployments, once.", field="steps")
    for priority, step in enumerate(order.steps):
        for one in step:
            rows[one].priority = priority
    work.session.flush()
    return model_views(work, [model])[0]
