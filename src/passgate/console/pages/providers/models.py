"""A provider's models: what each costs, and whether it is on."""

from passgate.catalog.schemas import AvailableModel, ProviderView
from passgate.catalog.service.available import available_models
from passgate.catalog.service.enabling import enable_models
from passgate.catalog.service.models import disable_model
from passgate.console.components.banner import banner
from passgate.console.components.card import card, card_head
from passgate.console.components.empty import empty
from passgate.console.components.field import filter_field, search_field
from passgate.console.components.table import Column, Row, Table, act, tag
from passgate.console.components.text import Words, box
from passgate.console.formatting import compact, counted, per_million
from passgate.console.visit import Visit

_SHOWN = 100
_COLUMNS = (
    Column("name", "Model", "main"),
    Column("kind", "Kind", "badge"),
    Column("context", "Context", "number"),
    Column("input", "Input / M", "number"),
    Column("output", "Output / M", "number"),
    Column("state", "State", "badge"),
    Column("actions", "Actions", "actions"),
)
_STATES = {"": "All models", "on": "Switched on", "off": "Switched off"}


class Offer:
    """The card of a provider's models; it asks the vendor once, when it is loaded."""

    def __init__(self, visit: Visit, provider: ProviderView, *, may_switch: bool) -> None:
        self._visit, self._provider, self._may_switch = visit, provider, may_switch
        self._models: list[AvailableModel] = []
        with card(flush=True):
            card_head("Models", "Switch on what your applications may ask for. Prices per million tokens.")
            with box("pg-filters pg-card-tools"):
                self._search = search_field("Search models")
                self._state = filter_field("State", _STATES, "")
            self._note = box().style("padding: 12px 18px 0")
            self._waiting = box("pg-skeleton").style("padding: 18px")
            with self._waiting:
                for _ in range(4):
                    box().style("height: 34px")
            self._table = Table(_COLUMNS, [], label="Models", on_act=self._switch)
            self._nothing = box()
            with box("pg-table-foot"):
                self._count = Words("Asking the vendor…")
        self._table.set_visibility(False)
        self._note.set_visibility(False)
        self._search.on_value_change(self._show)
        self._state.on_value_change(self._show)

    async def load(self) -> None:
        """Ask the vendor for its models, and show them."""
        self._models = await self._visit.ask(available_models, self._provider.id)
        self._waiting.set_visibility(False)
        if any(model.source == "catalogue" for model in self._models):
            self._note.set_visibility(True)
            with (
                self._note,
                banner(
                    "The vendor gave no list",
                    "These are the models that are known of it. Test the connection to see why.",
                    tone="warn",
                ),
            ):
                pass
        self._show()

    def _show(self) -> None:
        found = [model for model in self._models if self._matches(model)]
        self._table.show([self._row(model) for model in found[:_SHOWN]])
        self._table.set_visibility(bool(found))
        on = sum(model.enabled for model in self._models)
        rest = f", the first {_SHOWN} shown" if len(found) > _SHOWN else ""
        self._count.say(f"{counted(len(found), 'model')}{rest} · {on} on")
        with self._nothing.clear():
            if not found and self._models:
                empty("search", "Nothing matches", "Search for something else.")
            elif not found:
                empty("model", "No models", "The vendor lists none. Test the connection to see what it says.")

    def _matches(self, model: AvailableModel) -> bool:
        wanted = (self._search.value or "").strip().lower()
        if self._state.value and (self._state.value == "on") != model.enabled:
            return False
        return wanted in f"{model.vendor_model} {model.name}".lower()

    def _row(self, model: AvailableModel) -> Row:
        price = model.price
        return {
            "id": model.vendor_model,
            "name": model.vendor_model,
            "sub": model.name if model.name != model.vendor_model else None,
            "kind": tag(model.kind),
            "context": compact(model.context_window) if model.context_window else None,
            "input": per_million(price.input) if price else None,
            "output": per_million(price.output) if price else None,
            "state": tag("On", "good", dot=True) if model.enabled else tag("Off", title=model.reason or ""),
            "actions": self._switches(model),
        }

    def _switches(self, model: AvailableModel) -> list[dict[str, str]] | None:
        if not self._may_switch:
            return None
        if model.enabled:
            return [act("off", "Switch off", of=model.vendor_model)]
        return [act("on", "Switch on", of=model.vendor_model)] if model.can_enable else None

    async def _switch(self, vendor_model: str, name: str) -> None:
        model = next(one for one in self._models if one.vendor_model == vendor_model)
        if name == "on":
            made = await self._visit.change(enable_models, self._provider.id, [vendor_model])
            model.enabled, model.model_id = True, made[0].id
        elif model.model_id is not None:
            await self._visit.change(disable_model, model.model_id)
            model.enabled = False
        self._show()
