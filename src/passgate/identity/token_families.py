"""Tokens and what was narrowed from them: locked, and revoked, together; private to this domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CTE, ColumnElement, select, update
from sqlalchemy.orm import aliased

from passgate.identity import repository
from passgate.identity.models import Token
from passgate.storage.audit.capture import NOTED_APART, Act
from passgate.storage.work import Work

_AT_ONCE = 5_000
"""Ids in one statement."""
_NOTED_EACH = 200
"""Tokens of one revocation that the audit log names; of the rest it tells how many."""


@dataclass(frozen=True, slots=True)
class Fallen:
    """A token that was revoked just now."""

    jti: str
    subject: str
    application_id: str | None
    kid: str
    issued_at: datetime
    expires_at: datetime
    name: str
    team_id: str | None


def lock_token(work: Work, jti: str) -> Token | None:
    """The token as it is now, locked: narrowing it and revoking it must not cross."""
    query = select(Token).where(Token.jti == jti).with_for_update()
    return work.session.scalars(query, execution_options={"populate_existing": True}).first()


def mark_fallen(work: Work, condition: ColumnElement[bool], by: str, reason: str) -> list[Fallen]:
    """Mark the live tokens that fit, and all that was narrowed from them, as revoked."""
    now = work.clock.now()
    live = repository.live_tokens(condition, now)
    # Whoever narrows one of them at this moment holds its lock: wait, and then find the new token below.
    work.session.execute(select(Token.jti).where(live).order_by(Token.jti).with_for_update()).all()
    family = _with_descendants(live)
    columns = (Token.jti, Token.subject, Token.application_id, Token.kid, Token.issued_at, Token.expires_at)
    rows = work.session.execute(
        select(*columns, Token.name, Token.team_id)
        .where(repository.live_tokens(Token.jti.in_(select(family.c.jti)), now))
        .order_by(Token.jti)
    )
    fallen = [Fallen(*row) for row in rows]
    for start in range(0, len(fallen), _AT_ONCE):
        jtis = [token.jti for token in fallen[start : start + _AT_ONCE]]
        work.session.execute(
            update(Token).where(Token.jti.in_(jtis)).values(revoked_at=now, revoked_by=by, revoked_reason=reason),
            execution_options={"synchronize_session": "fetch", NOTED_APART: True},
        )
    _note(work, fallen, reason)
    return fallen


def _note(work: Work, fallen: Sequence[Fallen], reason: str) -> None:
    for token in fallen[:_NOTED_EACH]:
        work.note(Act("token.revoked", "token", token.jti, token.name, token.team_id, after={"reason": reason}))
    if len(fallen) > _NOTED_EACH:
        more = {"rows": len(fallen) - _NOTED_EACH, "reason": reason}
        work.note(Act("token.revoked", "token", target_name=f"{more['rows']} more tokens", after=more))


def _with_descendants(condition: ColumnElement[bool]) -> CTE:
    family = select(Token.jti).where(condition).cte("family", recursive=True)
    child = aliased(Token)
    return family.union(select(child.jti).join(family, child.parent_jti == family.c.jti))
