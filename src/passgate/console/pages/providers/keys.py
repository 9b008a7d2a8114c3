"""A provider's pool of keys, and which of them rest."""

from datetime import UTC, datetime

from pydantic import SecretStr

from passgate.catalog.schemas import KeyChange, KeyIn, KeyView, ProviderView
from passgate.catalog.service.keys import add_key, change_key, remove_key
from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.confirm import confirm
from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import text_field
from passgate.console.components.form import Form
from passgate.console.components.table import Column, Row, Table, act, tag
from passgate.console.components.text import Words, box
from passgate.console.formatting import counted
from passgate.console.visit import Visit
from passgate.gateway.schemas import ProviderHealth, RestingView

_COLUMNS = (
    Column("name", "Key", "main"),
    Column("health", "Health", "badge"),
    Column("actions", "Actions", "actions"),
)


def key_pool(
    visit: Visit, provider: ProviderView, keys: list[KeyView], health: ProviderHealth, *, may_write: bool
) -> None:
    """Build the card."""

    async def acted(key_id: str, name: str) -> None:
        key = next(one for one in keys if one.id == key_id)
        if name == "edit":
            _ask_to_change(visit, provider, key)
        else:
            _ask_to_remove(visit, provider, key)

    with card(
        "Keys", "Calls are spread over them; one that the vendor refuses rests and comes back.", flush=bool(keys)
    ):
        if keys:
            Table(_COLUMNS, [_row(key, health, may_write=may_write) for key in keys], label="Keys", on_act=acted)
        else:
            Words("None: this provider is called without a key.", "p", "pg-help")
    if health.deployments:
        count = counted(len({one.id for one in health.deployments}), "deployment")
        Words(f"{count} left alone just now: {_why(health.deployments[0])}.", "p", "pg-help")
    if may_write and keys:
        with box("pg-row"):
            button("Add key", lambda: _ask_for_key(visit, provider), icon="plus")


def _row(key: KeyView, health: ProviderHealth, *, may_write: bool) -> Row:
    is_own = key.id == "main"
    acts = [act("edit", "Edit", of=key.label), act("remove", "Remove", of=key.label, tone="bad")]
    return {
        "id": key.id,
        "name": key.label,
        "sub": "the provider's own" if is_own else f"added {key.created_at:%Y-%m-%d}",
        "health": _health(key, health),
        "actions": acts if may_write and not is_own else None,
    }


def _health(key: KeyView, health: ProviderHealth) -> dict[str, object]:
    resting = [one for one in health.keys if one.id == key.id]
    if not health.workers:
        return tag("Not reported", title="No node has reported yet.")
    if not resting:
        return tag("In use", "good", dot=True, title=f"No trouble told by {counted(health.workers, 'worker')}.")
    where = "for some models" if all(one.deployment_id for one in resting) else "for all models"
    return tag("Resting", "warn", dot=True, title=f"{_why(resting[0])}, {where}")


def _why(resting: RestingView) -> str:
    until = datetime.fromtimestamp(resting.until, UTC)
    return f"{resting.code} on {resting.node}, tried again at {until:%H:%M:%S} UTC"


def _ask_for_key(visit: Visit, provider: ProviderView) -> None:
    async def add(form: Form) -> None:
        given = KeyIn.model_validate({"label": form["label"], "api_key": SecretStr(form["api_key"] or "")})
        await visit.change(add_key, provider.id, given)
        await visit.refresh()

    lead = f"Another key of {provider.vendor_name}; it is encrypted and never shown again."
    with visit.client.content, form_dialog("Add key", lead, "Add", add) as form:
        form.add("label", text_field("Label", placeholder="second account"))
        form.add("api_key", text_field("API key", secret=True))


def _ask_to_change(visit: Visit, provider: ProviderView, key: KeyView) -> None:
    async def change(form: Form) -> None:
        fresh = form.text("api_key")
        given = {"label": form["label"], **({"api_key": SecretStr(fresh)} if fresh else {})}
        await visit.change(change_key, provider.id, key.id, KeyChange.model_validate(given))
        await visit.refresh()

    with (
        visit.client.content,
        form_dialog(f"Edit {key.label}", "Calls in flight end as they began.", "Save", change) as form,
    ):
        form.add("label", text_field("Label", value=key.label))
        help_text = "Leave it empty to keep the stored one."
        form.add("api_key", text_field("API key", secret=True, optional=True, help_text=help_text))


def _ask_to_remove(visit: Visit, provider: ProviderView, key: KeyView) -> None:
    async def remove() -> None:
        await visit.change(remove_key, provider.id, key.id)
        await visit.refresh()

    with visit.client.content:
        confirm(f"Remove the key {key.label}?", "Calls go on with the other keys.", "Remove", remove)
