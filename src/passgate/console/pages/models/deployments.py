"""Who answers for a model, in which order, by what share."""

from itertools import groupby

from passgate.catalog.schemas import DeploymentIn, DeploymentOrder, DeploymentView, ModelView
from passgate.catalog.service.deployments import add_deployment, order_deployments
from passgate.catalog.service.models import delete_deployment
from passgate.catalog.service.providers import list_providers
from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.table import Column, Row, Table, act, tag
from passgate.console.components.text import box
from passgate.console.formatting import per_million
from passgate.console.pages.models.edit import ask_to_change_deployment
from passgate.console.pages.models.order import Steps, joined, moved, placed
from passgate.console.visit import Visit
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.pagination import PageRequest
from passgate.storage.work import Work

_COLUMNS = (
    Column("step", "Tried", "badge"),
    Column("name", "Provider", "main"),
    Column("share", "Share", "number"),
    Column("price", "In / out a million"),
    Column("actions", "Actions", "actions"),
)
_ORDINALS = ("first", "second", "third")
_MOST_PROVIDERS = 200


def deployments(visit: Visit, model: ModelView, *, may_write: bool) -> None:
    """Build the card."""
    steps = steps_of(model)

    async def order(changed: Steps) -> None:
        await visit.change(order_deployments, model.id, DeploymentOrder(steps=changed))
        await visit.refresh()

    async def acted(deployment_id: str, name: str) -> None:
        if name in {"up", "down"}:
            await order(moved(steps, deployment_id, up=name == "up"))
        elif name == "join":
            await order(joined(steps, deployment_id))
        elif name == "edit":
            deployment = next(one for one in model.deployments if one.id == deployment_id)
            await ask_to_change_deployment(visit, model.id, deployment)
        else:
            await visit.change(delete_deployment, model.id, deployment_id)
            await visit.refresh()

    async def dropped(deployment_id: str, target: str, place: str) -> None:
        await order(placed(steps, deployment_id, target, place))

    words = "Who answers: step by step, the next one where a step fails; those of one step share its calls."
    with card("Deployments", words, flush=True):
        rows = [
            _row(one, steps, number, may_write=may_write)
            for number, step in enumerate(steps)
            for one in sorted((one for one in model.deployments if one.id in step), key=lambda one: -one.weight)
        ]
        Table(
            _COLUMNS, rows, label="Deployments", on_act=acted, on_drop=dropped if may_write and len(rows) > 1 else None
        )
    if may_write:
        with box("pg-row"):
            button("Add deployment", lambda: _ask_to_add(visit, model), icon="plus")


def steps_of(model: ModelView) -> Steps:
    """The deployments' ids, step by step."""
    ordered = sorted(model.deployments, key=lambda one: one.priority)
    return [[one.id for one in step] for _, step in groupby(ordered, key=lambda one: one.priority)]


def _row(deployment: DeploymentView, steps: Steps, number: int, *, may_write: bool) -> Row:
    step = steps[number]
    ordinal = _ORDINALS[number] if number < len(_ORDINALS) else f"{number + 1}th"
    place = [
        deployment.vendor_model,
        deployment.region,
        f"key {deployment.key_label}" if deployment.key_label else None,
    ]
    return {
        "id": deployment.id,
        "step": tag(ordinal, "plain" if number else "brand"),
        "name": deployment.provider_name,
        "sub": ", ".join(part for part in place if part),
        "share": "alone" if len(step) == 1 else f"weight {deployment.weight}",
        "price": _price(deployment),
        "actions": _acts(deployment, steps, number) if may_write else None,
    }


def _price(deployment: DeploymentView) -> str:
    price = deployment.price
    if price is None:
        return "unknown"
    whose = ", your own" if deployment.price_source == "own" else ""
    large = "" if price.large_above is None else f", more above {price.large_above // 1000}k"
    return f"{per_million(price.input) or 'unknown'} / {per_million(price.output) or 'unknown'}{whose}{large}"


def _acts(deployment: DeploymentView, steps: Steps, number: int) -> list[dict[str, str]]:
    name = deployment.provider_name
    shared = len(steps[number]) > 1
    acts = []
    if number > 0 or shared:
        acts.append(act("up", "Up", of=name))
    if number < len(steps) - 1 or shared:
        acts.append(act("down", "Down", of=name))
    if number > 0:
        acts.append(act("join", "Share", of=f"the step above with {name}"))
    return [*acts, act("edit", "Edit", of=name), act("remove", "Remove", of=name, tone="bad")]


async def _ask_to_add(visit: Visit, model: ModelView) -> None:
    def providers(actor: Actor, work: Work) -> dict[str, str]:
        found = list_providers(actor, work, PageRequest(limit=_MOST_PROVIDERS)).items
        return {one.id: one.name for one in found if one.team_id == model.team_id}

    options = await visit.ask(providers)

    async def add(form: Form) -> None:
        if not form["provider_id"]:
            raise InvalidInputError("Choose a provider.", field="provider_id")
        given = {name: form.text(name) for name in ("provider_id", "vendor_model", "region")}
        weight = form.text("weight") or "1"
        given_in = DeploymentIn.model_validate({**given, "vendor_model": given["vendor_model"] or "", "weight": weight})
        await visit.change(add_deployment, model.id, given_in)
        await visit.refresh()

    lead = "It is tried after those that are there, until you move it up."
    with visit.client.content, form_dialog(f"Add a deployment of {model.name}", lead, "Add", add) as form:
        form.add("provider_id", choice_field("Provider", options, value=next(iter(options), None), searchable=True))
        form.add("vendor_model", text_field("Vendor's model", value=model.name, help_text="As its vendor calls it."))
        with box("pg-grid-2"):
            help_text = "Bedrock, Vertex AI, xAI, OpenAI, Nebius."
            form.add("region", text_field("Region", optional=True, placeholder="eu-west-1", help_text=help_text))
            form.add("weight", text_field("Weight", value="1", help_text="Share among those of its step."))
