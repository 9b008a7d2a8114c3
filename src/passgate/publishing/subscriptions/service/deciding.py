"""What becomes of a subscription: agreed to or not, suspended, resumed, ended; each holds at the gate at once."""

from datetime import datetime

from passgate.kernel.actor import Actor
from passgate.kernel.errors import ForbiddenError, InvalidInputError
from passgate.publishing.models import Subscription
from passgate.publishing.plans.budget import keep_budget
from passgate.publishing.plans.models import Plan
from passgate.publishing.plans.repository import OPEN
from passgate.publishing.subscriptions import repository
from passgate.publishing.subscriptions.errors import ReasonNeededError, SubscriptionStatusError
from passgate.publishing.subscriptions.schemas import SubscriptionView
from passgate.publishing.subscriptions.service.finding import (
    found_subscription,
    get_subscription,
    is_owner,
    is_subscriber,
    require_a_side,
    require_owner,
)
from passgate.publishing.subscriptions.service.subscribing import apply_plan, begun
from passgate.publishing.subscriptions.service.telling import (
    answer_requests,
    because,
    tell_other_side,
    tell_service_side,
    tell_subscriber,
)
from passgate.storage.work import Work


def approve(
    actor: Actor, work: Work, subscription_id: str, reason: str = "", expires_at: datetime | None = None
) -> SubscriptionView:
    """Agree to a request, or to the wish for another plan.

    Raises:
        NotFoundError: as :func:`get_subscription`.
        ForbiddenError: the actor does not decide for the service's team.
        SubscriptionStatusError: nothing is asked for.
        InvalidInputError: an expiry that is past.
    """
    row, view = found_subscription(actor, work, subscription_id)
    require_owner(actor, view)
    _require_future(work, expires_at)
    if row.status != "requested" and (row.wanted_plan_id is None or row.status not in OPEN):
        raise SubscriptionStatusError(f"The subscription is {row.status}; nothing is asked for.")
    _decide(work, actor, row, reason)
    if row.status == "requested":
        plan = work.session.get(Plan, row.plan_id) if row.plan_id else None
        ends = begun(work, plan, row.service_id, view.application_team_id, renewed=True)
        row.status, row.expires_at = "active", expires_at or ends
        event, text = "approved", f"{view.application_name} may call {view.service_name} now{because(reason)}"
    else:
        apply_plan(work, row, work.session.get_one(Plan, row.wanted_plan_id), renewed=True)
        row.expires_at = expires_at or row.expires_at
        event = "plan_changed"
        text = (
            f"{view.application_name} has the plan {view.wanted_plan_name} of {view.service_name} now{because(reason)}"
        )
    keep_budget(work, row)
    answer_requests(work, view)
    tell_other_side(work, actor, view, event, text)
    return _told(actor, work, row)


def reject(actor: Actor, work: Work, subscription_id: str, reason: str) -> SubscriptionView:
    """Decline a request, or the wish for another plan, which leaves the subscription as it is.

    Raises:
        NotFoundError: as :func:`get_subscription`.
        ForbiddenError: the actor does not decide for the service's team.
        SubscriptionStatusError: nothing is asked for.
        ReasonNeededError: no reason.
    """
    row, view = found_subscription(actor, work, subscription_id)
    require_owner(actor, view)
    _require_reason(reason)
    if row.status == "requested":
        row.status, row.ended_at = "rejected", work.clock.now()
        event, text = (
            "rejected",
            f"The request of {view.application_name} for {view.service_name} was declined: {reason}",
        )
    elif row.wanted_plan_id is not None and row.status in OPEN:
        event = "plan_rejected"
        plan = f"the plan {view.wanted_plan_name} of {view.service_name}"
        text = f"{view.application_name} does not get {plan}: {reason}"
    else:
        raise SubscriptionStatusError(f"The subscription is {row.status}; nothing is asked for.")
    row.wanted_plan_id = None
    _decide(work, actor, row, reason)
    answer_requests(work, view)
    tell_other_side(work, actor, view, event, text)
    return _told(actor, work, row)


def suspend(actor: Actor, work: Work, subscription_id: str, reason: str = "") -> SubscriptionView:
    """Refuse its calls until the side that suspends it resumes it; the service's side says why.

    Raises:
        NotFoundError: as :func:`get_subscription`.
        ForbiddenError: without the permission subscription:write on either side.
        SubscriptionStatusError: it is not active.
        ReasonNeededError: no reason, by the service's side.
    """
    row, view = found_subscription(actor, work, subscription_id)
    require_a_side(actor, view)
    if row.status != "active":
        raise SubscriptionStatusError(f"The subscription is {row.status}; an active one can be suspended.")
    if is_owner(actor, view):
        _require_reason(reason)
    row.status, row.held_by = "suspended", "service" if is_owner(actor, view) else "application"
    _decide(work, actor, row, reason)
    keep_budget(work, row)
    text = f"The subscription of {view.application_name} to {view.service_name} is suspended{because(reason)}"
    tell_other_side(work, actor, view, "suspended", text)
    return _told(actor, work, row)


def resume(actor: Actor, work: Work, subscription_id: str, reason: str = "") -> SubscriptionView:
    """Let a suspended subscription call again.

    Raises:
        NotFoundError: as :func:`get_subscription`.
        ForbiddenError: the other side suspended it, or without the permission subscription:write.
        SubscriptionStatusError: it is not suspended.
    """
    row, view = found_subscription(actor, work, subscription_id)
    require_a_side(actor, view)
    if row.status != "suspended":
        raise SubscriptionStatusError(f"The subscription is {row.status}; a suspended one can be resumed.")
    if not (is_subscriber(actor, view) if row.held_by == "application" else is_owner(actor, view)):
        raise ForbiddenError("The other side suspended it, and alone can resume it.")
    row.status, row.held_by = "active", None
    _decide(work, actor, row, reason)
    keep_budget(work, row)
    text = f"{view.application_name} may call {view.service_name} again{because(reason)}"
    tell_other_side(work, actor, view, "resumed", text)
    return _told(actor, work, row)


def unsubscribe(actor: Actor, work: Work, subscription_id: str, reason: str = "") -> SubscriptionView:
    """End a subscription, by either side; its calls are refused at once. Nothing changes where it is over.

    Raises:
        NotFoundError: as :func:`get_subscription`.
        ForbiddenError: without the permission subscription:write in the application's or the service's team.
        ReasonNeededError: no reason, by the service's side alone.
    """
    row, view = found_subscription(actor, work, subscription_id)
    require_a_side(actor, view)
    if row.status not in OPEN:
        return view
    if not is_subscriber(actor, view):
        _require_reason(reason)
    _decide(work, actor, row, reason)
    _end(work, row)
    answer_requests(work, view)
    text = f"The subscription of {view.application_name} to {view.service_name} has ended{because(reason)}"
    tell_other_side(work, actor, view, "ended", text)
    return _told(actor, work, row)


def set_expiry(actor: Actor, work: Work, subscription_id: str, expires_at: datetime | None) -> SubscriptionView:
    """Say when a subscription ends by itself.

    Raises:
        NotFoundError: as :func:`get_subscription`.
        ForbiddenError: the actor does not decide for the service's team.
        SubscriptionStatusError: it is over.
        InvalidInputError: a moment that is past.
    """
    row, view = found_subscription(actor, work, subscription_id)
    require_owner(actor, view)
    if row.status not in OPEN:
        raise SubscriptionStatusError(f"The subscription is {row.status}.")
    _require_future(work, expires_at)
    row.expires_at = expires_at
    when = f"ends on {expires_at:%Y-%m-%d %H:%M} UTC" if expires_at else "does not end by itself any more"
    tell_other_side(
        work, actor, view, "expiry", f"The subscription of {view.application_name} to {view.service_name} {when}."
    )
    return _told(actor, work, row)


def any_due(work: Work) -> bool:
    """Whether a subscription's last moment has come; asked first, since it takes no lock."""
    return bool(repository.due(work, work.clock.now()))


def end_due(work: Work) -> list[str]:
    """End the subscriptions whose last moment has come; their ids. Done by the machine itself."""
    ended: list[str] = []
    for row in repository.due(work, work.clock.now()):
        found = repository.find_subscription(work, row.id)
        row.reason = "It had an end, and that came."
        _end(work, row)
        ended.append(row.id)
        if found is not None:
            view = found[1]
            text = f"The subscription of {view.application_name} to {view.service_name} has come to its end."
            tell_subscriber(work, view, "expired", text)
            if view.service_team_id != view.application_team_id:
                tell_service_side(work, view, "expired", text)
    return ended


def _end(work: Work, row: Subscription) -> None:
    row.status, row.ended_at = "ended", work.clock.now()
    row.wanted_plan_id = row.held_by = None
    keep_budget(work, row)


def _decide(work: Work, actor: Actor, row: Subscription, reason: str) -> None:
    row.reason, row.decided_at, row.decided_by = reason, work.clock.now(), actor.id


def _require_reason(reason: str) -> None:
    if not reason:
        raise ReasonNeededError("reason: say why; the other side reads it.", field="reason")


def _require_future(work: Work, moment: datetime | None) -> None:
    if moment is not None and moment <= work.clock.now():
        raise InvalidInputError("Name a moment to come.", field="expires_at")


def _told(actor: Actor, work: Work, row: Subscription) -> SubscriptionView:
    work.session.flush()
    return get_subscription(actor, work, row.id)
