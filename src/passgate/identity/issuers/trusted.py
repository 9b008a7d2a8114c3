"""Trusted issuers: whose tokens, besides ours, the gate accepts, and whose calls they are."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select

from passgate.identity.issuers.following import Followed, Seen, followed_issuer, take
from passgate.identity.issuers.models import BlockedSubject, TrustedIssuer
from passgate.identity.issuers.schemas import (
    BlockIn,
    BlockView,
    TrustedIssuerChange,
    TrustedIssuerIn,
    TrustedIssuerView,
    check_mapping,
)
from passgate.identity.models import Application
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.storage.constraints import refusing
from passgate.storage.work import Work

MOST_ISSUERS = 20
"""The gate tries a token of somebody else at one after the other."""
_MOST_BLOCKED = 500


def list_trusted_issuers(actor: Actor, work: Work) -> list[TrustedIssuerView]:
    """All trusted issuers, the oldest first.

    Raises:
        ForbiddenError: without the permission issuer:read.
    """
    actor.require(Permission.ISSUER_READ)
    rows = work.session.scalars(select(TrustedIssuer).order_by(TrustedIssuer.created_at)).all()
    return [_view(work, row) for row in rows]


def get_trusted_issuer(actor: Actor, work: Work, issuer_id: str) -> TrustedIssuerView:
    """One trusted issuer.

    Raises:
        ForbiddenError: without the permission issuer:read.
        NotFoundError: no such issuer.
    """
    actor.require(Permission.ISSUER_READ)
    return _view(work, _row(work, issuer_id))


def asked_issuer(actor: Actor, given: TrustedIssuerIn) -> Followed:
    """What to look at before :func:`create_trusted_issuer`.

    Raises:
        ForbiddenError: without the permission issuer:write.
    """
    return issuer_to_trust(actor, given.issuer, given.jwks_uri, given.algorithms)


def issuer_to_trust(actor: Actor, issuer: str, jwks_uri: str | None, algorithms: Sequence[str]) -> Followed:
    """What to look at, by its parts.

    Raises:
        ForbiddenError: without the permission issuer:write.
    """
    actor.require(Permission.ISSUER_WRITE)
    return Followed(TrustedIssuer, "", issuer, jwks_uri, tuple(algorithms))


def issuer_to_check(actor: Actor, work: Work, issuer_id: str) -> Followed:
    """What to look at again, by hand.

    Raises:
        ForbiddenError: without the permission issuer:write.
        NotFoundError: no such issuer.
    """
    actor.require(Permission.ISSUER_WRITE)
    return followed_issuer(_row(work, issuer_id))


def create_trusted_issuer(
    actor: Actor, work: Work, given: TrustedIssuerIn, seen: Seen, own_issuer: str
) -> TrustedIssuerView:
    """Trust an issuer that was looked at.

    Raises:
        ForbiddenError: without the permission issuer:write.
        InvalidInputError: our own issuer, an application that does not exist, or too many issuers.
        ConflictError: it is trusted already, or another has the name.
    """
    actor.require(Permission.ISSUER_WRITE)
    if given.issuer.rstrip("/") == own_issuer.rstrip("/"):
        raise InvalidInputError("This is Passgate's own issuer; its tokens pass as they are.", field="issuer")
    if len(work.session.scalars(select(TrustedIssuer.id)).all()) >= MOST_ISSUERS:
        raise InvalidInputError(f"At most {MOST_ISSUERS} issuers can be trusted.", field="issuer")
    _check_applications(work, given.application_id, given.applications)
    values = given.model_dump()
    row = TrustedIssuer(
        id=work.ids.new("iss"),
        **values,
        keys=[],
        created_at=work.clock.now(),
        created_by=actor.id,
    )
    take(work, row, seen)
    with refusing(work, _taken()):
        work.session.add(row)
    return _view(work, row)


def update_trusted_issuer(actor: Actor, work: Work, issuer_id: str, change: TrustedIssuerChange) -> TrustedIssuerView:
    """Change what the change names. The issuer itself stays: another one is another trust.

    Raises:
        ForbiddenError: without the permission issuer:write.
        NotFoundError: no such issuer.
        InvalidInputError: an application that does not exist, or a mapping that is neither one thing nor the other.
        ConflictError: another has the name.
    """
    actor.require(Permission.ISSUER_WRITE)
    row = _row(work, issuer_id)
    if change.changes_mapping:
        applications = dict(change.applications or {})
        try:
            check_mapping(change.application_id, change.application_claim, applications)
        except ValueError as error:
            raise InvalidInputError(f"{error}.", field="applications") from None
        _check_applications(work, change.application_id, applications)
        row.application_id, row.application_claim = change.application_id, change.application_claim
        row.applications = applications
    for name in ("jwks_uri", "token_type"):
        if name in change.model_fields_set:
            setattr(row, name, getattr(change, name))
    with refusing(work, _taken()):
        for name in ("name", "audiences", "algorithms", "required_claims", "needs_jti", "is_enabled"):
            value = getattr(change, name)
            if value is not None:
                setattr(row, name, value)
    if {"jwks_uri", "algorithms"} & change.model_fields_set:
        row.keys = [key for key in row.keys if key["alg"] in row.algorithms]
        row.tried_at = None  # to be looked at again at once
    return _view(work, row)


def delete_trusted_issuer(actor: Actor, work: Work, issuer_id: str) -> None:
    """Trust an issuer no longer; its tokens are refused from now on.

    Raises:
        ForbiddenError: without the permission issuer:write.
        NotFoundError: no such issuer.
    """
    actor.require(Permission.ISSUER_WRITE)
    row = _row(work, issuer_id)
    work.session.execute(delete(BlockedSubject).where(BlockedSubject.issuer_id == issuer_id))
    work.session.delete(row)


def block_subject(actor: Actor, work: Work, issuer_id: str, given: BlockIn) -> BlockView:
    """Refuse all tokens of somebody at that issuer, those that it issues later, too.

    Raises:
        ForbiddenError: without the permission token:revoke over everything.
        NotFoundError: no such issuer.
        InvalidInputError: too many are blocked.
    """
    actor.require(Permission.TOKEN_REVOKE)
    _row(work, issuer_id)
    known = work.session.get(BlockedSubject, (issuer_id, given.subject))
    if known is not None:
        return BlockView.model_validate(known)
    if len(_blocked(work, issuer_id)) >= _MOST_BLOCKED:
        raise InvalidInputError(f"At most {_MOST_BLOCKED} subjects can be blocked at an issuer.", field="subject")
    row = BlockedSubject(
        issuer_id=issuer_id,
        subject=given.subject,
        reason=given.reason,
        created_at=work.clock.now(),
        created_by=actor.id,
    )
    with refusing(work, ConflictError("This subject is blocked already.")):
        work.session.add(row)
    return BlockView.model_validate(row)


def unblock_subject(actor: Actor, work: Work, issuer_id: str, subject: str) -> None:
    """Accept somebody's tokens again.

    Raises:
        ForbiddenError: without the permission token:revoke over everything.
        NotFoundError: nobody of that name is blocked there.
    """
    actor.require(Permission.TOKEN_REVOKE)
    row = work.session.get(BlockedSubject, (issuer_id, subject))
    if row is None:
        raise NotFoundError("No such subject is blocked.")
    work.session.delete(row)


def _row(work: Work, issuer_id: str) -> TrustedIssuer:
    row = work.session.get(TrustedIssuer, issuer_id)
    if row is None:
        raise NotFoundError("No such trusted issuer.")
    return row


def _check_applications(work: Work, application_id: str | None, applications: Mapping[str, str]) -> None:
    if application_id is not None and work.session.get(Application, application_id) is None:
        raise InvalidInputError("No such application.", field="application_id")
    for value, app in applications.items():
        if work.session.get(Application, app) is None:
            raise InvalidInputError(f"No such application for {value}.", field="applications")


def _taken() -> ConflictError:
    return ConflictError("An issuer of this name, or this issuer itself, is there already.", code="issuer_taken")


def _blocked(work: Work, issuer_id: str) -> list[BlockedSubject]:
    query = select(BlockedSubject).where(BlockedSubject.issuer_id == issuer_id).order_by(BlockedSubject.subject)
    return list(work.session.scalars(query))


def _view(work: Work, row: TrustedIssuer) -> TrustedIssuerView:
    names = TrustedIssuerView.model_fields.keys() - {"key_ids", "blocked"}
    return TrustedIssuerView.model_validate(
        {
            **{name: getattr(row, name) for name in names},
            "key_ids": list(dict.fromkeys(key["kid"] for key in row.keys)),
            "blocked": [BlockView.model_validate(one) for one in _blocked(work, row.id)],
        }
    )
