"""My part of the portal: subscriptions of one's applications, and what their teams were told."""

from nicegui.page_arguments import PageArguments

from passgate.console.components.button import link_button
from passgate.console.components.card import card
from passgate.console.components.empty import empty, next_page
from passgate.console.components.listing import Listing
from passgate.console.components.page_header import page_header
from passgate.console.components.reason import ask_for_reason
from passgate.console.components.table import Column, Row, act, bar, tag, unfilled
from passgate.console.edge import MOUNT_PATH
from passgate.console.formatting import compact
from passgate.console.pages.portal.notices import notices_card
from passgate.console.pages.portal.plan_change import ask_for_plan
from passgate.console.pages.portal.wording import STATUS_TONES, standing
from passgate.console.visit import Visit, who
from passgate.kernel.actor import Actor
from passgate.kernel.money import format_dollars
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.metering.service.subscription_use import BudgetFill, QuotaFill, SubscriptionUse, use_of_subscriptions
from passgate.publishing.subscriptions.schemas import SubscriptionFilter, SubscriptionView
from passgate.publishing.subscriptions.service.deciding import resume, suspend, unsubscribe
from passgate.publishing.subscriptions.service.finding import list_subscriptions
from passgate.storage.work import Work

_COLUMNS = (
    Column("name", "Service", "main", wraps=True),
    Column("status", "Status", "badge"),
    Column("plan", "Plan"),
    Column("calls", "Calls, 30 days", "number"),
    Column("ai", "AI, 30 days"),
    Column("bounds", "Quota and budget", "bars"),
    Column("actions", "Actions", "actions"),
)
_NEARLY = 0.8


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    with page_header(
        "My subscriptions", "What your applications may call.", trail=[("Portal", f"{MOUNT_PATH}/portal")]
    ):
        link_button("My applications", f"{MOUNT_PATH}/applications", icon="application")
        link_button("My tokens", f"{MOUNT_PATH}/tokens", icon="token")
        link_button("My usage", f"{MOUNT_PATH}/?range=30d", icon="gauge")
    subscribes = (await visit.ask(who)).teams_with(Permission.SUBSCRIPTION_WRITE)
    await notices_card(visit)
    known: dict[str, SubscriptionView] = {}
    uses: dict[str, SubscriptionUse] = {}

    async def fetch(page: PageRequest) -> Page[SubscriptionView]:
        found, used = await visit.ask(_find, page)
        known.update((one.id, one) for one in found.items)
        uses.update((one.subscription_id, one) for one in used)
        return found

    async def do(subscription_id: str, name: str) -> None:
        await _do(visit, known[subscription_id], name)

    with card(flush=True):
        listing = Listing(
            _COLUMNS,
            label="My subscriptions",
            noun="subscription",
            fetch=fetch,
            row=lambda one: _row(
                one, uses.get(one.id), may_act=subscribes is None or one.application_team_id in subscribes
            ),
            on_act=do,
            when_empty=lambda: empty(
                "link",
                "No subscriptions yet",
                "Find a service in the portal and subscribe one of your applications to it.",
                next_page("Open the portal", f"{MOUNT_PATH}/portal"),
            ),
        )
    await listing.load()


def _find(actor: Actor, work: Work, page: PageRequest) -> tuple[Page[SubscriptionView], list[SubscriptionUse]]:
    """Whoever reads no calls sees subscriptions all the same, without their figures."""
    found = list_subscriptions(actor, work, page, SubscriptionFilter(side="application"))
    return found, use_of_subscriptions(actor, work, found.items)


def _row(one: SubscriptionView, use: SubscriptionUse | None, *, may_act: bool) -> Row:
    return {
        "id": one.id,
        "href": f"{MOUNT_PATH}/portal/services/{one.service_id}",
        "name": one.service_name,
        "sub": " · ".join(part for part in (one.application_name, standing(one)) if part),
        "status": tag(one.status.capitalize(), STATUS_TONES[one.status], dot=True),
        "plan": one.plan_name or "None",
        **(_figures(use, bounded=one.status in {"active", "suspended"}) if use is not None else {}),
        "actions": _actions(one) if may_act else [],
    }


def _actions(one: SubscriptionView) -> list[dict[str, str]]:
    of = f"the subscription to {one.service_name}"
    actions: list[dict[str, str]] = []
    if one.status == "active":
        actions = [act("plan", "Plan", of=of), act("suspend", "Suspend", of=of), act("end", "End", of=of, tone="bad")]
    elif one.status == "suspended" and one.held_by == "application":
        actions = [act("resume", "Resume", of=of), act("end", "End", of=of, tone="bad")]
    elif one.status in {"requested", "suspended"}:
        actions = [act("end", "Withdraw" if one.status == "requested" else "End", of=of, tone="bad")]
    return actions


def _figures(use: SubscriptionUse, *, bounded: bool) -> dict[str, object]:
    tokens = use.tokens_in + use.tokens_out
    return {
        "calls": f"{use.calls:,}, {use.errors:,} failed" if use.errors else f"{use.calls:,}",
        "ai": f"{compact(tokens)} tokens, {format_dollars(use.cost)}" if tokens else None,
        "bounds": (_bounds(use) or None) if bounded else None,
    }


def _bounds(use: SubscriptionUse) -> list[dict[str, object]]:
    return [*map(_quota, use.quotas), *([_budget(use.budget)] if use.budget is not None else [])]


def _quota(quota: QuotaFill) -> dict[str, object]:
    if quota.used is None:
        return unfilled(f"{quota.calls:,} calls a {quota.window}")
    return _fill(f"{quota.used:,} of {quota.calls:,} calls a {quota.window}", quota.used, quota.calls)


def _budget(budget: BudgetFill) -> dict[str, object]:
    window = "in total" if budget.window == "total" else f"a {budget.window}"
    text = f"{format_dollars(budget.spent)} of {format_dollars(budget.amount)} {window}"
    return _fill(text, budget.spent, budget.amount)


def _fill(text: str, used: int, whole: int) -> dict[str, object]:
    share = used / whole if whole else 1.0
    return bar(text, share, "bad" if share >= 1 else "warn" if share >= _NEARLY else "good")


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
