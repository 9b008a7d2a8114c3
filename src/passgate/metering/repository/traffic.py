"""The hourly sums, by what a monitor tells apart."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from passgate.metering.models import CallHour, UsageHour
from passgate.metering.repository.hours import Teams


def calls_by_service(session: Session, teams: Teams, since: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Kind, service ("": none), calls, errors, and the sum of the durations in milliseconds."""
    figures = (func.sum(one) for one in (CallHour.calls, CallHour.errors, CallHour.latency_ms))
    query = select(CallHour.kind, CallHour.service_id, *figures).where(CallHour.hour >= since)
    if teams is not None:
        query = query.where(CallHour.team_id.in_(teams))
    return session.execute(query.group_by(CallHour.kind, CallHour.service_id)).all()


def usage_by_model(session: Session, teams: Teams, since: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Model, provider ("": none), calls, errors, milliseconds, tokens in and out, and micro-dollars."""
    summed = (
        UsageHour.calls,
        UsageHour.errors,
        UsageHour.latency_ms,
        UsageHour.tokens_in,
        UsageHour.tokens_out,
        UsageHour.cost,
    )
    query = select(UsageHour.model, UsageHour.provider_id, *(func.sum(one) for one in summed))
    query = query.where(UsageHour.hour >= since)
    if teams is not None:
        query = query.where(UsageHour.team_id.in_(teams))
    return session.execute(query.group_by(UsageHour.model, UsageHour.provider_id)).all()
