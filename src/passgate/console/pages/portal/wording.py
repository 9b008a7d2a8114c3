"""Plans and states of the portal in people's words."""

from collections.abc import Mapping

from passgate.console.components.badge import Tone
from passgate.contracts.published_service import ServiceKind
from passgate.contracts.service_policy import Access
from passgate.kernel.money import format_dollars
from passgate.publishing.plans.schemas import PlanView
from passgate.publishing.subscriptions.schemas import SubscriptionStatus, SubscriptionView

KINDS: Mapping[ServiceKind, str] = {"rest": "REST API", "prompt": "Prompt", "mcp": "MCP server"}
ACCESS: Mapping[Access, str] = {"public": "Open to anyone", "token": "Any token", "subscription": "By subscription"}
STATUS_TONES: Mapping[SubscriptionStatus, Tone] = {
    "requested": "info",
    "active": "good",
    "suspended": "warn",
    "rejected": "bad",
    "ended": "plain",
}
_WINDOWS = {"total": "in total"}


def plan_lines(plan: PlanView) -> list[str]:
    """What a plan allows, a line each."""
    lines = [f"{rate.calls:,} calls a {rate.window}" for rate in plan.rates] or ["Calls without a bound"]
    if plan.budget is not None:
        window = plan.budget_window or "month"
        lines.append(f"{format_dollars(plan.budget)} {_WINDOWS.get(window, f'a {window}')} for AI")
    if plan.models:
        lines.append(f"Models: {', '.join(plan.models)}")
    if plan.lifetime_days:
        lines.append(f"Ends after {plan.lifetime_days} days")
    lines.append("By approval of its team" if plan.needs_approval else "Yours at once")
    return lines


def standing(one: SubscriptionView) -> str:
    """Why it is as it is, in a line."""
    if one.wanted_plan_name:
        return f"Waits to change to {one.wanted_plan_name}"
    if one.status == "suspended":
        side = "its service's team" if one.held_by == "service" else "the subscriber"
        return f"By {side}: {one.reason}" if one.reason else f"By {side}"
    if one.status == "requested":
        return one.note
    if one.status == "active" and one.expires_at:
        return ". ".join(part for part in (one.reason, f"Ends on {one.expires_at:%d %b %Y}") if part)
    return one.reason
