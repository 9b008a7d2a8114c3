"""Who wants to call, and who calls, the services of one's teams."""

from collections.abc import Callable
from typing import Any

from nicegui.page_arguments import PageArguments

from passgate.console.components.card import card
from passgate.console.components.empty import empty
from passgate.console.components.page_header import page_header
from passgate.console.components.reason import ask_for_reason
from passgate.console.components.segmented import segmented
from passgate.console.components.table import Column, Row, act, tag
from passgate.console.pages.portal.notices import notices_card
from passgate.console.pages.portal.wording import STATUS_TONES, standing
from passgate.console.pages.subscriptions.expiry import ask_for_expiry
from passgate.console.pages.subscriptions.listing import subscriptions_listing
from passgate.console.visit import Visit, who
from passgate.kernel.permissions import Permission
from passgate.publishing.subscriptions.schemas import SubscriptionFilter, SubscriptionView
from passgate.publishing.subscriptions.service.deciding import approve, reject, resume, suspend, unsubscribe

_COLUMNS = (
    Column("name", "Application", "main"),
    Column("service", "Service"),
    Column("status", "Status", "badge"),
    Column("plan", "Plan"),
    Column("standing", "Standing"),
    Column("since", "Since", "relative"),
    Column("actions", "Actions", "actions"),
)
_VIEWS = {"waiting": "Requests", "active": "Active", "suspended": "Suspended", "all": "All"}
_ASKED: dict[str, tuple[Callable[..., Any], str, str]] = {
    "reject": (reject, "Decline this request?", "The subscriber reads why."),
    "suspend": (suspend, "Suspend this subscription?", "Its calls are refused until you resume it."),
    "end": (unsubscribe, "End this subscription?", "Its calls are refused at once."),
}


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    key = args.query_parameters.get("view", "waiting")
    key = key if key in _VIEWS else "waiting"
    lead = "Who asks for your services, and who calls them. What you decide holds at the gate at once."
    with page_header("Subscriptions", lead):
        segmented("Which", _VIEWS, key, lambda chosen: visit.go(f"/subscriptions?view={chosen}"))
    decides = (await visit.ask(who)).teams_with(Permission.SUBSCRIPTION_WRITE)
    await notices_card(visit)
    wanted = {
        "waiting": SubscriptionFilter(side="service", undecided=True),
        "active": SubscriptionFilter(side="service", status="active"),
        "suspended": SubscriptionFilter(side="service", status="suspended"),
    }.get(key, SubscriptionFilter(side="service"))

    async def do(subscription_id: str, name: str) -> None:
        await _do(visit, subscription_id, name)

    with card(flush=True):
        listing = subscriptions_listing(
            visit,
            wanted,
            _COLUMNS,
            row=lambda one: _row(one, may_act=decides is None or one.service_team_id in decides),
            on_act=do,
            when_empty=lambda: empty(
                "check" if key == "waiting" else "application",
                "Nothing waits for you" if key == "waiting" else "None here",
                "Requests for plans that need approval appear here."
                if key == "waiting"
                else "Applications that subscribe to your services appear here.",
            ),
        )
    await listing.load()


def _row(one: SubscriptionView, *, may_act: bool) -> Row:
    return {
        "id": one.id,
        "name": one.application_name,
        "sub": " · ".join(part for part in (one.application_team_name, one.note) if part),
        "service": one.service_name,
        "status": tag(one.status.capitalize(), STATUS_TONES[one.status], dot=True),
        "plan": one.plan_name or "None",
        "standing": standing(one) if one.status != "requested" else "",
        "since": one.created_at.isoformat(),
        "actions": _actions(one) if may_act else [],
    }


def _actions(one: SubscriptionView) -> list[dict[str, str]]:
    of = f"{one.application_name} at {one.service_name}"
    actions = []
    if one.status == "requested" or one.wanted_plan_id:
        actions += [act("approve", "Approve", of=of), act("reject", "Decline", of=of, tone="bad")]
    if one.status == "active" and not one.wanted_plan_id:
        actions += [
            act("expiry", "Expiry", of=of),
            act("suspend", "Suspend", of=of),
            act("end", "End", of=of, tone="bad"),
        ]
    if one.status == "suspended":
        actions += [act("resume", "Resume", of=of)] if one.held_by == "service" else []
        actions += [act("end", "End", of=of, tone="bad")]
    return actions


async def _do(visit: Visit, subscription_id: str, name: str) -> None:
    if name in {"approve", "resume"}:
        await visit.change(approve if name == "approve" else resume, subscription_id)
        visit.tell("It may call now.")
        await visit.refresh()
        return
    if name == "expiry":
        await ask_for_expiry(visit, subscription_id)
        return
    change, title, lead = _ASKED[name]

    async def job(reason: str) -> None:
        await visit.change(change, subscription_id, reason)
        await visit.refresh()

    ask_for_reason(title, lead, title.split()[0], job)
