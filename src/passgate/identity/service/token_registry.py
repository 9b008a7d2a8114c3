"""The registry: the row that every issued token has, and who may see it."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from passgate.identity.models import Token
from passgate.identity.schemas import TokenStatus
from passgate.identity.service.revocation import earliest_issue
from passgate.identity.service.token_bearers import Bearer
from passgate.identity.token_limits import TokenLimits
from passgate.identity.token_names import note_names
from passgate.identity.token_tables import OWN_RATES_ROW, OwnRates, TokenKind
from passgate.kernel.actor import Actor
from passgate.kernel.clock import from_epoch
from passgate.kernel.errors import NotFoundError
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """What the registry is told of a token that is being issued."""

    kind: TokenKind
    name: str
    bearer: Bearer
    seconds: int
    """Its lifetime."""
    kid: str
    """Empty where no key of ours signs it."""
    issued_by: str
    limits: TokenLimits = field(default_factory=TokenLimits)
    parent_jti: str | None = None
    session_id: str | None = None
    template_id: str | None = None


def register(work: Work, new: NewToken) -> Token:
    """Put a token into the registry; its moments hold against every revocation until now."""
    bearer, limits = new.bearer, new.limits
    issued_at = from_epoch(earliest_issue(work, bearer.subject, bearer.application_id))
    row = Token(
        jti=work.ids.new("tok"),
        kind=new.kind,
        name=new.name,
        subject=bearer.subject,
        application_id=bearer.application_id,
        user_id=bearer.user_id,
        team_id=bearer.team_id,
        audience=" ".join(bearer.audiences),
        scopes=list(bearer.scopes),
        models=limits.models,
        services=limits.services,
        budget=limits.budget,
        rpm=limits.rpm,
        parent_jti=new.parent_jti,
        session_id=new.session_id,
        template_id=new.template_id,
        kid=new.kid,
        issued_by=new.issued_by,
        issued_at=issued_at,
        expires_at=issued_at + timedelta(seconds=new.seconds),
        # Named although empty: a bulk revocation later in this session renews only what the row has had once.
        last_used_at=None,
        revoked_at=None,
        revoked_by=None,
        revoked_reason=None,
    )
    work.session.add(row)
    work.session.flush()
    note_names(work, [row.name_folded])
    if limits.rpm is not None:
        _note_own_rate(work, issued_at)
    return row


def _note_own_rate(work: Work, moment: datetime) -> None:
    """Tell the gate to ask for tokens' own rates from now on; two that are issued at once may both be the first."""
    if work.session.get(OwnRates, OWN_RATES_ROW) is None:
        with suppress(IntegrityError), work.session.begin_nested():
            work.session.add(OwnRates(id=OWN_RATES_ROW, since=moment))


def allowed_token(actor: Actor, work: Work, jti: str, permission: Permission) -> Token:
    """One token: of a team in which the actor has the permission, or the actor's own.

    Raises:
        NotFoundError: no such token, or one that the actor may not know of.
        ForbiddenError: without the permission.
    """
    row = work.session.get(Token, jti)
    if row is None:
        raise NotFoundError("No such token.")
    if row.user_id is not None and row.user_id == actor.id:
        actor.require_somewhere(permission)
    elif row.team_id is not None:
        actor.require(permission, row.team_id, what="token")
    elif not actor.may(permission):
        raise NotFoundError("No such token.")  # somebody else's personal token
    return row


def status_of(row: Token, now: datetime) -> TokenStatus:
    """What a token's status is; revoked ones stay revoked after they expired."""
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at <= now else "active"
