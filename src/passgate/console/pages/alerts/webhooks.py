"""One webhook: made, tried, looked at, removed."""

from collections.abc import Mapping

from passgate.console.components.button import button
from passgate.console.components.confirm import confirm
from passgate.console.components.copyable import secret_once
from passgate.console.components.dialog import drawer, form_dialog, view_dialog
from passgate.console.components.facts import facts
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.listing import Listing
from passgate.console.components.table import Column, Row, tag
from passgate.console.components.text import Words, box, muted
from passgate.console.visit import Visit
from passgate.kernel.pagination import Page, PageRequest
from passgate.metering.alerts.schemas import DeliveryView, NewWebhook, WebhookIn, WebhookView
from passgate.metering.alerts.webhooks import (
    create_webhook,
    delete_webhook,
    list_deliveries,
    renew_secret,
    replace_webhook,
    send_test,
)

KINDS = {
    "budget": "Budgets",
    "limit": "Limits on calls and tokens",
    "token_expiry": "Tokens that expire",
    "error_rate": "Providers that fail",
    "snapshot_rejected": "Rejected snapshots",
}
_EVERYBODY = "Everybody's alerts"
_DELIVERIES = (
    Column("at", "When", "relative"),
    Column("what", "What"),
    Column("outcome", "Outcome", "badge"),
    Column("tried", "Attempts", "number"),
)


def ask_for_webhook(visit: Visit, teams: Mapping[str, str], *, everywhere: bool) -> None:
    """Ask for a new webhook, and show its secret once."""

    async def save(form: Form) -> None:
        given = {"name": form["name"], "url": form["url"], "kinds": form["kinds"] or [], "team_id": form["team_id"]}
        given["team_id"] = given["team_id"] or None
        made = await visit.change(create_webhook, WebhookIn.model_validate(given))
        await visit.refresh()
        _show_secret(visit, made)

    choices = {**({"": _EVERYBODY} if everywhere else {}), **teams}
    lead = "It gets each alert as JSON by POST, signed with a secret."
    with visit.client.content, form_dialog("New webhook", lead, "Create", save) as form:
        form.add("name", text_field("Name", placeholder="On call"))
        form.add("url", text_field("Address", placeholder="https://hooks.example.com/passgate"))
        form.add("team_id", choice_field("Whose alerts", choices, value=next(iter(choices), None)))
        kinds = choice_field("Which", KINDS, value=[], multiple=True, optional=True, help_text="None chosen: all.")
        form.add("kinds", kinds)


async def open_webhook(visit: Visit, webhook: WebhookView, *, may_write: bool) -> None:
    """Open a webhook's detail, with what was delivered."""

    async def fetch(page: PageRequest) -> Page[DeliveryView]:
        return await visit.ask(list_deliveries, webhook.id, page)

    with drawer(webhook.name, webhook.url) as dialog:
        facts([("Alerts", _kinds_of(webhook)), ("State", "On" if webhook.is_enabled else "Off")])
        if may_write:
            with box("pg-row"):

                async def test() -> None:
                    await visit.change(send_test, webhook.id)
                    visit.tell("A test is on its way; the log below tells how it went.")
                    await deliveries.load()

                async def turn() -> None:
                    given = webhook.model_dump(include={"name", "url", "team_id", "kinds"})
                    change = WebhookIn.model_validate({**given, "is_enabled": not webhook.is_enabled})
                    await visit.change(replace_webhook, webhook.id, change)
                    dialog.close()
                    await visit.refresh()

                async def renew() -> None:
                    made = await visit.change(renew_secret, webhook.id)
                    dialog.close()
                    _show_secret(visit, made)

                def delete() -> None:
                    dialog.close()
                    _ask_to_delete(visit, webhook)

                button("Send a test", test, icon="bolt")
                button("New secret", renew, icon="key")
                button("Turn off" if webhook.is_enabled else "Turn on", turn, icon="pause")
                button("Delete", delete, icon="trash")
        with box("pg-stack-s"):
            with box("pg-between"):
                Words("Deliveries", "h3")
                again = button("Look again", kind="quiet", icon="refresh")
            deliveries = Listing(
                _DELIVERIES,
                label="Deliveries",
                noun="delivery",
                fetch=fetch,
                row=_delivery_row,
                when_empty=lambda: muted("Nothing was sent yet."),
                dense=True,
            )
    again.on_click(deliveries.load)
    await deliveries.load()


def webhook_row(webhook: WebhookView) -> Row:
    """A webhook's row."""
    return {
        "id": webhook.id,
        "name": webhook.name,
        "url": webhook.url,
        "kinds": _kinds_of(webhook),
        "state": tag("On", "good", dot=True) if webhook.is_enabled else tag("Off", "plain"),
    }


def _show_secret(visit: Visit, made: NewWebhook) -> None:
    lead = "Check x-passgate-signature with it. It is shown this once."
    with visit.client.content, view_dialog(f"The secret of {made.name}", lead):
        secret_once(made.secret, "Secret")


def _ask_to_delete(visit: Visit, webhook: WebhookView) -> None:
    async def delete() -> None:
        await visit.change(delete_webhook, webhook.id)
        await visit.refresh()

    with visit.client.content:
        confirm(f"Delete the webhook {webhook.name}?", "What is still to be sent to it is not sent.", "Delete", delete)


def _kinds_of(webhook: WebhookView) -> str:
    return ", ".join(KINDS[kind] for kind in webhook.kinds) or "All"


def _delivery_row(delivery: DeliveryView) -> Row:
    if delivery.outcome == "delivered":
        outcome = tag("Delivered", "good", dot=True)
    elif delivery.next_at is not None:
        outcome = tag("Waiting", "warn", title=delivery.outcome or "")
    else:
        outcome = tag("Given up", "bad", title=delivery.outcome or "")
    return {
        "id": delivery.id,
        "at": delivery.created_at.isoformat(),
        "what": "Alert" if delivery.alert_id else "Test",
        "outcome": outcome,
        "tried": str(delivery.attempts),
    }
