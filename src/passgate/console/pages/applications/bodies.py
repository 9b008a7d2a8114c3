"""Whether what an application's AI calls say is logged."""

from collections.abc import Awaitable, Callable

from passgate.console.components.badge import badge
from passgate.console.components.button import button
from passgate.console.components.card import card, card_head
from passgate.console.components.confirm import confirm
from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field
from passgate.console.components.form import Form
from passgate.console.components.text import box, muted
from passgate.console.visit import Visit
from passgate.identity.models import Application
from passgate.identity.schemas import ApplicationChange
from passgate.identity.service.applications import update_application

_DAYS = {1: "1 day", 3: "3 days", 7: "7 days", 14: "14 days", 30: "30 days", 90: "90 days"}


def bodies_card(visit: Visit, application: Application, *, may_switch: bool) -> None:
    """The switch, and for how long what was said is kept."""

    async def set_days(days: int | None) -> None:
        await visit.change(update_application, application.id, ApplicationChange(body_log_days=days))
        await visit.refresh()

    async def switch_off() -> None:
        await set_days(None)

    with card():
        with box("pg-between"):
            card_head("Bodies").style("padding: 0; min-height: 0")
            days = application.body_log_days
            if may_switch and days is None:
                button("Log bodies", lambda: _ask(set_days), kind="quiet")
            elif may_switch:
                button(
                    "Switch off",
                    lambda: confirm(
                        "Log bodies no longer?",
                        "What was logged so far is deleted within ten minutes.",
                        "Switch off",
                        switch_off,
                    ),
                    kind="quiet",
                )
        if days is None:
            muted("What its AI calls say is not logged.")
            return
        with box("pg-row"):
            badge("logged", "warn")
            muted(f"Requests and replies of AI calls are kept for {_DAYS.get(days, f'{days} days')}, sealed.")


def _ask(set_days: Callable[[int | None], Awaitable[None]]) -> None:
    async def switch_on(form: Form) -> None:
        await set_days(form["days"])

    with form_dialog(
        "Log bodies",
        "Requests and replies of this application's AI calls are kept, 64 KB of each, masked where a policy masks. "
        "Those with the permission body:read see them on a call's page; who looked stands in the audit log.",
        "Log bodies",
        switch_on,
    ) as form:
        form.add("days", choice_field("Keep for", _DAYS, value=7))
