"""What applications made of the services that they subscribe to: read from the hourly sums."""

from datetime import timedelta

from pydantic import BaseModel
from sqlalchemy import func, select

from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.metering.models import CallHour
from passgate.storage.work import Work

DAYS = 30
MOST_DAYS = 366
_MOST = 5_000


class ServiceUse(BaseModel):
    """An application's calls of a service."""

    application_id: str
    service_id: str
    calls: int
    errors: int
    """Answered with 400 or more, or not at all."""


def use_of_services(actor: Actor, work: Work, days: int = DAYS) -> list[ServiceUse]:
    """The calls of the applications of the actor's teams, by application and service, the most first.

    Args:
        actor: who asks.
        work: the unit of work.
        days: how far back; to the full hour.

    Raises:
        ForbiddenError: the actor may read calls nowhere.
    """
    actor.require_somewhere(Permission.CALL_READ)
    teams = actor.teams_with(Permission.CALL_READ)
    calls = func.sum(CallHour.calls)
    query = (
        select(
            CallHour.application_id,
            CallHour.service_id,
            calls.label("calls"),
            func.sum(CallHour.errors).label("errors"),
        )
        .where(CallHour.hour >= work.clock.now() - timedelta(days=days))
        .where(CallHour.application_id != "", CallHour.service_id != "")
        .group_by(CallHour.application_id, CallHour.service_id)
        .order_by(calls.desc(), CallHour.application_id, CallHour.service_id)
        .limit(_MOST)
    )
    if teams is not None:
        query = query.where(CallHour.team_id.in_(teams))
    return [
        ServiceUse(
            application_id=row.application_id, service_id=row.service_id, calls=int(row.calls), errors=int(row.errors)
        )
        for row in work.session.execute(query)
    ]
