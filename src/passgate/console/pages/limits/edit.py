"""One limit: looked at, made, changed, lifted."""

from collections.abc import Mapping

from passgate.console.components.button import button
from passgate.console.components.confirm import confirm
from passgate.console.components.dialog import drawer, form_dialog
from passgate.console.components.facts import facts
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.server_search import search_on_server
from passgate.console.components.text import box
from passgate.console.pages.limits.targets import limit_targets
from passgate.console.pages.limits.wording import MEASURES, amount_of, held_by, measure_of, read_amount, read_percents
from passgate.console.visit import Visit
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.money import format_dollars, to_dollars
from passgate.metering.budgets.fill import Fill
from passgate.publishing.limits.schemas import LimitChange, LimitIn, LimitView
from passgate.publishing.limits.service import change_limit, create_limit, delete_limit

_HELP = "Dollars where money is limited, such as 20 or 0.50; else a whole number. 0 lets nothing pass."
_ALERTS = "Per cent of the amount, such as 50, 80, 100. Told once a window of money, else once an hour; empty: never."


def open_limit(visit: Visit, fill: Fill, *, may_write: bool) -> None:
    """Open a limit's detail."""
    limit = fill.limit
    with drawer(limit.name, measure_of(limit.measure, limit.window)) as dialog:
        used = "known to the workers alone"
        if fill.spent_micro_dollars is not None:
            used = f"{format_dollars(fill.spent_micro_dollars)}, by the ledger"
        resets = f"{fill.resets_at:%Y-%m-%d %H:%M} UTC" if fill.resets_at else "never"
        facts(
            [
                ("On", held_by(limit)),
                ("Amount", amount_of(limit.measure, limit.amount)),
                ("Used now", used),
                ("Resets", resets),
                ("Alerts at", _percents_of(limit)),
            ]
        )
        if may_write:

            def edit() -> None:
                dialog.close()
                _ask_to_change(visit, limit)

            def delete() -> None:
                dialog.close()
                _ask_to_lift(visit, limit)

            with box("pg-row"):
                button("Edit", edit, icon="edit")
                button("Lift", delete, icon="trash")


def _percents_of(limit: LimitView) -> str:
    return ", ".join(f"{percent} %" for percent in limit.alert_percents) or "nothing"


def ask_for_limit(visit: Visit, targets: Mapping[str, str]) -> None:
    """Ask for a new limit."""

    async def save(form: Form) -> None:
        scope, _, target = str(form["target"] or "").partition("|")
        if not target:
            raise InvalidInputError("target: choose what the limit is on.", field="target")
        measure, _, window = str(form["measure"]).partition("|")
        amount = read_amount(measure, form["amount"] or "")
        given = {"name": form["name"], "scope": scope, "target": target, "measure": measure, "window": window}
        given |= {"amount": amount, "alert_percents": read_percents(form["alert_percents"] or "")}
        await visit.change(create_limit, LimitIn.model_validate(given))
        await visit.refresh()

    lead = "It holds for AI calls. For one token alone, say its limits when you issue it."
    with visit.client.content, form_dialog("New limit", lead, "Set limit", save) as form:
        form.add("name", text_field("Name", placeholder="Team budget"))
        target = choice_field("On", targets, value=next(iter(targets), None), searchable=True)
        search_on_server(target, lambda text: visit.ask(limit_targets, text))
        form.add("target", target)
        form.add("measure", choice_field("What", MEASURES, value="money|month"))
        form.add("amount", text_field("Amount", help_text=_HELP, placeholder="20"))
        form.add("alert_percents", text_field("Alerts at", value="80, 100", help_text=_ALERTS, optional=True))


def _ask_to_change(visit: Visit, limit: LimitView) -> None:
    async def save(form: Form) -> None:
        amount = read_amount(limit.measure, form["amount"] or "")
        percents = read_percents(form["alert_percents"] or "")
        change = LimitChange(name=form["name"], amount=amount, alert_percents=percents)
        await visit.change(change_limit, limit.id, change)
        await visit.refresh()

    amount = str(to_dollars(limit.amount).normalize()) if limit.measure == "money" else str(limit.amount)
    lead = "What was used in the present window counts on."
    with visit.client.content, form_dialog(f"Edit {limit.name}", lead, "Save", save) as form:
        form.add("name", text_field("Name", value=limit.name))
        form.add("amount", text_field("Amount", value=amount, help_text=_HELP))
        percents = ", ".join(map(str, limit.alert_percents))
        form.add("alert_percents", text_field("Alerts at", value=percents, help_text=_ALERTS, optional=True))


def _ask_to_lift(visit: Visit, limit: LimitView) -> None:
    async def lift() -> None:
        await visit.change(delete_limit, limit.id)
        await visit.refresh()

    with visit.client.content:
        confirm(f"Lift the limit {limit.name}?", "Calls that it held back pass within a second.", "Lift", lift)
