"""A plan's budget as a limit on the subscribed application, which the inference workers enforce."""

from passgate.identity.models import Application
from passgate.publishing.limits.models import Limit
from passgate.publishing.limits.repository import limit_of_subscription
from passgate.publishing.models import Service, Subscription
from passgate.publishing.plans.models import Plan
from passgate.storage.work import Work


def keep_budget(work: Work, subscription: Subscription) -> None:
    """Make, change or lift the limit, so that it says what the subscription's plan does; none where it is not active.

    What was spent in the window counts on when the plan changes, since the limit stays the same.
    """
    work.session.flush()
    plan = work.session.get(Plan, subscription.plan_id) if subscription.plan_id is not None else None
    limit = limit_of_subscription(work, subscription.id)
    if plan is None or plan.budget is None or subscription.status != "active":
        if limit is not None:
            work.session.delete(limit)
        return
    service = work.session.get_one(Service, subscription.service_id)
    said = {
        "name": f"{service.name}: {plan.name}"[:100],
        "window": plan.budget_window or "month",
        "amount": plan.budget,
    }
    if limit is None:
        limit = Limit(
            id=work.ids.new("lim"),
            **said,
            scope="application",
            target=subscription.application_id,
            team_id=work.session.get_one(Application, subscription.application_id).team_id,
            measure="money",
            subscription_id=subscription.id,
            created_at=work.clock.now(),
            created_by=subscription.decided_by or subscription.created_by,
        )
        work.session.add(limit)
    for field, value in said.items():
        setattr(limit, field, value)
    work.session.flush()
