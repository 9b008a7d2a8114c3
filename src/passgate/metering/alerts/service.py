"""Reading and acknowledging alerts."""

from passgate.kernel.actor import Actor
from passgate.kernel.errors import NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.metering.alerts import repository
from passgate.metering.alerts.models import Alert
from passgate.metering.alerts.schemas import AlertView, UnreadAlerts
from passgate.storage.work import Work

_MOST = 100


def list_alerts(actor: Actor, work: Work, page: PageRequest, *, unread: bool = False) -> Page[AlertView]:
    """Alerts of the actor's teams, newest first; those of no team for whoever may read all.

    Raises:
        ForbiddenError: without the permission alert:read.
    """
    actor.require_somewhere(Permission.ALERT_READ)
    found = repository.alerts_page(work.session, page, actor.teams_with(Permission.ALERT_READ), unread=unread)
    return Page([AlertView.model_validate(row) for row in found.items], found.next_cursor)


def count_unread(actor: Actor, work: Work) -> UnreadAlerts:
    """How many of the actor's alerts nobody has acknowledged.

    Raises:
        ForbiddenError: as :func:`list_alerts`.
    """
    actor.require_somewhere(Permission.ALERT_READ)
    return UnreadAlerts(count=repository.count_unread(work.session, actor.teams_with(Permission.ALERT_READ), _MOST))


def acknowledge(actor: Actor, work: Work, alert_id: str) -> AlertView:
    """Say that somebody has seen to it; it then counts as read for everybody.

    Raises:
        NotFoundError: no such alert, or none of the actor's.
        ForbiddenError: as :func:`list_alerts`.
    """
    actor.require_somewhere(Permission.ALERT_READ)
    row = work.session.get(Alert, alert_id)
    if row is None or (row.team_id is None and not actor.may(Permission.ALERT_READ)):
        raise NotFoundError("No such alert.")
    actor.require(Permission.ALERT_READ, row.team_id, what="alert")
    _acknowledge(actor, work, row)
    work.session.flush()
    return AlertView.model_validate(row)


def acknowledge_all(actor: Actor, work: Work) -> UnreadAlerts:
    """The same for the newest hundred; what remains.

    Raises:
        ForbiddenError: as :func:`list_alerts`.
    """
    actor.require_somewhere(Permission.ALERT_READ)
    for row in repository.unread_alerts(work.session, actor.teams_with(Permission.ALERT_READ), _MOST):
        _acknowledge(actor, work, row)
    work.session.flush()
    return count_unread(actor, work)


def _acknowledge(actor: Actor, work: Work, row: Alert) -> None:
    if row.acknowledged_at is None:
        row.acknowledged_at, row.acknowledged_by = work.clock.now(), actor.id
