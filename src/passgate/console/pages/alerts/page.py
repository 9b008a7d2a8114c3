"""Alerts, and the webhooks that they are sent to."""

from nicegui.page_arguments import PageArguments

from passgate.console.components.button import button
from passgate.console.components.card import card, card_head
from passgate.console.components.dialog import drawer
from passgate.console.components.empty import empty
from passgate.console.components.facts import facts
from passgate.console.components.listing import Listing
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row, tag
from passgate.console.components.text import Words
from passgate.console.pages.alerts.webhooks import ask_for_webhook, open_webhook, webhook_row
from passgate.console.pages.teams_of import team_names
from passgate.console.visit import Visit, who
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.metering.alerts.schemas import AlertView, WebhookView
from passgate.metering.alerts.service import acknowledge, acknowledge_all, list_alerts
from passgate.metering.alerts.webhooks import list_webhooks

_COLUMNS = (
    Column("title", "Alert", "main"),
    Column("severity", "Severity", "badge"),
    Column("message", "What happened"),
    Column("at", "When", "relative"),
    Column("state", "State", "badge"),
)
_WEBHOOKS = (
    Column("name", "Webhook", "main"),
    Column("url", "Address", "code"),
    Column("kinds", "Alerts"),
    Column("state", "State", "badge"),
)


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    actor = await visit.ask(who)
    may_write = actor.teams_with(Permission.ALERT_WRITE) != frozenset()
    teams = await visit.ask(team_names) if may_write else {}
    by_id: dict[str, AlertView] = {}
    hooks: dict[str, WebhookView] = {}

    async def acknowledge_every() -> None:
        await visit.change(acknowledge_all)
        await visit.refresh()

    lead = (
        "Budgets that run out, tokens that expire, providers that fail, snapshots that a node rejects: each told once."
    )
    with page_header("Alerts", lead):
        button("Acknowledge all", acknowledge_every, icon="check")

    async def fetch(page: PageRequest) -> Page[AlertView]:
        found = await visit.ask(list_alerts, page)
        by_id.update((alert.id, alert) for alert in found.items)
        return found

    async def fetch_webhooks(page: PageRequest) -> Page[WebhookView]:
        found = await visit.ask(list_webhooks, page)
        hooks.update((hook.id, hook) for hook in found.items)
        return found

    with card(flush=True):
        alerts = Listing(
            _COLUMNS,
            label="Alerts",
            noun="alert",
            fetch=fetch,
            row=_row,
            when_empty=lambda: empty("check", "Nothing to see to", "Alerts appear here when something needs a person."),
            on_open=lambda alert_id: _open(visit, by_id[alert_id]),
        )
    with card(flush=True):
        with card_head("Webhooks", "Alerts as signed JSON, tried again with growing pauses."):
            if may_write:
                everywhere = actor.may(Permission.ALERT_WRITE)
                button("New webhook", lambda: ask_for_webhook(visit, teams, everywhere=everywhere), icon="plus")
        webhooks = Listing(
            _WEBHOOKS,
            label="Webhooks",
            noun="webhook",
            fetch=fetch_webhooks,
            row=webhook_row,
            when_empty=lambda: empty("link", "No webhooks", "Have alerts sent to a chat or to whoever is on call."),
            on_open=lambda webhook_id: open_webhook(visit, hooks[webhook_id], may_write=may_write),
        )
    await alerts.load()
    await webhooks.load()


def _open(visit: Visit, alert: AlertView) -> None:
    with drawer(alert.title) as dialog:
        Words(alert.message, "p")
        facts(
            [
                ("Severity", alert.severity),
                ("About", alert.target_id),
                ("When", f"{alert.created_at:%Y-%m-%d %H:%M} UTC"),
                ("Acknowledged", f"{alert.acknowledged_at:%Y-%m-%d %H:%M} UTC" if alert.acknowledged_at else "not yet"),
            ]
        )

        async def seen() -> None:
            await visit.change(acknowledge, alert.id)
            dialog.close()
            await visit.refresh()

        if alert.acknowledged_at is None:
            button("Acknowledge", seen, kind="primary", icon="check")


def _row(alert: AlertView) -> Row:
    return {
        "id": alert.id,
        "title": alert.title,
        "severity": tag(alert.severity.capitalize(), "bad" if alert.severity == "critical" else "warn"),
        "message": alert.message,
        "at": alert.created_at.isoformat(),
        "state": tag("Acknowledged", "plain") if alert.acknowledged_at else tag("New", "info", dot=True),
    }
