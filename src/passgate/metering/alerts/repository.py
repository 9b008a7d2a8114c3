"""Queries of alerts and webhooks."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, CursorResult, Select, delete, func, or_, select
from sqlalchemy.orm import Session

from passgate.kernel.pagination import Page, PageRequest
from passgate.metering.alerts.models import Alert, Webhook, WebhookDelivery

Teams = frozenset[str] | None
Row = TypeVar("Row", Alert, Webhook, WebhookDelivery)


def alerts_page(session: Session, page: PageRequest, teams: Teams, *, unread: bool) -> Page[Alert]:
    """Alerts of those teams (None: all), newest first."""
    query = select(Alert).where(*_of_teams(teams))
    if unread:
        query = query.where(Alert.acknowledged_at.is_(None))
    return _paged(session, Alert, query, page)


def unread_alerts(session: Session, teams: Teams, limit: int) -> Sequence[Alert]:
    """Alerts that nobody has acknowledged, newest first."""
    query = select(Alert).where(Alert.acknowledged_at.is_(None), *_of_teams(teams))
    return session.scalars(query.order_by(Alert.id.desc()).limit(limit)).all()


def count_unread(session: Session, teams: Teams, limit: int) -> int:
    """How many alerts nobody has acknowledged, up to a limit."""
    some = select(Alert.id).where(Alert.acknowledged_at.is_(None), *_of_teams(teams)).limit(limit).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def known_keys(session: Session, keys: Collection[str]) -> set[str]:
    """Those of these keys that were alerted."""
    return set(session.scalars(select(Alert.key).where(Alert.key.in_(keys)))) if keys else set()


def webhooks_page(session: Session, page: PageRequest, teams: Teams) -> Page[Webhook]:
    """Webhooks of those teams (None: all), newest first."""
    query = select(Webhook)
    if teams is not None:
        query = query.where(Webhook.team_id.in_(sorted(teams)))
    return _paged(session, Webhook, query, page)


def webhooks_for(session: Session, alert: Alert) -> list[Webhook]:
    """Who is to be told of an alert."""
    query = select(Webhook).where(Webhook.is_enabled, or_(Webhook.team_id.is_(None), Webhook.team_id == alert.team_id))
    return [hook for hook in session.scalars(query.order_by(Webhook.id)) if not hook.kinds or alert.kind in hook.kinds]


def deliveries_page(session: Session, page: PageRequest, webhook_id: str) -> Page[WebhookDelivery]:
    """What was sent to a webhook, newest first."""
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    return _paged(session, WebhookDelivery, query, page)


def due_deliveries(session: Session, now: datetime, limit: int) -> Sequence[WebhookDelivery]:
    """What is to be sent now, locked where the database can."""
    query = select(WebhookDelivery).where(WebhookDelivery.next_at <= now).order_by(WebhookDelivery.id).limit(limit)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def is_anything_due(session: Session, now: datetime) -> bool:
    """Whether something is to be sent now."""
    return session.scalar(select(WebhookDelivery.id).where(WebhookDelivery.next_at <= now).limit(1)) is not None


def delete_alerts_before(session: Session, moment: datetime, batch: int) -> int:
    """Delete the oldest alerts and deliveries of before a moment; returns how many."""
    deleted = 0
    for table in (Alert, WebhookDelivery):
        oldest = select(table.id).where(table.created_at < moment).order_by(table.created_at).limit(batch)
        statement = delete(table).where(table.id.in_(oldest))
        result = session.execute(statement, execution_options={"synchronize_session": False})
        deleted += cast("CursorResult[Any]", result).rowcount
    return deleted


def _of_teams(teams: Teams) -> list[ColumnElement[bool]]:
    return [] if teams is None else [Alert.team_id.in_(sorted(teams))]


def _paged(session: Session, table: type[Row], query: "Select[Row]", page: PageRequest) -> Page[Row]:
    if page.after is not None:
        query = query.where(table.id < page.after)
    rows = session.scalars(query.order_by(table.id.desc()).limit(page.bounded + 1)).all()
    items = rows[: page.bounded]
    return Page(items, items[-1].id if len(rows) > page.bounded else None)


def delete_deliveries_of(session: Session, webhook_id: str) -> None:
    """Delete all that was or is to be sent to a webhook."""
    statement = delete(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    session.execute(statement, execution_options={"synchronize_session": False})
