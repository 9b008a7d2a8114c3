"""Changing a subscription's plan."""

from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.visit import Visit
from passgate.publishing.plans.service import plans_of_service
from passgate.publishing.subscriptions.schemas import SubscriptionView
from passgate.publishing.subscriptions.service.subscribing import change_plan


async def ask_for_plan(visit: Visit, one: SubscriptionView) -> None:
    """Ask for another plan of the service."""
    plans = {plan.id: plan.name for plan in await visit.ask(plans_of_service, one.service_id) if plan.is_open}

    async def save(form: Form) -> None:
        made = await visit.change(change_plan, one.id, form["plan_id"] or "", form["note"] or "")
        visit.tell("It waits for the service's team." if made.wanted_plan_id else "The plan has changed.")
        await visit.refresh()

    lead = "A plan that needs approval takes effect when the service's team agrees; others do at once."
    with visit.client.content, form_dialog(f"Plan of {one.service_name}", lead, "Change plan", save) as form:
        form.add("plan_id", choice_field("Plan", plans, value=one.plan_id if one.plan_id in plans else None))
        form.add("note", text_field("Why", optional=True, lines=2))
