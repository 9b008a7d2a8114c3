"""The deny list: written by the other use cases, read by the nodes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select

from passgate.contracts.revocation_list import DenyIndex, Revocation, RevocationKind, TokenFacts
from passgate.identity import repository
from passgate.identity.models import BrowserSession, RevocationEntry, SetupLink, SignInFailure, Token
from passgate.identity.oauth.families import end_families
from passgate.identity.schemas import Revoked
from passgate.identity.token_families import Fallen, mark_fallen
from passgate.kernel.actor import Actor
from passgate.kernel.clock import epoch_seconds
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_MARGIN_SECONDS = 300
"""An entry stays this long after its tokens expired: verifiers allow a leeway, and clocks differ."""

_KEPT_AFTER_END = timedelta(days=30)
"""Ended browser sessions and old failures stay to be looked at."""


_LONGEST_NUMBER = 18

Level = tuple[RevocationKind, str, int | None]
"""An entry that covers many tokens: its kind, its value, its not-before."""


def revoke_fallen(
    actor: Actor,
    work: Work,
    condition: ColumnElement[bool],
    reason: str,
    level_of: Callable[[Fallen], Level | None] = lambda _token: None,
) -> Revoked:
    """Revoke the live tokens that fit, and all that was narrowed from them.

    Whoever calls this has authorised the actor, and holds the lock on the user or application that a level names.

    Args:
        actor: who revokes.
        work: the unit of work.
        condition: on tokens.
        reason: kept with each token.
        level_of: the entry that covers a token, one for many; None: the token gets an entry of its own.
    """
    end_families(work, condition, reason)
    fallen = mark_fallen(work, condition, actor.id, reason)
    if not fallen:
        return Revoked(count=0, seq=repository.latest_seq(work), is_entered=False)
    expiries: dict[Level, datetime] = {}
    for token in fallen:
        level = level_of(token) or ("token", token.jti, None)
        expiries[level] = max(token.expires_at, expiries.get(level, token.expires_at))
    return Revoked(count=len(fallen), seq=_add(actor, work, expiries, reason), is_entered=True)


def revoke_jti(actor: Actor, work: Work, token: Token, reason: str) -> Revoked:
    """Revoke one token and what was narrowed from it. Whoever calls this has authorised the actor."""
    return revoke_fallen(actor, work, Token.jti == token.jti, reason)


def revoke_before_now(actor: Actor, work: Work, kind: RevocationKind, value: str, reason: str) -> Revoked:
    """Refuse all that a subject or an application holds, up to and including this second.

    Whoever calls this has authorised the actor and holds the lock on the user or application.
    """
    level: Level = (kind, value, end_of_this_second(work))
    return revoke_fallen(actor, work, _concerned(kind, value), reason, lambda _token: level)


def revoke_key_tokens(actor: Actor, work: Work, kid: str, until: datetime, reason: str) -> Revoked:
    """Refuse all that a signing key ever signed. Whoever calls this has authorised the actor.

    Args:
        actor: who revokes.
        work: the unit of work.
        kid: the key's id.
        until: how long the entry stays at the least: tokens may exist that the registry does not know.
        reason: kept with each token.
    """
    fallen = mark_fallen(work, Token.kid == kid, actor.id, reason)
    expiries: dict[Level, datetime] = {("token", row.jti, None): row.expires_at for row in fallen if row.kid != kid}
    expiries["key", kid, None] = max([until, *(row.expires_at for row in fallen if row.kid == kid)])
    return Revoked(count=len(fallen), seq=_add(actor, work, expiries, reason), is_entered=True)


def end_of_this_second(work: Work) -> int:
    """The not-before that refuses what was issued up to and including this second."""
    return epoch_seconds(work.clock.now()) + 1


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
    if facts.kid is not None:
        levels.append(("key", facts.kid))
    return DenyIndex(map(_contract, repository.entries_about(work, levels))).refusal(facts)


def deny_index(work: Work, subject: str, application: str | None, kid: str | None) -> DenyIndex:
    """What is refused to a subject, an application and a key; single tokens, which the registry tells of, apart."""
    levels = [("everything", ""), ("subject", subject)]
    levels += [(kind, value) for kind, value in (("application", application), ("key", kid)) if value is not None]
    return DenyIndex(map(_contract, repository.entries_about(work, levels)))


def revocations_since(work: Work, seq: int) -> list[Revocation]:
    """The entries after that number, in order; for a node, which keeps the ones it has."""
    rows = work.session.scalars(select(RevocationEntry).where(RevocationEntry.seq > seq).order_by(RevocationEntry.seq))
    return [_contract(row) for row in rows]


def newest_revocation(work: Work) -> Revocation | None:
    """The entry with the highest number; None where the list is empty."""
    row = work.session.scalar(select(RevocationEntry).order_by(RevocationEntry.seq.desc()).limit(1))
    return None if row is None else _contract(row)


def latest_seq(work: Work) -> int:
    """The newest entry's number, 0 before the first."""
    return repository.latest_seq(work)


def revoked_at(work: Work, seq: int) -> datetime | None:
    """When that entry was made; None where it has left the list."""
    return work.session.scalar(select(RevocationEntry.created_at).where(RevocationEntry.seq == seq))


def list_revocations(actor: Actor, work: Work, page: PageRequest) -> Page[RevocationEntry]:
    """The deny list, newest first, with the reasons.

    Raises:
        ForbiddenError: without the permission token:read over everything.
        InvalidInputError: a cursor that is none.
    """
    actor.require(Permission.TOKEN_READ)
    query = select(RevocationEntry).order_by(RevocationEntry.seq.desc()).limit(page.bounded + 1)
    if page.after is not None:
        if not page.after.isdecimal() or len(page.after) > _LONGEST_NUMBER:
            raise InvalidInputError("The cursor is not of this list.", code="cursor_invalid", field="after")
        query = query.where(RevocationEntry.seq < int(page.after))
    rows = work.session.scalars(query).all()
    more = len(rows) > page.bounded
    return Page(rows[: page.bounded], str(rows[page.bounded - 1].seq) if more else None)


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
    column = {"token": Token.jti, "subject": Token.subject, "application": Token.application_id, "key": Token.kid}.get(
        kind
    )
    return Token.jti.is_not(None) if column is None else column == value


def _add(actor: Actor, work: Work, expiries: Mapping[Level, datetime], reason: str) -> int:
    """Put entries on the list, each until some time after its last token's expiry; the newest one's number."""
    now = work.clock.now()
    entries = [
        {
            "kind": kind,
            "value": value,
            "not_before": not_before,
            "expires_at": epoch_seconds(expiry) + _MARGIN_SECONDS,
            "reason": reason,
            "created_at": now,
            "created_by": actor.id,
        }
        for (kind, value, not_before), expiry in expiries.items()
    ]
    return repository.add_revocations(work, entries)


def _contract(row: RevocationEntry) -> Revocation:
    return Revocation(
        seq=row.seq,
        kind=row.kind,
        value=row.value,
        not_before=row.not_before,
        expires_at=row.expires_at,
        reason=row.reason,
    )
