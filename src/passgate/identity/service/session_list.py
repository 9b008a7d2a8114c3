"""Whose browsers are signed in: looked at and ended, one's own by everybody, others' with a permission."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from passgate.identity.device import device_of
from passgate.identity.models import BrowserSession, User
from passgate.identity.oauth.logout import end_grants_of_session
from passgate.identity.service.sessions import end_sessions_of, is_open
from passgate.kernel.actor import Actor, ActorKind
from passgate.kernel.errors import ForbiddenError, NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


@dataclass(frozen=True, slots=True)
class SessionView:
    """A browser session as its list shows it."""

    id: str
    user_id: str
    user_name: str
    device: str
    ip: str
    """Where it was opened from."""
    created_at: datetime
    last_seen_at: datetime
    """Exact to a minute."""
    expires_at: datetime
    ended_at: datetime | None
    is_open: bool
    is_current: bool
    """Whether it is the one that asks."""


def list_sessions(
    actor: Actor, work: Work, page: PageRequest, user_id: str | None = None, *, is_everybody: bool = False
) -> Page[SessionView]:
    """The browser sessions of oneself, of another user, or of everybody, newest first; ended ones for 30 days.

    Raises:
        ForbiddenError: others' without the permission user:write over everything.
    """
    query = select(BrowserSession, User.name).join(User, User.id == BrowserSession.user_id)
    if is_everybody:
        actor.require(Permission.USER_WRITE)
    else:
        query = query.where(BrowserSession.user_id == _allowed(actor, user_id))
    if page.after is not None:
        query = query.where(BrowserSession.id < page.after)
    rows = work.session.execute(query.order_by(BrowserSession.id.desc()).limit(page.bounded + 1)).all()
    items = [_view(actor, work, row[0], row[1]) for row in rows[: page.bounded]]
    return Page(items, items[-1].id if len(rows) > page.bounded else None)


def end_session(actor: Actor, work: Work, session_id: str) -> None:
    """End one session; the browser is signed out at its next click or call, open pages too.

    Raises:
        NotFoundError: no such session, or another user's without the permission user:write over everything.
    """
    found = work.session.get(BrowserSession, session_id)
    if found is None or not (found.user_id == actor.id or actor.may(Permission.USER_WRITE)):
        raise NotFoundError("No such session.")
    if is_open(work, found):
        found.ended_at = work.clock.now()
        end_grants_of_session(work, found.id)
        work.session.flush()


def end_all_sessions(actor: Actor, work: Work, user_id: str | None = None, *, keeps_current: bool = False) -> int:
    """End all sessions of oneself, or of another user; how many. The one that asks may stay.

    Raises:
        ForbiddenError: another user's without the permission user:write over everything.
    """
    return end_sessions_of(work, _allowed(actor, user_id), but=actor.via if keeps_current else None)


def _allowed(actor: Actor, user_id: str | None) -> str:
    if user_id is None or user_id == actor.id:
        if actor.kind is not ActorKind.USER:
            raise ForbiddenError("Only users have sessions.", code="user_needed")
        return actor.id
    actor.require(Permission.USER_WRITE)
    return user_id


def _view(actor: Actor, work: Work, row: BrowserSession, user_name: str) -> SessionView:
    return SessionView(
        id=row.id,
        user_id=row.user_id,
        user_name=user_name,
        device=device_of(row.user_agent),
        ip=row.ip,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        is_open=is_open(work, row),
        is_current=row.id == actor.via,
    )
