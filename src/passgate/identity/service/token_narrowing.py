"""Narrowing: whoever has a token makes a weaker, shorter one of it, which dies with it."""

from collections.abc import Sequence
from typing import Any

from passgate.contracts.revocation_list import TokenFacts
from passgate.identity import repository
from passgate.identity.models import Token
from passgate.identity.schemas import IssuedToken, TokenIssuer
from passgate.identity.service.actors import API_AUDIENCE
from passgate.identity.service.keys import active_key
from passgate.identity.service.revocation import refusal_of
from passgate.identity.service.scopes import roles_of_bearer
from passgate.identity.service.token_bearers import Bearer
from passgate.identity.service.token_registry import NewToken, register
from passgate.identity.service.token_signing import ACCESS_TYPE, access_claims, signed
from passgate.identity.token_families import lock_token
from passgate.identity.token_limits import TokenLimits, rates_claim
from passgate.identity.token_schemas import NARROWED_SECONDS, NarrowIn
from passgate.kernel.clock import epoch_seconds
from passgate.kernel.errors import ConflictError, ForbiddenError, InvalidInputError, UnauthenticatedError
from passgate.kernel.permissions import Permission
from passgate.sdk.rules import Rules
from passgate.sdk.verification_key import keys_of_jwks
from passgate.sdk.verifier import TokenRefusedError, verified
from passgate.storage.work import Work

MAX_ANCESTORS = 4
"""How many tokens may stand above one: a claim tells of each."""


def narrow_token(work: Work, token_text: str, issuer: TokenIssuer, given: NarrowIn) -> IssuedToken:
    """Make a weaker token of one that is sent; that token is the credential, and no more is asked.

    It has the same bearer. What it does not ask for it has as the first one; nothing may be more than there.

    Raises:
        UnauthenticatedError: the token does not hold.
        ForbiddenError: more is asked for than the token has.
        ConflictError: the token was narrowed too often already.
    """
    lineage = _lineage(work, held_token(work, token_text, issuer))
    parent = lineage[-1]
    if len(lineage) > MAX_ANCESTORS:
        raise ConflictError(f"A token is narrowed {MAX_ANCESTORS} times at most.", code="narrowed_too_often")
    limits = TokenLimits.of(parent)
    beyond = limits.first_beyond(given.limits)
    if beyond is not None:
        raise _beyond(f"limits.{beyond}", f"More is asked for in {beyond} than the token has.")
    key = active_key(work, _algorithm_of(work, parent))
    audiences = _audiences(parent, given)
    new = NewToken(
        kind=parent.kind,  # type: ignore[arg-type]  # the column holds kinds only
        name=given.name,
        bearer=Bearer(
            parent.subject,
            audiences,
            _scopes(parent, given, audiences),
            parent.application_id,
            parent.user_id,
            parent.team_id,
        ),
        seconds=_seconds(work, parent, given),
        kid=key.kid,
        issued_by=parent.subject,
        limits=limits.narrowed(given.limits),
        parent_jti=parent.jti,
        session_id=parent.session_id,
    )
    row = register(work, new)
    row.expires_at = min(row.expires_at, parent.expires_at)
    roles = roles_of_bearer(work, row.application_id, row.user_id, row.team_id)
    parents = [_told(ancestor) for ancestor in reversed(lineage)]
    claims = access_claims(issuer, row, roles) | {"parents": parents} | rates_claim([row, *reversed(lineage)])
    return IssuedToken(signed(work, key, ACCESS_TYPE, claims), row)


def held_token(work: Work, token_text: str, issuer: TokenIssuer) -> Token:
    """The registry's row of an access token that holds, whomever it is for.

    Raises:
        UnauthenticatedError: with the code of the check that failed.
    """
    keys = keys_of_jwks({"keys": [key.public_jwk for key in repository.signing_keys(work)]})
    try:
        found = verified(token_text, keys, Rules(issuer.issuer, ()), now=epoch_seconds(work.clock.now()))
    except TokenRefusedError as refused:
        raise UnauthenticatedError(refused.message, code=refused.code) from None
    row = work.session.get(Token, found.jti)
    if row is None:
        raise UnauthenticatedError("This token is not in the registry.", code="token_unknown")
    facts = TokenFacts(found.jti, found.subject, found.client_id, found.issued_at, found.kid)
    if row.revoked_at is not None or refusal_of(work, facts) is not None:
        raise UnauthenticatedError("This token was revoked.", code="token_revoked")
    return row


def _lineage(work: Work, row: Token) -> list[Token]:
    """The token's ancestors, the first one first, and the token itself; all locked, and all in force still.

    Whoever revokes one of them locks it, too: either finds the new token, or is found here.
    """
    if row.user_id is not None:
        repository.lock_user(work, row.user_id)
    if row.application_id is not None:
        repository.lock_application(work, row.application_id)
    jtis = [row.jti]
    above = row.parent_jti
    while above is not None:
        jtis.append(above)
        ancestor = work.session.get(Token, above)
        above = ancestor.parent_jti if ancestor is not None else None
    lineage = [lock_token(work, jti) for jti in reversed(jtis)]
    if any(token is None or token.revoked_at is not None for token in lineage):
        raise UnauthenticatedError("This token was revoked.", code="token_revoked")
    if row.expires_at <= work.clock.now():  # within the leeway, which shall not be handed on
        raise UnauthenticatedError("The token has expired.", code="token_expired")
    return [token for token in lineage if token is not None]


def _audiences(parent: Token, given: NarrowIn) -> Sequence[str]:
    if given.audiences is None:
        return parent.audiences
    if not set(given.audiences) <= set(parent.audiences):
        raise _beyond("audiences", "The token is not for that audience.")
    return given.audiences


def _scopes(parent: Token, given: NarrowIn, audiences: Sequence[str]) -> Sequence[str]:
    if given.scopes is None:
        return parent.scopes
    at_api = API_AUDIENCE in audiences
    # At the management API a token without scopes may do all that its user may.
    held = set(Permission) if at_api and not parent.scopes else set(parent.scopes)
    if not set(given.scopes) <= held:
        raise _beyond("scopes", "The token does not have all of these scopes.")
    if at_api and parent.scopes and not given.scopes:
        raise _beyond("scopes", "Without scopes it would have every permission: name one at least.")
    return given.scopes


def _seconds(work: Work, parent: Token, given: NarrowIn) -> int:
    left = epoch_seconds(parent.expires_at) - epoch_seconds(work.clock.now())
    if given.lifetime_seconds is None:
        return min(NARROWED_SECONDS, left)
    if given.lifetime_seconds > left:
        text = f"The token itself lives {left} seconds more."
        raise InvalidInputError(text, code="lifetime_too_long", field="lifetime_seconds")
    return given.lifetime_seconds


def _algorithm_of(work: Work, parent: Token) -> str:
    """Whoever verifies the first token shall be able to verify the second."""
    key = next((key for key in repository.signing_keys(work) if key.kid == parent.kid), None)
    return key.algorithm if key is not None else "ES256"


def _told(ancestor: Token) -> dict[str, Any]:
    """What the claim ``parents`` says of an ancestor: whose ceilings the calls count against, too."""
    told = {"jti": ancestor.jti, "budget": ancestor.budget, "rpm": ancestor.rpm}
    return {name: value for name, value in told.items() if value is not None}


def _beyond(field: str, text: str) -> ForbiddenError:
    return ForbiddenError(text, code="narrowing_beyond", field=field)
