"""The deny list: written by the other use cases, read by the nodes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select

from passgate.contracts.revocation_list import DenyIndex, Revocation, RevocationKind, TokenFacts
from passgate.identity import repository
from passgate.identity.models import BrowserSession, RevocationEntry, SetupLink, SignInFailure, Token
from passgate.identity.schemas import Revoked
from passgate.kernel.actor import Actor
from passgate.kernel.clock import epoch_seconds
from passgate.storage.work import Work

_MARGIN_SECONDS = 300
"""An entry stays this long after its tokens expired: verifiers allow a leeway, and clocks differ."""

_KEPT_AFTER_END = timedelta(days=30)
"""Ended browser sessions and old failures stay to be looked at."""


def revoke_jti(actor: Actor, work: Work, token: Token, reason: str) -> int:
    """Put one token on the deny list; the entry's number. Whoever calls this has authorised the actor."""
    repository.mark_revoked(work, Token.jti == token.jti, actor.id, reason)
    entry = RevocationEntry(kind="token", value=token.jti)
    return _add(actor, work, entry, token.expires_at, reason)


def revoke_before_now(actor: Actor, work: Work, kind: RevocationKind, value: str, reason: str) -> Revoked:
    """Refuse all that a subject or an application holds, up to and including this second.

    Whoever calls this has authorised the actor and holds the lock on the user or application.
    """
    condition = _concerned(kind, value)
    expiry = repository.last_expiry(work, condition, work.clock.now())
    if expiry is None:
        return Revoked(count=0, seq=repository.latest_seq(work))
    count = repository.mark_revoked(work, condition, actor.id, reason)
    entry = RevocationEntry(kind=kind, value=value, not_before=epoch_seconds(work.clock.now()) + 1)
    return Revoked(count=count, seq=_add(actor, work, entry, expiry, reason))


def earliest_issue(work: Work, subject: str, application_id: str | None) -> int:
    """NumericDate from which on a token of theirs holds: now, or the second after a revocation of this second."""
    levels = [("everything", ""), ("subject", subject), ("application", application_id or "")]
    limits = [entry.not_before or 0 for entry in repository.entries_about(work, levels)]
    return max([epoch_seconds(work.clock.now()), *limits])


def refusal_of(work: Work, facts: TokenFacts) -> Revocation | None:
    """The entry that refuses this token, by the function that the gate, too, decides with."""
    levels = [("token", facts.jti), ("everything", ""), ("subject", facts.subject)]
    if facts.application is not None:
        levels.append(("application", facts.application))
    return DenyIndex(map(_contract, repository.entries_about(work, levels))).refusal(facts)


def revocations_since(work: Work, seq: int) -> list[Revocation]:
    """The entries after that number, in order; for a node, which keeps the ones it has."""
    rows = work.session.scalars(select(RevocationEntry).where(RevocationEntry.seq > seq).order_by(RevocationEntry.seq))
    return [_contract(row) for row in rows]


def latest_seq(work: Work) -> int:
    """The newest entry's number, 0 before the first."""
    return repository.latest_seq(work)


def live_jtis_of(work: Work, kind: RevocationKind, value: str, now: datetime) -> Sequence[str]:
    """The not yet expired tokens that an entry of this kind and value refuses, for a node that knows jtis only."""
    query = select(Token.jti).where(_concerned(kind, value), Token.revoked_at.is_not(None), Token.expires_at > now)
    return work.session.scalars(query.order_by(Token.jti)).all()


def purge_expired(work: Work) -> int:
    """Delete entries whose tokens have all expired, and what else has had its time; how many entries went."""
    now = work.clock.now()
    gone = work.session.execute(
        delete(RevocationEntry).where(RevocationEntry.expires_at <= epoch_seconds(now)).returning(RevocationEntry.seq)
    ).all()
    work.session.execute(delete(SetupLink).where(SetupLink.expires_at <= now))
    work.session.execute(delete(SignInFailure).where(SignInFailure.failed_at <= now - _KEPT_AFTER_END))
    work.session.execute(delete(BrowserSession).where(BrowserSession.expires_at <= now - _KEPT_AFTER_END))
    return len(gone)


def _concerned(kind: RevocationKind, value: str) -> ColumnElement[bool]:
    column = {"token": Token.jti, "subject": Token.subject, "application": Token.application_id}.get(kind)
    return Token.jti.is_not(None) if column is None else column == value


def _add(actor: Actor, work: Work, entry: RevocationEntry, expiry: datetime, reason: str) -> int:
    entry.expires_at = epoch_seconds(expiry) + _MARGIN_SECONDS
    entry.reason = reason
    entry.created_at = work.clock.now()
    entry.created_by = actor.id
    return repository.add_revocation(work, entry).seq


def _contract(row: RevocationEntry) -> Revocation:
    return Revocation(
        seq=row.seq,
        kind=row.kind,
        value=row.value,
        not_before=row.not_before,
        expires_at=row.expires_at,
        reason=row.reason,
    )
