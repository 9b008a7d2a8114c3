"""Queries of plans."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import delete, func, or_, select

from passgate.kernel.pagination import Page, PageRequest
from passgate.publishing.models import Service, Subscription
from passgate.publishing.plans.models import Plan, PlanService
from passgate.storage.work import Work

OPEN = ("requested", "active", "suspended")
"""Status of subscriptions that are not over."""


def find_plan(work: Work, plan_id: str) -> Plan | None:
    """The plan of that id."""
    return work.session.get(Plan, plan_id)


def plans_by_id(work: Work, plan_ids: Iterable[str]) -> Sequence[Plan]:
    """Those of these plans that are there."""
    return work.session.scalars(select(Plan).where(Plan.id.in_(sorted(plan_ids)))).all()


def plans_page(
    work: Work, page: PageRequest, teams: frozenset[str] | None, team_id: str | None, search: str | None
) -> Page[Plan]:
    """Plans of those teams (None: all), newest first."""
    query = select(Plan)
    if teams is not None:
        query = query.where(Plan.team_id.in_(sorted(teams)))
    if team_id is not None:
        query = query.where(Plan.team_id == team_id)
    if search:
        query = query.where(func.lower(Plan.name).contains(search.lower(), autoescape=True))
    if page.after is not None:
        query = query.where(Plan.id < page.after)
    rows = work.session.scalars(query.order_by(Plan.id.desc()).limit(page.bounded + 1)).all()
    items = rows[: page.bounded]
    return Page(items, items[-1].id if len(rows) > page.bounded else None)


def plans_of_service(work: Work, service_id: str) -> Sequence[Plan]:
    """The plans that the service offers, in their order."""
    query = select(Plan).join(PlanService, PlanService.plan_id == Plan.id).where(PlanService.service_id == service_id)
    return work.session.scalars(query.order_by(Plan.position, Plan.name, Plan.id)).all()


def services_of(work: Work, plan_ids: Iterable[str]) -> Mapping[str, list[str]]:
    """The services that offer each of the plans."""
    query = select(PlanService.plan_id, PlanService.service_id).where(PlanService.plan_id.in_(list(plan_ids)))
    found: dict[str, list[str]] = defaultdict(list)
    for row in work.session.execute(query.order_by(PlanService.service_id)):
        found[row.plan_id].append(row.service_id)
    return found


def foreign_services(work: Work, service_ids: Iterable[str], team_id: str) -> set[str]:
    """Those of the ids that are no services of the team."""
    wanted = set(service_ids)
    own = select(Service.id).where(Service.team_id == team_id, Service.id.in_(wanted))
    return wanted - set(work.session.scalars(own))


def set_services(work: Work, plan_id: str, service_ids: Sequence[str]) -> None:
    """Let exactly these services offer the plan."""
    work.session.execute(delete(PlanService).where(PlanService.plan_id == plan_id))
    work.session.add_all(PlanService(plan_id=plan_id, service_id=service_id) for service_id in service_ids)
    work.session.flush()


def other_default(work: Work, plan_id: str, service_ids: Sequence[str]) -> Plan | None:
    """Another plan that is the default of one of the services."""
    query = select(Plan).join(PlanService, PlanService.plan_id == Plan.id)
    return work.session.scalar(
        query.where(Plan.is_default, Plan.id != plan_id, PlanService.service_id.in_(service_ids)).limit(1)
    )


def takers(work: Work, plan_id: str) -> Sequence[Subscription]:
    """Subscriptions that have the plan, or wish to change to it, and are not over."""
    return work.session.scalars(
        select(Subscription).where(
            or_(Subscription.plan_id == plan_id, Subscription.wanted_plan_id == plan_id), Subscription.status.in_(OPEN)
        )
    ).all()


def past_takers(work: Work, plan_id: str) -> Sequence[Subscription]:
    """Subscriptions that name the plan, whatever became of them."""
    return work.session.scalars(
        select(Subscription).where(or_(Subscription.plan_id == plan_id, Subscription.wanted_plan_id == plan_id))
    ).all()


def subscription_counts(work: Work, plan_ids: Iterable[str]) -> Mapping[str, int]:
    """How many active subscriptions have each of the plans."""
    query = (
        select(Subscription.plan_id, func.count(Subscription.id).label("subscriptions"))
        .where(Subscription.plan_id.in_(list(plan_ids)), Subscription.status == "active")
        .group_by(Subscription.plan_id)
    )
    return {row.plan_id: row.subscriptions for row in work.session.execute(query) if row.plan_id is not None}
