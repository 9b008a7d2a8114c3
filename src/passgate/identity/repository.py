"""Identity's queries; private to this domain."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar

from sqlalchemy import ColumnElement, Select, func, insert, or_, select, text, true
from sqlalchemy.orm import InstrumentedAttribute

from passgate.identity.models import (
    Application,
    Membership,
    RevocationEntry,
    SigningKey,
    Team,
    Token,
    TokenTemplate,
    User,
)
from passgate.kernel.pagination import Page, PageRequest
from passgate.storage.work import Work

_REVOCATION_LOCK = 7_165_303
"""Any fixed number: the advisory lock under which one transaction at a time adds revocations on PostgreSQL."""

_KEY_LOCK = 7_165_310
"""The same for changes to which key signs."""

Row = TypeVar("Row", Team, User, Application, TokenTemplate)


def page_of(work: Work, query: Select[Row], key: InstrumentedAttribute[str], page: PageRequest) -> Page[Row]:
    """A page of the query, newest first, by an id column that sorts by time."""
    if page.after is not None:
        query = query.where(key < page.after)
    rows = work.session.scalars(query.order_by(key.desc()).limit(page.bounded + 1)).all()
    items = rows[: page.bounded]
    more = len(rows) > page.bounded
    return Page(items, str(getattr(items[-1], key.key)) if more else None)


def contains(column: InstrumentedAttribute[str], wanted: str) -> ColumnElement[bool]:
    """Whether the column holds the text, in any case; ``%`` and ``_`` mean themselves."""
    return column.icontains(wanted, autoescape=True)


def user_by_email(work: Work, email: str) -> User | None:
    """The user with that e-mail, in lower case."""
    return work.session.scalars(select(User).where(User.email == email)).first()


def count_active_admins(work: Work) -> int:
    """How many administrators can sign in; locks their rows, so that two of them cannot remove each other."""
    admins = select(User.id).where(User.is_admin, User.is_active).with_for_update()
    return len(work.session.scalars(admins).all())


def memberships_of(work: Work, user_id: str) -> Sequence[Membership]:
    """A user's memberships."""
    return work.session.scalars(select(Membership).where(Membership.user_id == user_id)).all()


def signing_keys(work: Work) -> Sequence[SigningKey]:
    """The signing keys whose signatures hold, newest first: those that are published."""
    return work.session.scalars(_newest_first(SigningKey.status.in_(("next", "active", "retiring")))).all()


def every_signing_key(work: Work) -> Sequence[SigningKey]:
    """All signing keys, those that have ended too, newest first."""
    return work.session.scalars(_newest_first(true())).all()


def signing_key(work: Work, algorithm: str, status: Literal["next", "active"]) -> SigningKey | None:
    """The key of an algorithm that signs now, or that will sign next."""
    return work.session.scalars(
        _newest_first((SigningKey.algorithm == algorithm) & (SigningKey.status == status)).limit(1)
    ).first()


def lock_keys(work: Work) -> None:
    """Let one transaction at a time change which key signs; SQLite has one writer anyway."""
    if work.session.get_bind().dialect.name == "postgresql":
        work.session.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": _KEY_LOCK})


def _newest_first(condition: ColumnElement[bool]) -> Select[SigningKey]:
    return select(SigningKey).where(condition).order_by(SigningKey.created_at.desc(), SigningKey.kid.desc())


def lock_application(work: Work, application_id: str) -> Application | None:
    """The application, locked: issuing to it and revoking all that it holds must not cross."""
    return work.session.scalars(select(Application).where(Application.id == application_id).with_for_update()).first()


def lock_user(work: Work, user_id: str) -> User | None:
    """The user, locked, for the same reason as :func:`lock_application`."""
    return work.session.scalars(select(User).where(User.id == user_id).with_for_update()).first()


def live_tokens(condition: ColumnElement[bool], now: datetime) -> ColumnElement[bool]:
    """Tokens that fit the condition and are neither expired nor revoked."""
    return condition & (Token.expires_at > now) & Token.revoked_at.is_(None)


def add_revocations(work: Work, entries: Sequence[Mapping[str, Any]]) -> int:
    """Put entries on the deny list; the newest one's number.

    On PostgreSQL one transaction at a time, so that ``seq`` grows as they commit: without the lock a node could read
    entry 8, and never learn of entry 7, committed a moment later.
    """
    if work.session.get_bind().dialect.name == "postgresql":
        work.session.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": _REVOCATION_LOCK})
    work.session.execute(insert(RevocationEntry), list(entries))
    return latest_seq(work)


def entries_about(work: Work, levels: Iterable[tuple[str, str]]) -> Sequence[RevocationEntry]:
    """The entries of these kinds and values."""
    conditions = [(RevocationEntry.kind == kind) & (RevocationEntry.value == value) for kind, value in levels]
    return work.session.scalars(select(RevocationEntry).where(or_(*conditions))).all()


def latest_seq(work: Work) -> int:
    """The newest entry's number, 0 before the first."""
    return work.session.scalar(select(func.max(RevocationEntry.seq))) or 0
