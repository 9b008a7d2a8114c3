"""The form of a plan."""

from decimal import Decimal, InvalidOperation
from typing import Any

from nicegui import ui

from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.text import Words, box
from passgate.console.pages.services.field_rows import FieldRows
from passgate.console.visit import Visit
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.money import to_dollars, to_micro_dollars
from passgate.publishing.plans.schemas import PlanChange, PlanIn, PlanView
from passgate.publishing.plans.service import change_plan, create_plan
from passgate.publishing.schemas import ServiceView

_WINDOWS = {"second": "Second", "minute": "Minute", "hour": "Hour", "day": "Day", "month": "Month"}
_BUDGET_WINDOWS = {"day": "Day", "week": "Week", "month": "Month", "total": "In total"}
_SWITCHES = {
    "needs_approval": ("Each request waits for approval", False),
    "is_default": ("Taken where a subscriber names no plan", False),
    "is_public": ("Seen by everybody; otherwise by invited teams only", True),
}


def ask_for_plan(visit: Visit, service: ServiceView, plan: PlanView | None, position: int) -> None:
    """Ask for a plan: a new one at that place in the order, or what is to change of one."""

    async def save(form: Form) -> None:
        given = _values(form, rates)
        if plan is not None:
            await visit.change(change_plan, plan.id, PlanChange.model_validate(given))
        else:
            place = {"team_id": service.team_id, "service_ids": [service.id], "position": position}
            await visit.change(create_plan, PlanIn.model_validate({**given, **place}))
        await visit.refresh()

    lead = "What a subscription allows. Bounds hold for each subscription by itself."
    title = f"Edit {plan.name}" if plan else "New plan"
    with form_dialog(title, lead, "Save plan", save, size="wide") as form:
        form.add("name", text_field("Name", value=plan.name if plan else "", placeholder="Free"))
        text = plan.description if plan else ""
        form.add("description", text_field("Description", value=text, optional=True, lines=2))
        Words("Calls", "h3")
        rates = FieldRows(form, "rates", "rate", _rate, plan.rates if plan else (None,))
        _ai(form, plan)
        days = str(plan.lifetime_days) if plan and plan.lifetime_days else ""
        help_text = "A subscription ends by itself after so many days."
        form.add("lifetime_days", text_field("Lifetime, days", value=days, optional=True, help_text=help_text))
        for name, (label, default) in _SWITCHES.items():
            form.add(name, ui.switch(label, value=getattr(plan, name) if plan else default))


def _rate(given: Any) -> dict[str, Any]:  # noqa: ANN401 - a rate, or None
    return {
        "calls": text_field("Calls", value=str(given.calls) if given else "", placeholder="1000"),
        "window": choice_field("In each", _WINDOWS, value=given.window if given else "day"),
    }


def _ai(form: Form, plan: PlanView | None) -> None:
    Words("AI", "h3")
    budget = plan.budget if plan else None
    dollars = f"{to_dollars(budget).normalize():f}" if budget is not None else ""
    with box("pg-grid-2"):
        help_text = "What a subscriber may spend; empty: no bound."
        form.add("budget", text_field("Budget, US dollars", value=dollars, optional=True, help_text=help_text))
        window = (plan.budget_window if plan else None) or "month"
        form.add("budget_window", choice_field("In each", _BUDGET_WINDOWS, value=window))
    models = ", ".join(plan.models) if plan else ""
    help_text = "Those that its prompts may ask for a subscriber, with commas between; empty: all that they name."
    form.add("models", text_field("Models", value=models, optional=True, help_text=help_text))


def _values(form: Form, rates: FieldRows) -> dict[str, Any]:
    budget = _micro_dollars(form["budget"] or "")
    return {
        "name": form["name"],
        "description": form["description"] or "",
        "rates": [{"calls": one.text("calls"), "window": one.text("window")} for one in rates.rows()],
        "budget": budget,
        "budget_window": form["budget_window"] if budget is not None else None,
        "models": [name.strip() for name in (form["models"] or "").split(",") if name.strip()],
        "lifetime_days": form.text("lifetime_days"),
        **{name: bool(form[name]) for name in _SWITCHES},
    }


def _micro_dollars(text: str) -> int | None:
    if not text:
        return None
    try:
        dollars = Decimal(text.replace(",", "").lstrip("$"))
    except InvalidOperation:
        dollars = Decimal(-1)
    if not dollars.is_finite() or dollars < 0:
        raise InvalidInputError("Give an amount in dollars, such as 20 or 0.50.", field="budget")
    return to_micro_dollars(dollars)
