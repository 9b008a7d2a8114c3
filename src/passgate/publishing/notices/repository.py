"""Queries of notices."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from passgate.kernel.pagination import Page, PageRequest
from passgate.publishing.notices.models import Notice
from passgate.storage.work import Work


def find_notice(work: Work, notice_id: str) -> Notice | None:
    """The notice of that id."""
    return work.session.get(Notice, notice_id)


def notices_page(work: Work, page: PageRequest, teams: frozenset[str] | None, *, unread: bool) -> Page[Notice]:
    """Notices for those teams (None: all), newest first."""
    query = select(Notice)
    if teams is not None:
        query = query.where(Notice.team_id.in_(sorted(teams)))
    if unread:
        query = query.where(Notice.read_at.is_(None))
    if page.after is not None:
        query = query.where(Notice.id < page.after)
    rows = work.session.scalars(query.order_by(Notice.id.desc()).limit(page.bounded + 1)).all()
    items = rows[: page.bounded]
    return Page(items, items[-1].id if len(rows) > page.bounded else None)


def unread_count(work: Work, teams: frozenset[str] | None) -> int:
    """How many notices of those teams nobody has put away."""
    query = select(func.count(Notice.id)).where(Notice.read_at.is_(None))
    if teams is not None:
        query = query.where(Notice.team_id.in_(sorted(teams)))
    return work.session.scalar(query) or 0


def put_away(work: Work, service_id: str, subject: str, kinds: Sequence[str], now: datetime) -> None:
    """Mark those of some kinds about a thing of a service as read."""
    work.session.execute(
        update(Notice)
        .where(
            Notice.service_id == service_id,
            Notice.subject == subject,
            Notice.kind.in_(kinds),
            Notice.read_at.is_(None),
        )
        .values(read_at=now)
    )
