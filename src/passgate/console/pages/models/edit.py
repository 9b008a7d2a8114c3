"""Changing a model and its deployments."""

from passgate.catalog.schemas import DeploymentChange, DeploymentView, ModelChange, ModelView
from passgate.catalog.service.keys import list_keys
from passgate.catalog.service.models import update_deployment
from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.text import Words, box
from passgate.console.visit import Visit
from passgate.publishing.service.model_renaming import change_model

PRICES = {
    "input": "Input",
    "output": "Output",
    "cached_input": "Cached input",
    "cache_write": "Cache write",
    "cache_write_long": "Cache write, 1 h",
    "reasoning": "Reasoning",
    "input_audio": "Audio in",
    "output_audio": "Audio out",
    "request": "Per 1,000 calls",
    "image": "Per picture",
}


async def ask_to_change(visit: Visit, model: ModelView) -> None:
    """Ask for what is to change of a model."""

    async def change(form: Form) -> None:
        given = {name: form.text(name) for name in ("context_window", "max_output_tokens")}
        await visit.change(change_model, model.id, ModelChange.model_validate({"name": form["name"], **given}))
        await visit.refresh()

    with form_dialog("Edit model", "Clients ask for it by its name; a new name holds at once.", "Save", change) as form:
        form.add("name", text_field("Name", value=model.name))
        with box("pg-grid-2"):
            form.add("context_window", text_field("Context window", value=_text(model.context_window), optional=True))
            form.add(
                "max_output_tokens", text_field("Longest answer", value=_text(model.max_output_tokens), optional=True)
            )
        Words("Both in tokens.", "p", "pg-help")


async def ask_to_change_deployment(visit: Visit, model_id: str, deployment: DeploymentView) -> None:
    """Ask for a deployment's priority, weight, region, key and own price."""

    async def change(form: Form) -> None:
        price = {name: form.text(f"price.{name}") for name in PRICES if form.text(f"price.{name}")}
        place = {"region": form.text("region"), "key_id": form["key_id"] or None}
        given = {"priority": form["priority"], "weight": form["weight"], "price": price or None, **place}
        await visit.change(update_deployment, model_id, deployment.id, DeploymentChange.model_validate(given))
        await visit.refresh()

    keys = {key.id: key.label for key in await visit.ask(list_keys, deployment.provider_id)}
    own = deployment.price if deployment.price_source == "own" else None
    with (
        visit.client.content,
        form_dialog(f"Edit {deployment.provider_name}", deployment.vendor_model, "Save", change) as form,
    ):
        with box("pg-grid-2"):
            form.add("priority", text_field("Priority", value=str(deployment.priority), help_text="0 is asked first."))
            form.add("weight", text_field("Weight", value=str(deployment.weight), help_text="Share at its priority."))
            region = deployment.region or ""
            form.add(
                "region", text_field("Region", value=region, optional=True, placeholder="as the provider's address")
            )
            form.add("key_id", choice_field("Key", {"": "All of them", **keys}, value=deployment.key_id or ""))
        with box():
            Words("Your own price", "h3")
            Words(
                "US dollars per million tokens, but for the last two. Leave all empty for the catalogue's price.",
                "p",
                "pg-help",
            )
        with box("pg-grid-2"):
            for name, label in PRICES.items():
                value = getattr(own, name) if own else None
                hint = getattr(deployment.price, name) if deployment.price else None
                field = text_field(label, value=_text(value), placeholder=_text(hint), optional=True)
                form.add(f"price.{name}", field)


def _text(value: object) -> str:
    return "" if value is None else str(value)
