"""The plans that a service offers, in their order."""

from collections.abc import Sequence
from functools import partial

from passgate.console.components.button import button
from passgate.console.components.card import card, card_head
from passgate.console.components.confirm import confirm
from passgate.console.components.empty import empty, next_step
from passgate.console.components.table import Column, Row, Table, act, tag
from passgate.console.pages.portal.wording import plan_lines
from passgate.console.pages.services.plan_form import ask_for_plan
from passgate.console.visit import Visit
from passgate.kernel.actor import Actor
from passgate.publishing.plans.schemas import PlanChange, PlanView
from passgate.publishing.plans.service import change_plan, delete_plan, plans_of_service
from passgate.publishing.schemas import ServiceView
from passgate.storage.work import Work

_COLUMNS = (
    Column("name", "Plan", "main"),
    Column("allows", "What it allows", wraps=True),
    Column("states", "State", "badges"),
    Column("subscribers", "Subscribers", "number"),
    Column("actions", "Actions", "actions"),
)


async def plans_part(visit: Visit, service: ServiceView, *, may_write: bool) -> None:
    """The card with the plans."""
    plans = await visit.ask(plans_of_service, service.id)

    async def done(plan_id: str, what: str) -> None:
        plan = next(one for one in plans if one.id == plan_id)
        if what == "edit":
            ask_for_plan(visit, service, plan, 0)
        elif what == "up":
            await visit.change(_ordered, _moved_up([one.id for one in plans], plan_id))
            await visit.refresh()
        elif what == "delete":
            text = "Nobody can take it any more. A plan with subscribers is closed instead."
            confirm(f"Delete “{plan.name}”?", text, "Delete plan", partial(_delete, visit, plan_id))
        else:
            await visit.change(change_plan, plan_id, PlanChange(is_open=not plan.is_open))
            visit.tell(f"{plan.name} is {'closed to new subscribers' if plan.is_open else 'open'}.")
            await visit.refresh()

    def add() -> None:
        ask_for_plan(visit, service, None, max((plan.position for plan in plans), default=-1) + 1)

    with card(flush=True):
        lead = "What subscribers may choose from, in this order; a change holds at once for those who have the plan."
        with card_head("Plans", lead):
            if may_write and plans:
                button("New plan", add, icon="plus")
        if plans:
            rows = [_row(plan, first=at == 0, may_write=may_write) for at, plan in enumerate(plans)]
            Table(_COLUMNS, rows, label="Plans", on_act=done)
        else:
            text = "Without plans every request for a subscription is granted at once, and calls are not bounded."
            empty("link", "No plans yet", text, next_step("New plan", add) if may_write else None)


def _row(plan: PlanView, *, first: bool, may_write: bool) -> Row:
    states = [tag("Open", "good") if plan.is_open else tag("Closed", "warn")]
    states += [tag("Default", "brand")] if plan.is_default else []
    states += [] if plan.is_public else [tag("By invitation")]
    up = [] if first else [act("up", "Up", of=plan.name)]
    change = [act("edit", "Edit", of=plan.name), act("close", "Close" if plan.is_open else "Open", of=plan.name)]
    return {
        "id": plan.id,
        "name": plan.name,
        "sub": plan.description,
        "allows": " · ".join(plan_lines(plan)),
        "states": states,
        "subscribers": plan.subscription_count,
        "actions": [*up, *change, act("delete", "Delete", of=plan.name, tone="bad")] if may_write else [],
    }


async def _delete(visit: Visit, plan_id: str) -> None:
    await visit.change(delete_plan, plan_id)
    await visit.refresh()


def _ordered(actor: Actor, work: Work, plan_ids: Sequence[str]) -> None:
    for at, plan_id in enumerate(plan_ids):
        change_plan(actor, work, plan_id, PlanChange(position=at))


def _moved_up(ids: list[str], one: str) -> list[str]:
    at = ids.index(one)
    return [*ids[: at - 1], one, ids[at - 1], *ids[at + 1 :]]
