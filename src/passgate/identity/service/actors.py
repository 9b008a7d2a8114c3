"""Who acts: from a user, or from the token of one."""

from collections.abc import Iterable
from datetime import timedelta

from passgate.contracts.revocation_list import TokenFacts
from passgate.identity import repository
from passgate.identity.models import Token, User
from passgate.identity.schemas import TokenIssuer
from passgate.identity.service.revocation import refusal_of
from passgate.identity.service.roles import permissions_of_role
from passgate.kernel.actor import Actor, ActorKind
from passgate.kernel.clock import epoch_seconds
from passgate.kernel.errors import UnauthenticatedError
from passgate.kernel.permissions import ROLE_PERMISSIONS, Permission, Role
from passgate.sdk.verification_key import keys_of_jwks
from passgate.sdk.verifier import StrictVerifier, TokenRefusedError, VerifiedToken
from passgate.storage.work import Work

API_AUDIENCE = "passgate-api"
"""``aud`` of personal tokens, so that none of them passes the gate, and no token of the gate passes here."""

USE_NOTED_EVERY = timedelta(minutes=1)


def actor_of_user(work: Work, user: User, via: str = "") -> Actor:
    """The user with what the roles grant now, over everything and team by team; ``via`` a session or token."""
    by_team = {
        row.team_id: permissions_of_role(work, row.role, row.team_id)
        for row in repository.memberships_of(work, user.id)
    }
    everywhere = ROLE_PERMISSIONS[Role.ADMIN] if user.is_admin else frozenset[Permission]()
    if user.organisation_role is not None and not user.is_admin:
        everywhere = permissions_of_role(work, user.organisation_role, None)
    return Actor(ActorKind.USER, user.id, user.name, everywhere, by_team, via)


def permissions_of(actor: Actor) -> frozenset[Permission]:
    """All that the actor may do anywhere."""
    return actor.everywhere.union(*actor.by_team.values())


def personal_token(work: Work, token_text: str, issuer: TokenIssuer) -> Token:
    """The registry's row of a personal token that holds.

    Raises:
        UnauthenticatedError: with the code of the check that failed.
    """
    verified = _verified(work, token_text, issuer)
    row = work.session.get(Token, verified.jti)
    if row is None or row.kind != "personal":
        raise UnauthenticatedError("This token is not in the registry.", code="token_unknown")
    facts = TokenFacts(verified.jti, verified.subject, verified.client_id, verified.issued_at, kid=row.kid)
    if row.revoked_at is not None or refusal_of(work, facts) is not None:
        raise UnauthenticatedError("This token was revoked.", code="token_revoked")
    return row


def actor_of_personal_token(work: Work, row: Token) -> Actor:
    """The user of a personal token that holds, with no more permissions than its scopes name (none named: all).

    Raises:
        UnauthenticatedError: the user is not active.
    """
    user = work.session.get(User, row.user_id)
    if user is None or not user.is_active:
        raise UnauthenticatedError("The user of this token is not active.", code="user_inactive")
    actor = actor_of_user(work, user, via=row.jti)
    return _narrowed(actor, row.scopes) if row.scopes else actor


def use_is_stale(work: Work, row: Token) -> bool:
    """Whether the token's last use was noted more than a minute ago, so that :func:`note_use` is due."""
    return row.last_used_at is None or work.clock.now() - row.last_used_at >= USE_NOTED_EVERY


def note_use(work: Work, jti: str) -> None:
    """Note that the token was used now."""
    row = work.session.get(Token, jti)
    if row is not None:
        row.last_used_at = work.clock.now()


def _verified(work: Work, token_text: str, issuer: TokenIssuer) -> VerifiedToken:
    keys = keys_of_jwks({"keys": [key.public_jwk for key in repository.signing_keys(work)]})
    verifier = StrictVerifier(issuer=issuer.issuer, audience=API_AUDIENCE, keys=keys)
    try:
        return verifier.verify(token_text, now=epoch_seconds(work.clock.now()))
    except TokenRefusedError as refused:
        raise UnauthenticatedError(refused.message, code=refused.code) from None


def _narrowed(actor: Actor, scopes: Iterable[str]) -> Actor:
    granted = frozenset(Permission) & frozenset(scopes)
    by_team = {team: permissions & granted for team, permissions in actor.by_team.items()}
    return Actor(actor.kind, actor.id, actor.name, actor.everywhere & granted, by_team, actor.via)
