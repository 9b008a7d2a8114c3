"""Whom a change of a service would meet: its subscribers, and who has called it lately."""

from datetime import timedelta

from pydantic import BaseModel
from sqlalchemy import func, select

from passgate.identity.models import Application
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.metering.models import CallHour
from passgate.publishing.models import Subscription
from passgate.publishing.service.services import own_service
from passgate.storage.work import Work

_DAYS = 7
_MOST_NAMED = 20


class AffectedApplication(BaseModel):
    """An application that would meet the change; of another team, with no more than its name."""

    name: str
    application_id: str | None
    calls: int


class Affected(BaseModel):
    """Who would meet a change."""

    subscriptions: int
    calls: int
    """Of the last 7 days, without a token too."""
    applications: list[AffectedApplication]
    """Those that called or subscribe, most calls first, at most 20."""


def affected_by(actor: Actor, work: Work, service_id: str) -> Affected:
    """Subscribers of a service, and its calls of the last 7 days.

    Raises:
        NotFoundError: no such service, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:read in the service's team.
    """
    service = own_service(actor, work, service_id, Permission.SERVICE_READ)
    since = work.clock.now() - timedelta(days=_DAYS)
    sums = (
        select(CallHour.application_id, func.sum(CallHour.calls).label("calls"))
        .where(CallHour.service_id == service.id, CallHour.hour >= since)
        .group_by(CallHour.application_id)
    )
    calls = {row.application_id: int(row.calls) for row in work.session.execute(sums)}
    subscribed = work.session.scalars(
        select(Subscription.application_id).where(
            Subscription.service_id == service.id, Subscription.status == "active"
        )
    ).all()
    wanted = {*subscribed, *(one for one in calls if one)}
    rows = work.session.scalars(select(Application).where(Application.id.in_(sorted(wanted)))).all()
    rows = sorted(rows, key=lambda row: (-calls.get(row.id, 0), row.name))
    return Affected(
        subscriptions=len(subscribed),
        calls=sum(calls.values()),
        applications=[
            AffectedApplication(
                name=row.name,
                application_id=row.id if actor.may(Permission.APPLICATION_READ, row.team_id) else None,
                calls=calls.get(row.id, 0),
            )
            for row in rows[:_MOST_NAMED]
        ],
    )
