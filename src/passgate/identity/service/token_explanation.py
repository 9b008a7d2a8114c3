"""Why a token holds or not: every check of the strict verifier, the deny list and the registry, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr

from passgate.contracts.revocation_list import TokenFacts
from passgate.identity.models import Token
from passgate.identity.schemas import TokenIssuer
from passgate.identity.service.actors import API_AUDIENCE
from passgate.identity.service.keys import public_jwks
from passgate.identity.service.revocation import refusal_of
from passgate.identity.service.token_registry import status_of
from passgate.kernel.actor import Actor
from passgate.kernel.clock import epoch_seconds
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.given import Input
from passgate.kernel.permissions import Permission
from passgate.sdk.explanation import CheckResult, Explanation, explain
from passgate.sdk.given_key import for_token, public_keys_of, secret_notes
from passgate.sdk.rules import Rules, any_jwt
from passgate.sdk.verification_key import KeyUnusableError, VerificationKey, usable_keys_of_jwks
from passgate.storage.work import Work

_MAX_LETTERS = 100_000
_MAX_SECRET = 4096


class TokenToExplain(Input):
    """A token, and what to check it with: Passgate's own keys, unless a secret or a public key is given."""

    token: Annotated[SecretStr, Field(max_length=_MAX_LETTERS, description="In compact form; it is not kept.")]
    profile: Literal["access_token", "any_jwt"] | None = Field(
        default=None,
        description="An access token (RFC 9068), or any JWT (RFC 7519). Unset: an access token, unless a secret or a "
        "public key is given.",
    )
    issuer: Annotated[str, Field(max_length=2000)] | None = Field(
        default=None, description="What `iss` must be; unset: Passgate's, of access tokens."
    )
    audience: Annotated[str, Field(max_length=2000)] | None = Field(
        default=None, description="What must stand in `aud`; unset: one of Passgate's, of access tokens."
    )
    secret: Annotated[SecretStr, Field(max_length=_MAX_SECRET)] | None = Field(
        default=None, description="For HS256; it is not kept."
    )
    public_key: Annotated[str, Field(max_length=_MAX_LETTERS)] | None = Field(
        default=None, description="PEM, JWK or JWK Set to check the signature with."
    )


@dataclass(frozen=True, slots=True)
class ExplainedToken:
    """What was found.

    Attributes:
        holds: whether every check passed.
        checks: all of them, in order.
        header: what the token's header says; None where it cannot be read.
        payload: the same of its payload.
        notes: what else to know, such as a secret that is too short.
    """

    holds: bool
    checks: Sequence[CheckResult]
    header: Mapping[str, Any] | None
    payload: Mapping[str, Any] | None
    notes: Sequence[str]


def explain_token(actor: Actor, work: Work, issuer: TokenIssuer, given: TokenToExplain) -> ExplainedToken:
    """Every check of a token, of whomever it is; nothing of it is kept.

    Raises:
        ForbiddenError: without the permission token:read anywhere.
        InvalidInputError: a public key that cannot be read, or both a key and a secret.
    """
    actor.require_somewhere(Permission.TOKEN_READ)
    keys, notes = _keys(work, given)
    found = explain(_text(given), keys, _rules(issuer, given), now=epoch_seconds(work.clock.now()))
    checks = list(found.checks)
    if given.secret is None and given.public_key is None:
        checks += _known_here(work, found)
    holds = all(check.outcome == "pass" for check in checks)
    return ExplainedToken(holds, checks, found.header, found.payload, notes)


def _rules(issuer: TokenIssuer, given: TokenToExplain) -> Rules:
    own_keys = given.secret is None and given.public_key is None
    profile = given.profile or ("access_token" if own_keys else "any_jwt")
    audiences = (given.audience,) if given.audience else ()
    if profile == "any_jwt":
        return any_jwt(given.issuer, audiences)
    return Rules(given.issuer or issuer.issuer, audiences or (issuer.audience, API_AUDIENCE))


def _keys(work: Work, given: TokenToExplain) -> tuple[Mapping[str, VerificationKey], list[str]]:
    if given.secret is not None and given.public_key is not None:
        raise InvalidInputError("Give a secret or a public key, not both.", field="public_key")
    token = _text(given)
    if given.secret is not None:
        secret = given.secret.get_secret_value().encode()
        return for_token({"": VerificationKey.of_secret(secret)}, token), secret_notes(secret)
    if given.public_key is None:
        return usable_keys_of_jwks(public_jwks(work)), []
    try:
        return for_token(public_keys_of(given.public_key), token), []
    except KeyUnusableError as error:
        text = f"This is no public key in the form of PEM, JWK or JWK Set: {error}."
        raise InvalidInputError(text, code="key_unreadable", field="public_key") from None


def _text(given: TokenToExplain) -> str:
    return given.token.get_secret_value().strip().removeprefix("Bearer ").strip()


def _known_here(work: Work, found: Explanation) -> list[CheckResult]:
    signature = next(check for check in found.checks if check.name == "signature")
    claims = found.payload or {}
    jti = claims.get("jti")
    titles = {"revocation": "Not revoked", "registry": "Known to the registry"}
    if signature.outcome != "pass" or not isinstance(jti, str):
        reason = "Not looked at: the token is not one of Passgate's."
        return [CheckResult(name, title, "skip", reason) for name, title in titles.items()]
    row = work.session.get(Token, jti)
    return [
        _revocation(work, titles["revocation"], _facts(found, jti), row),
        _registry(work, titles["registry"], row),
    ]


def _facts(found: Explanation, jti: str) -> TokenFacts:
    claims, header = found.payload or {}, found.header or {}
    issued, application = claims.get("iat", 0), claims.get("client_id")
    return TokenFacts(
        jti=jti,
        subject=str(claims.get("sub", "")),
        application=application if isinstance(application, str) else None,
        issued_at=int(issued) if isinstance(issued, int | float) else 0,
        kid=header.get("kid"),
    )


def _revocation(work: Work, title: str, facts: TokenFacts, row: Token | None) -> CheckResult:
    entry = refusal_of(work, facts)
    if entry is not None:
        reason = f"Entry {entry.seq} of the deny list refuses this {entry.kind}."
        return CheckResult("revocation", title, "fail", reason, "token_revoked")
    if row is not None and row.revoked_at is not None:
        reason = f"It was revoked at {row.revoked_at:%Y-%m-%d %H:%M:%S} UTC."
        return CheckResult("revocation", title, "fail", reason, "token_revoked")
    return CheckResult("revocation", title, "pass", "No entry of the deny list concerns it.")


def _registry(work: Work, title: str, row: Token | None) -> CheckResult:
    if row is None:
        reason = "Passgate signed it, but has no record of it: an ID token, or one whose record has had its time."
        return CheckResult("registry", title, "fail", reason, "token_unknown")
    reason = f"It was issued as a token of the kind {row.kind}, and is {status_of(row, work.clock.now())}."
    return CheckResult("registry", title, "pass", reason)
