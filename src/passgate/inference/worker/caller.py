"""Who calls: the claims that Envoy has verified and hands on in a header."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from passgate.contracts.revocation_list import TokenFacts
from passgate.contracts.trusted_issuer import TrustedIssuer, application_of
from passgate.contracts.verified_claims import CLAIMS_HEADER, FOREIGN_CLAIMS_HEADER
from passgate.inference.limits.token_ceiling import TokenCeiling, ceilings_of
from passgate.inference.worker.refusals import ClaimsMissingError

_MESSAGE = "The call bears no verified token."


@dataclass(frozen=True, slots=True)
class Caller:
    """The token behind a call."""

    token: TokenFacts
    models: frozenset[str] | None = None
    """The models that the token is limited to; None: it is not."""
    foreign: Mapping[str, Any] | None = None
    """The claims of a trusted issuer's token; None: the token is ours."""
    ceilings: tuple[TokenCeiling, ...] = ()
    """Its own limits, and those of the tokens that it was made from."""

    @property
    def application_id(self) -> str:
        """The application's id; empty where the token names none."""
        return self.token.application or ""

    def is_trusted_by(self, issuers: Mapping[str, TrustedIssuer]) -> bool:
        """Whether the call would still be the same application's; a token of ours is always."""
        if self.foreign is None:
            return True
        issuer = issuers.get(self.foreign["iss"])
        return issuer is not None and application_of(issuer, self.foreign) == self.token.application


def read_caller(headers: Mapping[str, str], issuers: Mapping[str, TrustedIssuer]) -> Caller:
    """The caller, from the payload that jwt_authn forwards (base64url without padding, RFC 7515 section 2).

    The worker's socket can be reached by the gate alone, so the header is trusted.

    Args:
        headers: of the call.
        issuers: those trusted now, by what ``iss`` of their tokens is.

    Raises:
        ClaimsMissingError: the header is absent or not a token's payload, or nobody trusts its issuer (any more).
    """
    encoded = headers.get(CLAIMS_HEADER)
    if encoded:
        return _read_claims(encoded)
    if issuers and (foreign := headers.get(FOREIGN_CLAIMS_HEADER)):
        return _foreign_caller(foreign, issuers)
    raise ClaimsMissingError(_MESSAGE)


def _foreign_caller(encoded: str, issuers: Mapping[str, TrustedIssuer]) -> Caller:
    """Not kept, since it holds only as long as the issuer is trusted so."""
    try:
        claims = _decoded(encoded)
        issuer = issuers[claims["iss"]]
        application = application_of(issuer, claims)
        jti, issued_at = claims.get("jti"), claims.get("iat")
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ClaimsMissingError(_MESSAGE) from error
    if application is None:
        raise ClaimsMissingError("The token's issuer is not trusted with such a call (any more).")
    token = TokenFacts(
        jti if isinstance(jti, str) else "",
        f"{issuer.id}|{claims['sub']}",
        application,
        int(issued_at) if isinstance(issued_at, int | float) else 0,
    )
    return Caller(token, foreign=claims)


def _decoded(encoded: str) -> dict[str, Any]:
    """The payload; a payload that is no object fails at its first look-up."""
    return orjson.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))  # type: ignore[no-any-return]  # as said


def claims_of(encoded: str) -> Mapping[str, Any]:
    """All claims of a token of ours, of a header that :func:`read_caller` has read."""
    return _decoded(encoded)


@lru_cache(maxsize=10_000)
def _read_claims(encoded: str) -> Caller:
    """The same token comes again and again, and always means the same."""
    try:
        claims = _decoded(encoded)
        jti, subject, issued_at = claims["jti"], claims["sub"], claims["iat"]
        application = claims.get("client_id")
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ClaimsMissingError(_MESSAGE) from error
    if not (isinstance(jti, str) and isinstance(subject, str) and isinstance(issued_at, int | float)):
        raise ClaimsMissingError(_MESSAGE)
    known = application if isinstance(application, str) and application else None
    return Caller(
        TokenFacts(jti, subject, known, int(issued_at)),
        _models_of(claims.get("models")),
        None,
        ceilings_of(jti, claims),
    )


def _models_of(claim: object) -> frozenset[str] | None:
    """The claim ``models``; one that is no list of names leaves none."""
    if claim is None:
        return None
    return frozenset(name for name in claim if isinstance(name, str)) if isinstance(claim, list) else frozenset()
