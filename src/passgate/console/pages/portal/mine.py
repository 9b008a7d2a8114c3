"""My part of the portal: subscriptions of one's applications, and what their teams were told."""

from nicegui.page_arguments import PageArguments

from passgate.console.components.button import link_button
from passgate.console.components.card import card
from passgate.console.components.empty import empty, next_page
from passgate.console.components.listing import Listing
from passgate.console.components.page_header import page_header
from passgate.console.components.reason import ask_for_reason
from passgate.console.components.table import Column, Row, act, tag
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.portal.notices import notices_card
from passgate.console.pages.portal.plan_change import ask_for_plan
from passgate.console.pages.portal.wording import STATUS_TONES, standing
from passgate.console.visit import Visit
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.metering.service.service_use import ServiceUse, use_of_services
from passgate.publishing.subscriptions.schemas import SubscriptionFilter, SubscriptionView
from passgate.publishing.subscriptions.service.deciding import resume, suspend, unsubscribe
from passgate.publishing.subscriptions.service.finding import list_subscriptions
from passgate.storage.work import Work

_COLUMNS = (
    Column("name", "Service", "main"),
    Column("application", "Application"),
    Column("status", "Status", "badge"),
    Column("plan", "Plan"),
    Column("calls", "Calls, 30 days", "number"),
    Column("errors", "Failed", "number"),
    Column("standing", "Standing"),
    Column("actions", "Actions", "actions"),
)


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    with page_header(
        "My subscriptions", "What your applications may call.", trail=[("Portal", f"{MOUNT_PATH}/portal")]
    ):
        link_button("My applications", f"{MOUNT_PATH}/applications", icon="application")
        link_button("My tokens", f"{MOUNT_PATH}/tokens", icon="token")
        link_button("My usage", f"{MOUNT_PATH}/?range=30d", icon="gauge")
    await notices_card(visit)
    known: dict[str, SubscriptionView] = {}
    uses = await visit.ask(_uses)

    async def fetch(page: PageRequest) -> Page[SubscriptionView]:
        found = await visit.ask(list_subscriptions, page, SubscriptionFilter(side="application"))
        known.update((one.id, one) for one in found.items)
        return found

    async def do(subscription_id: str, name: str) -> None:
        await _do(visit, known[subscription_id], name)

    with card(flush=True):
        listing = Listing(
            _COLUMNS,
            label="My subscriptions",
            noun="subscription",
            fetch=fetch,
            row=lambda one: _row(one, uses.get((one.application_id, one.service_id))),
            on_act=do,
            when_empty=lambda: empty(
                "link",
                "No subscriptions yet",
                "Find a service in the portal and subscribe one of your applications to it.",
                next_page("Open the portal", f"{MOUNT_PATH}/portal"),
            ),
        )
    await listing.load()


def _uses(actor: Actor, work: Work) -> dict[tuple[str, str], ServiceUse]:
    """By application and service; nothing for whoever reads no calls, who sees subscriptions all the same."""
    if actor.teams_with(Permission.CALL_READ) == frozenset():
        return {}
    return {(one.application_id, one.service_id): one for one in use_of_services(actor, work)}


def _row(one: SubscriptionView, use: ServiceUse | None) -> Row:
    of = f"the subscription to {one.service_name}"
    actions = []
    if one.status == "active":
        actions = [act("plan", "Plan", of=of), act("suspend", "Suspend", of=of), act("end", "End", of=of, tone="bad")]
    elif one.status == "suspended" and one.held_by == "application":
        actions = [act("resume", "Resume", of=of), act("end", "End", of=of, tone="bad")]
    elif one.status in {"requested", "suspended"}:
        actions = [act("end", "Withdraw" if one.status == "requested" else "End", of=of, tone="bad")]
    return {
        "id": one.id,
        "name": one.service_name,
        "sub": one.base_path,
        "application": one.application_name,
        "status": tag(one.status.capitalize(), STATUS_TONES[one.status], dot=True),
        "plan": one.plan_name or "None",
        "calls": f"{use.calls:,}" if use else None,
        "errors": f"{use.errors:,}" if use else None,
        "standing": standing(one),
        "actions": actions,
    }


async def _do(visit: Visit, one: SubscriptionView, name: str) -> None:
    if name == "plan":
        await ask_for_plan(visit, one)
        return
    if name == "resume":
        await visit.change(resume, one.id)
        await visit.refresh()
        return
    change, title, lead = (
        (suspend, "Suspend this subscription?", "Its calls are refused until you resume it.")
        if name == "suspend"
        else (unsubscribe, "End this subscription?", "Its calls are refused at once.")
    )

    async def job(reason: str) -> None:
        await visit.change(change, one.id, reason)
        await visit.refresh()

    ask_for_reason(title, lead, title.split()[0], job, optional=True)
