"""Subscribing, and changing the plan."""

from datetime import datetime, timedelta

from passgate.identity.models import Application
from passgate.identity.service.applications import get_application
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.publishing.errors import WrongStatusError
from passgate.publishing.models import Service, Subscription
from passgate.publishing.plans import repository as plans
from passgate.publishing.plans.budget import keep_budget
from passgate.publishing.plans.errors import PlanNeededError
from passgate.publishing.plans.models import Plan, PlanStart
from passgate.publishing.plans.service import may_know_of
from passgate.publishing.service.services import visible_service
from passgate.publishing.subscriptions import repository
from passgate.publishing.subscriptions.errors import (
    AlreadySubscribedError,
    PlanOverError,
    PlanUnavailableError,
    SubscriptionStatusError,
)
from passgate.publishing.subscriptions.schemas import SubscriptionView
from passgate.publishing.subscriptions.service.finding import (
    found_subscription,
    get_subscription,
    is_owner,
    require_a_side,
)
from passgate.publishing.subscriptions.service.telling import because, tell_other_side
from passgate.storage.constraints import refusing
from passgate.storage.work import Work


def subscribe(  # noqa: PLR0913, PLR0917 - the two sides, and what is between them
    actor: Actor, work: Work, service_id: str, application_id: str, plan_id: str | None = None, note: str = ""
) -> SubscriptionView:
    """Let an application call a service: at once, or when the service's team agrees, as the plan says.

    Whoever decides for the service's team agrees by asking. A service without plans takes everybody at once.

    Raises:
        NotFoundError: an application of a team that the actor has no part in, or a service it may not know of.
        ForbiddenError: without the permission subscription:write in the application's team.
        WrongStatusError: the service is retired.
        AlreadySubscribedError: it may call it already, or has asked to.
        PlanNeededError: the service has plans, and the actor names none where none is the default.
        PlanUnavailableError: the service does not offer that plan to the actor.
        PlanOverError: the team had the plan, and its lifetime is over.
    """
    application = get_application(actor, work, application_id)
    actor.require(Permission.SUBSCRIPTION_WRITE, application.team_id, what="application")
    service = visible_service(actor, work, service_id)
    if service.status == "retired":
        raise WrongStatusError(f"{service.name} is retired.", field="service_id")
    plan = _chosen_plan(actor, work, service, application.team_id, plan_id)
    taken = AlreadySubscribedError(f"{application.name} subscribes to {service.name} already, or has asked to.")
    if repository.open_subscription(work, service.id, application.id) is not None:
        raise taken
    decides = actor.may(Permission.SUBSCRIPTION_WRITE, service.team_id)
    waits = plan is not None and plan.needs_approval and not decides
    now = work.clock.now()
    ends = None if waits else begun(work, plan, service.id, application.team_id, renewed=decides)
    row = Subscription(
        id=work.ids.new("sub"),
        service_id=service.id,
        application_id=application.id,
        status="requested" if waits else "active",
        plan_id=plan.id if plan else None,
        note=note,
        reason="",
        created_at=now,
        created_by=actor.id,
        expires_at=ends,
    )
    with refusing(work, taken):
        work.session.add(row)
    keep_budget(work, row)
    view = get_subscription(actor, work, row.id)
    _tell_of_new(work, actor, view)
    return view


def change_plan(actor: Actor, work: Work, subscription_id: str, plan_id: str, note: str = "") -> SubscriptionView:
    """Change to another plan: at once, or when the service's team agrees, as the new plan says.

    Raises:
        NotFoundError: as :func:`get_subscription`.
        ForbiddenError: without the permission subscription:write on either side.
        SubscriptionStatusError: it is over.
        PlanUnavailableError: the service does not offer that plan to the subscriber.
    """
    row, view = found_subscription(actor, work, subscription_id)
    require_a_side(actor, view)
    if row.status not in plans.OPEN:
        raise SubscriptionStatusError(f"The subscription is {row.status}; subscribe anew.")
    service = work.session.get_one(Service, row.service_id)
    plan = _chosen_plan(actor, work, service, view.application_team_id, plan_id)
    if plan is None or plan.id == row.plan_id:
        row.wanted_plan_id = None
        work.session.flush()
        return get_subscription(actor, work, row.id)
    row.note = note or row.note
    if plan.needs_approval and not is_owner(actor, view) and row.status != "requested":
        row.wanted_plan_id = plan.id
        text = f"{view.application_name} wants to change to the plan {plan.name} of {view.service_name}{because(note)}"
        tell_other_side(work, actor, view, "plan_wanted", text)
    else:
        apply_plan(work, row, plan, renewed=is_owner(actor, view))
        text = f"{view.application_name} has the plan {plan.name} of {view.service_name} now{because(note)}"
        tell_other_side(work, actor, view, "plan_changed", text)
    work.session.flush()
    return get_subscription(actor, work, row.id)


def apply_plan(work: Work, row: Subscription, plan: Plan, *, renewed: bool) -> None:
    """Put a subscription under the plan, at once.

    Args:
        work: to write with.
        row: the subscription.
        plan: that it is to have.
        renewed: whether the service's team decides, for which the plan's lifetime begins anew.

    Raises:
        PlanOverError: the team had the plan, and its lifetime is over.
    """
    waits = row.status == "requested" and plan.needs_approval
    team_id = work.session.get_one(Application, row.application_id).team_id
    ends = None if waits else begun(work, plan, row.service_id, team_id, renewed=renewed)
    former = work.session.get(Plan, row.plan_id) if row.plan_id is not None else None
    row.plan_id, row.wanted_plan_id = plan.id, None
    if row.status == "requested" and not plan.needs_approval:
        row.status = "active"
    # An end that the service's team has set stays; one that came from the former plan goes with it.
    if row.status != "requested" and (row.expires_at is None or (former is not None and former.lifetime_days)):
        row.expires_at = ends
    keep_budget(work, row)


def begun(work: Work, plan: Plan | None, service_id: str, team_id: str, *, renewed: bool) -> datetime | None:
    """When a subscription under the plan ends that begins now; None: not by itself.

    A plan's lifetime is a team's once: it goes on from where the team took the plan first, whichever application asks
    and however often, unless the service's team decides.

    Raises:
        PlanOverError: it is over.
    """
    if plan is None or not plan.lifetime_days:
        return None
    now = work.clock.now()
    start = work.session.get(PlanStart, (plan.id, service_id, team_id))
    if start is None:
        start = PlanStart(plan_id=plan.id, service_id=service_id, team_id=team_id, started_at=now)
        work.session.add(start)
    elif renewed:
        start.started_at = now
    end = start.started_at + timedelta(days=plan.lifetime_days)
    if end <= now:
        rule = f"plan_id: your team had {plan.name} until {end:%Y-%m-%d}; ask the service's team for more."
        raise PlanOverError(rule, field="plan_id")
    return end


def _chosen_plan(actor: Actor, work: Work, service: Service, team_id: str, plan_id: str | None) -> Plan | None:
    """The plan to take; None: the service has none."""
    offered = [plan for plan in plans.plans_of_service(work, service.id) if plan.is_open]
    if plan_id is None:
        if not offered:
            return None
        chosen = next((plan for plan in offered if plan.is_default), None)
        if chosen is None:
            raise PlanNeededError(f"plan_id: name one of the plans of {service.name}.", field="plan_id")
    else:
        chosen = next((plan for plan in offered if plan.id == plan_id), None)
    if chosen is None or not _is_for(actor, chosen, team_id):
        raise PlanUnavailableError(f"plan_id: {service.name} does not offer this plan to you.", field="plan_id")
    return chosen


def _is_for(actor: Actor, plan: Plan, team_id: str) -> bool:
    invited = plan.is_public or team_id in plan.invited_team_ids or team_id == plan.team_id
    return may_know_of(actor, plan) and (invited or actor.may(Permission.SUBSCRIPTION_WRITE, plan.team_id))


def _tell_of_new(work: Work, actor: Actor, view: SubscriptionView) -> None:
    under = f" under the plan {view.plan_name}" if view.plan_name else ""
    who = f"{view.application_name} ({view.application_team_name})"
    if view.status == "requested":
        text = f"{who} asks for {view.service_name}{under}{because(view.note)}"
        tell_other_side(work, actor, view, "requested", text)
    else:
        tell_other_side(work, actor, view, "subscribed", f"{who} subscribes to {view.service_name}{under}.")
