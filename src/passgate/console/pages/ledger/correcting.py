"""Asking for a correction of prices, with a look at what it would do."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from passgate.catalog.service.models import list_models
from passgate.console.components.button import button
from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.text import Words, box
from passgate.console.formatting import counted
from passgate.console.pages.models.edit import PRICES
from passgate.console.visit import Visit
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.money import format_dollars
from passgate.kernel.pagination import MAX_PAGE, PageRequest
from passgate.metering.ledger.repricing import preview_repricing, reprice
from passgate.metering.ledger.schemas import RepricingIn, RepricingPreview
from passgate.storage.work import Work

_DAY = "%Y-%m-%d"


def ask_for_correction(visit: Visit, models: Mapping[str, str]) -> None:
    """Ask which calls are to be charged anew, and at which price."""

    async def correct(form: Form) -> None:
        made = await visit.change(reprice, _given(form))
        visit.tell(_told(made))
        await visit.refresh()

    today = datetime.now(UTC).strftime(_DAY)
    lead = "Old entries are kept; new ones stand beside them, and sums and budgets follow."
    with visit.client.content, form_dialog("Correct prices", lead, "Charge anew", correct, size="wide") as form:
        form.add("model", choice_field("Model", models, value=next(iter(models), None), searchable=True))
        with box("pg-grid-2"):
            form.add("since", text_field("From", value=f"{today[:8]}01", help_text="A day, or a moment with its zone."))
            form.add("until", text_field("Until", value=today, help_text="That day is in it."))
        form.add("reason", text_field("Reason", placeholder="The contract's price holds since November"))
        with box():
            Words("The right price", "h3")
            Words(
                "US dollars per million tokens, but for the last two. Leave all empty for what is set now.",
                "p",
                "pg-help",
            )
        with box("pg-grid-2"):
            for name, label in PRICES.items():
                form.add(f"price.{name}", text_field(label, optional=True))
        told = Words("", "p", "pg-small pg-strong")

        async def look() -> None:
            async def ask() -> None:
                told.say(_told(await visit.ask(preview_repricing, _given(form))))

            await form.submit(ask)

        button("What would it change?", look, icon="search")


def known_models(actor: Actor, work: Work) -> dict[str, str]:
    """Models by public name."""
    return {model.name: model.name for model in list_models(actor, work, PageRequest(limit=MAX_PAGE)).items}


def _given(form: Form) -> RepricingIn:
    price = {name: form.text(f"price.{name}") for name in PRICES if form.text(f"price.{name}")}
    given: dict[str, Any] = {
        "model": form["model"],
        "since": _moment(form["since"], "since", last=False),
        "until": _moment(form["until"], "until", last=True),
        "reason": form["reason"],
        "price": price or None,
    }
    return RepricingIn.model_validate(given)


def _moment(text: str, field: str, *, last: bool) -> datetime:
    """A moment as it stands there, or a day's beginning or end in UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInputError("Give a day such as 2026-11-01, or a moment with its zone.", field=field) from None
    if moment.tzinfo is not None:
        return moment
    if last and len(text) == len("2026-11-01"):
        moment = moment.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return moment.replace(tzinfo=UTC)


def _told(found: RepricingPreview) -> str:
    before, after = (format_dollars(cost) for cost in (found.cost_before_micro_dollars, found.cost_after_micro_dollars))
    return f"{counted(found.calls, 'call')} cost {after} instead of {before}."
