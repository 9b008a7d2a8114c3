"""How a model's calls are spread, held together, tried again, and who steps in."""

from passgate.catalog.schemas import ModelChange, ModelView, TimeLimitsIn
from passgate.catalog.service.models import list_models, update_model
from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.dialog import form_dialog
from passgate.console.components.facts import facts
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.table import Column, Row, Table, act
from passgate.console.components.text import Words, box
from passgate.console.edge import MOUNT_PATH
from passgate.console.formatting import counted
from passgate.console.pages.models.order import placed, swapped
from passgate.console.visit import Visit
from passgate.contracts.routing import SESSION_HEADER
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.pagination import PageRequest
from passgate.storage.work import Work

_STRATEGIES = {
    "weighted": "By weight",
    "least-latency": "The fastest first",
    "lowest-cost": "The cheapest first",
    "least-busy": "The least busy first",
}
_STICKY = {
    "": "No",
    "conversation": "By the conversation's beginning",
    "user": "By the user",
    "header": f"By the header {SESSION_HEADER}",
}
_LIMITS = {
    "connect": "To connect",
    "first_token": "First token of a stream",
    "silence": "Silence in a stream",
    "whole": "The whole call",
}
_FALLBACK_COLUMNS = (Column("name", "Model", "main"), Column("actions", "Actions", "actions"))
_MOST_MODELS = 200


def routing(visit: Visit, model: ModelView, *, may_write: bool) -> None:
    """Build the card of the rules."""
    limits = model.time_limits.model_dump(exclude_none=True)
    told = ", ".join(f"{_LIMITS[name].lower()} {seconds:g} s" for name, seconds in limits.items())
    with card("Routing"):
        facts(
            [
                ("Within a step", _STRATEGIES[model.strategy]),
                ("Held together", _STICKY[model.sticky or ""]),
                ("Tried again", counted(model.retries, "time") if model.retries else "never"),
                ("Time limits", told or "the gate's own"),
                ("Further names", ", ".join(model.aliases) or "none"),
            ]
        )
        if may_write:
            with box("pg-row"):
                button("Change routing", lambda: _ask_to_change(visit, model), icon="edit")


def fallbacks(visit: Visit, model: ModelView, *, may_write: bool) -> None:
    """Build the card of the models that step in."""
    ids = [one.id for one in model.fallbacks]

    async def acted(model_id: str, name: str) -> None:
        changed = (
            [one for one in ids if one != model_id] if name == "remove" else swapped(ids, model_id, up=name == "up")
        )
        await visit.change(update_model, model.id, ModelChange(fallbacks=changed))
        await visit.refresh()

    async def dropped(model_id: str, target: str, place: str) -> None:
        steps = placed([[one] for one in ids], model_id, target, "behind" if place == "behind" else "before")
        await visit.change(update_model, model.id, ModelChange(fallbacks=[one for step in steps for one in step]))
        await visit.refresh()

    words = "Who steps in where no deployment answers, in this order, for callers who may use them."
    with card("Fallback models", words, flush=bool(ids)):
        if ids:
            rows = [_row(model, number, may_write=may_write) for number in range(len(ids))]
            can_move = may_write and len(ids) > 1
            Table(_FALLBACK_COLUMNS, rows, label="Fallback models", on_act=acted, on_drop=dropped if can_move else None)
        else:
            Words("None: the caller is told what went wrong.", "p", "pg-help")
    if may_write:
        with box("pg-row"):
            button("Add fallback model", lambda: _ask_for_fallback(visit, model), icon="plus")


def _row(model: ModelView, number: int, *, may_write: bool) -> Row:
    one = model.fallbacks[number]
    acts = [act("up", "Up", of=one.name)] if number else []
    if number < len(model.fallbacks) - 1:
        acts.append(act("down", "Down", of=one.name))
    acts.append(act("remove", "Remove", of=one.name, tone="bad"))
    return {
        "id": one.id,
        "name": one.name,
        "href": f"{MOUNT_PATH}/models/{one.id}",
        "actions": acts if may_write else None,
    }


async def _ask_to_change(visit: Visit, model: ModelView) -> None:
    async def change(form: Form) -> None:
        limits = {name: form.text(f"time_limits.{name}") for name in _LIMITS if form.text(f"time_limits.{name}")}
        names = (form["aliases"] or "").replace(",", " ").split()
        given = {
            "strategy": form["strategy"],
            "sticky": form["sticky"] or None,
            "retries": form["retries"],
            "aliases": names,
            "time_limits": TimeLimitsIn.model_validate(limits) if limits else None,
        }
        await visit.change(update_model, model.id, ModelChange.model_validate(given))
        await visit.refresh()

    limits = model.time_limits
    lead = "It holds from the next call on."
    with visit.client.content, form_dialog(f"Routing of {model.name}", lead, "Save", change) as form:
        form.add("strategy", choice_field("Within a step", _STRATEGIES, value=model.strategy))
        form.add(
            "sticky", choice_field("Hold calls together", _STICKY, value=model.sticky or "", help_text=_STICKY_HELP)
        )
        with box("pg-grid-2"):
            form.add("retries", text_field("Tries again", value=str(model.retries), help_text=_RETRIES_HELP))
            aliases = ", ".join(model.aliases)
            form.add("aliases", text_field("Further names", value=aliases, optional=True, help_text=_ALIASES_HELP))
        with box():
            Words("Time limits", "h3")
            Words("In seconds. Leave one empty for the gate's own.", "p", "pg-help")
        with box("pg-grid-2"):
            for name, label in _LIMITS.items():
                value = getattr(limits, name)
                text = "" if value is None else f"{value:g}"
                form.add(f"time_limits.{name}", text_field(label, value=text, optional=True))


_STICKY_HELP = "The same deployment answers again, so that its prompt cache is of use."
_RETRIES_HELP = "0 to 5, after a pause."
_ALIASES_HELP = "With commas between them."


async def _ask_for_fallback(visit: Visit, model: ModelView) -> None:
    taken = {model.id, *(one.id for one in model.fallbacks)}

    def models(actor: Actor, work: Work) -> dict[str, str]:
        found = list_models(actor, work, PageRequest(limit=_MOST_MODELS)).items
        fitting = [one for one in found if one.kind == model.kind and one.team_id in {None, model.team_id}]
        return {one.id: one.name for one in fitting if one.id not in taken}

    options = await visit.ask(models)

    async def add(form: Form) -> None:
        if not form["fallback"]:
            raise InvalidInputError("Choose a model.", field="fallback")
        changed = [*(one.id for one in model.fallbacks), form["fallback"]]
        await visit.change(update_model, model.id, ModelChange(fallbacks=changed))
        await visit.refresh()

    lead = f"It answers where no deployment of {model.name} does, even in another vendor's format."
    with visit.client.content, form_dialog("Add a fallback model", lead, "Add", add) as form:
        form.add("fallback", choice_field("Model", options, value=next(iter(options), None), searchable=True))
