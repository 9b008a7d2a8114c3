"""Queries of subscriptions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, delete, or_, select
from sqlalchemy.orm import aliased

from passgate.identity.models import Application, Team
from passgate.kernel.pagination import Page, PageRequest
from passgate.publishing.limits.models import Limit
from passgate.publishing.models import Service, Subscription
from passgate.publishing.plans.models import Plan
from passgate.publishing.plans.repository import OPEN
from passgate.publishing.subscriptions.schemas import SubscriptionFilter, SubscriptionView
from passgate.storage.work import Work

_Wanted = aliased(Plan)
_Owner = aliased(Team)
_Found = Row[Subscription, Service, Application, str | None, str | None, str, str]


def find_subscription(work: Work, subscription_id: str) -> tuple[Subscription, SubscriptionView] | None:
    """The subscription of that id, with both sides' names."""
    found = work.session.execute(_with_both_sides().where(Subscription.id == subscription_id)).first()
    return (found[0], _view(found)) if found else None


def open_subscription(work: Work, service_id: str, application_id: str) -> Subscription | None:
    """The application's subscription to the service that is not over."""
    return work.session.scalar(
        select(Subscription).where(
            Subscription.service_id == service_id,
            Subscription.application_id == application_id,
            Subscription.status.in_(OPEN),
        )
    )


def subscriptions_page(
    work: Work, page: PageRequest, teams: frozenset[str] | None, wanted: SubscriptionFilter
) -> Page[SubscriptionView]:
    """Subscriptions of which one side at least belongs to those teams (None: all), newest first."""
    query = _with_both_sides()
    if teams is not None:
        own = {"service": Service.team_id.in_(sorted(teams)), "application": Application.team_id.in_(sorted(teams))}
        query = query.where(or_(*own.values()) if wanted.side is None else own[wanted.side])
    for column, value in (
        (Subscription.service_id, wanted.service_id),
        (Subscription.application_id, wanted.application_id),
        (Subscription.status, wanted.status),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.undecided:
        wishes = and_(Subscription.wanted_plan_id.is_not(None), Subscription.status.in_(OPEN))
        query = query.where(or_(Subscription.status == "requested", wishes))
    if page.after is not None:
        query = query.where(Subscription.id < page.after)
    rows = work.session.execute(query.order_by(Subscription.id.desc()).limit(page.bounded + 1)).all()
    items = [_view(row) for row in rows[: page.bounded]]
    return Page(items, items[-1].id if len(rows) > page.bounded else None)


def drop_subscriptions(work: Work, service_id: str) -> None:
    """Remove every subscription to the service, ended ones too, and what their plans limit."""
    for row in work.session.scalars(select(Subscription).where(Subscription.service_id == service_id)).all():
        work.session.execute(delete(Limit).where(Limit.subscription_id == row.id))
        work.session.delete(row)
    work.session.flush()


def live_subscriptions(work: Work) -> Sequence[Row[str, str, str | None]]:
    """Service, application and plan of every active subscription whose service is published and application active."""
    query = (
        select(Subscription.service_id, Subscription.application_id, Subscription.plan_id)
        .join(Service, Service.id == Subscription.service_id)
        .join(Application, Application.id == Subscription.application_id)
        .where(Subscription.status == "active", Service.status == "published", Application.is_active)
        .order_by(Subscription.service_id, Subscription.application_id)
    )
    return work.session.execute(query).all()


def closed_subscriptions(work: Work, most: int) -> Sequence[Row[str, str, str]]:
    """Service, application and status of what is not active, of published services and active applications.

    First what is not over, then the newest; of one pair several may be there.
    """
    is_over = Subscription.status.not_in(OPEN)
    query = (
        select(Subscription.service_id, Subscription.application_id, Subscription.status)
        .join(Service, Service.id == Subscription.service_id)
        .join(Application, Application.id == Subscription.application_id)
        .where(Subscription.status != "active", Service.status == "published", Application.is_active)
        .order_by(is_over, Subscription.id.desc())
        .limit(most)
    )
    return work.session.execute(query).all()


def plan_rates(work: Work) -> list[tuple[str, list[dict[str, Any]]]]:
    """What each plan allows."""
    return [(row.id, row.rates) for row in work.session.execute(select(Plan.id, Plan.rates))]


def models_of_plans(work: Work) -> dict[str, list[str]]:
    """The models of each plan that bounds them."""
    return {row.id: row.models for row in work.session.execute(select(Plan.id, Plan.models)) if row.models}


def due(work: Work, now: datetime) -> Sequence[Subscription]:
    """Open subscriptions whose last moment has come."""
    query = select(Subscription).where(Subscription.expires_at <= now, Subscription.status.in_(OPEN))
    return work.session.scalars(query.order_by(Subscription.id).limit(500)).all()


def _with_both_sides() -> Select[Subscription, Service, Application, str | None, str | None, str, str]:
    return (
        select(Subscription, Service, Application, Plan.name, _Wanted.name, _Owner.name, Team.name)
        .join(Service, Service.id == Subscription.service_id)
        .join(Application, Application.id == Subscription.application_id)
        .join(_Owner, _Owner.id == Service.team_id)
        .join(Team, Team.id == Application.team_id)
        .outerjoin(Plan, Plan.id == Subscription.plan_id)
        .outerjoin(_Wanted, _Wanted.id == Subscription.wanted_plan_id)
    )


def _view(found: _Found) -> SubscriptionView:
    row, service, application, plan_name, wanted_plan_name, owner_name, team_name = found
    return SubscriptionView.model_validate(
        {
            **{column.key: getattr(row, column.key) for column in Subscription.__table__.columns},
            "service_name": service.name,
            "service_team_id": service.team_id,
            "service_team_name": owner_name,
            "base_path": service.base_path,
            "application_name": application.name,
            "application_team_id": application.team_id,
            "application_team_name": team_name,
            "plan_name": plan_name,
            "wanted_plan_name": wanted_plan_name,
        }
    )
