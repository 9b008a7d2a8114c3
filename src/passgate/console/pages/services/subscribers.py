"""Who subscribes to a service."""

from collections.abc import Awaitable, Callable

from passgate.console.components.button import button
from passgate.console.components.card import card, card_head
from passgate.console.components.dialog import form_dialog
from passgate.console.components.empty import empty, next_step
from passgate.console.components.field import choice_field
from passgate.console.components.form import Form
from passgate.console.components.reason import ask_for_reason
from passgate.console.components.server_search import search_on_server
from passgate.console.components.table import Column, Row, act
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.subscriptions.listing import subscriptions_listing
from passgate.console.visit import Visit, may_somewhere
from passgate.identity.service.applications import list_applications
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import MAX_PAGE, PageRequest
from passgate.kernel.permissions import Permission
from passgate.publishing.schemas import ServiceView
from passgate.publishing.subscriptions.schemas import SubscriptionFilter, SubscriptionView
from passgate.publishing.subscriptions.service.deciding import unsubscribe
from passgate.publishing.subscriptions.service.subscribing import subscribe
from passgate.storage.work import Work

_COLUMNS = (
    Column("name", "Application", "main"),
    Column("app_id", "Application id", "id"),
    Column("since", "Since", "relative"),
    Column("actions", "Actions", "actions"),
)


async def subscribers_card(visit: Visit, service: ServiceView) -> None:
    """The applications that may call the service."""
    changes = await visit.ask(may_somewhere, Permission.SUBSCRIPTION_WRITE)

    async def add() -> None:
        await _ask_to_add(visit, service)

    async def end(subscription_id: str, _name: str) -> None:
        async def do(reason: str) -> None:
            await visit.change(unsubscribe, subscription_id, reason)
            visit.tell("The subscription has ended; its calls are refused from now on.")
            await visit.refresh()

        ask_for_reason("End this subscription?", "Its calls are refused at once.", "End subscription", do)

    with card(flush=True):
        with card_head("Subscriptions", "The applications that may call it."):
            another = button("Add application", add, icon="plus")
        listing = subscriptions_listing(
            visit,
            SubscriptionFilter(service_id=service.id, status="active"),
            _COLUMNS,
            row=lambda one: _row(one, changes=changes),
            on_act=end,
            when_empty=lambda: _say_none(service, add if changes else None),
        )
    await listing.load()
    another.set_visibility(changes and listing.has_any)


def _say_none(service: ServiceView, add: Callable[[], Awaitable[None]] | None) -> None:
    if service.access == "subscription":
        empty(
            "application",
            "Nobody may call it yet",
            "Add the applications that may. Their tokens work here at once.",
            next_step("Add application", add) if add else None,
        )
    else:
        empty("check", "No subscriptions needed", "Who may call is decided without subscriptions here.")


def _row(subscription: SubscriptionView, *, changes: bool) -> Row:
    end = act("end", "End", of=f"the subscription of {subscription.application_name}", tone="bad")
    return {
        "id": subscription.id,
        "href": f"{MOUNT_PATH}/applications/{subscription.application_id}",
        "name": subscription.application_name,
        "app_id": subscription.application_id,
        "since": subscription.created_at.isoformat(),
        "actions": [end] if changes else None,
    }


async def _ask_to_add(visit: Visit, service: ServiceView) -> None:
    applications = await visit.ask(_applications)

    async def add(form: Form) -> None:
        await visit.change(subscribe, service.id, form["application_id"] or "")
        await visit.refresh()

    lead = f"It may then call {service.name} with any of its tokens, at once."
    with form_dialog("Add an application", lead, "Add", add) as form:
        chosen = choice_field("Application", applications, searchable=True)
        search_on_server(chosen, lambda text: visit.ask(_applications, text))
        form.add("application_id", chosen)


def _applications(actor: Actor, work: Work, text: str = "") -> dict[str, str]:
    found = list_applications(actor, work, PageRequest(limit=MAX_PAGE), search=text).items
    return {one.id: one.name for one in found if actor.may(Permission.SUBSCRIPTION_WRITE, one.team_id)}
