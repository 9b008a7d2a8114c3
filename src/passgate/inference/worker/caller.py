"""Who calls: the claims that Envoy has verified and hands on in a header."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import orjson

from passgate.contracts.revocation_list import TokenFacts
from passgate.inference.worker.refusals import ClaimsMissingError

CLAIMS_HEADER = "x-passgate-claims"
_MESSAGE = "The call bears no verified token."


@dataclass(frozen=True, slots=True)
class Caller:
    """The token behind a call."""

    token: TokenFacts
    models: frozenset[str] | None = None
    """The models that the token is limited to; None: it is not."""

    @property
    def application_id(self) -> str:
        """The application's id; empty where the token names none."""
        return self.token.application or ""


def read_caller(headers: Mapping[str, str]) -> Caller:
    """The caller, from the payload that jwt_authn forwards (base64url without padding, RFC 7515 section 2).

    The worker's socket can be reached by the gate alone, so the header is trusted.

    Raises:
        ClaimsMissingError: the header is absent or not a token's payload.
    """
    encoded = headers.get(CLAIMS_HEADER)
    if not encoded:
        raise ClaimsMissingError(_MESSAGE)
    return _read_claims(encoded)


@lru_cache(maxsize=10_000)
def _read_claims(encoded: str) -> Caller:
    """The same token comes again and again, and always means the same."""
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
        jti, subject, issued_at = claims["jti"], claims["sub"], claims["iat"]
        application = claims.get("client_id")
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ClaimsMissingError(_MESSAGE) from error
    if not (isinstance(jti, str) and isinstance(subject, str) and isinstance(issued_at, int | float)):
        raise ClaimsMissingError(_MESSAGE)
    known = application if isinstance(application, str) and application else None
    return Caller(TokenFacts(jti, subject, known, int(issued_at)), _models_of(claims.get("models")))


def _models_of(claim: object) -> frozenset[str] | None:
    """The claim ``models``; one that is no list of names leaves none."""
    if claim is None:
        return None
    return frozenset(name for name in claim if isinstance(name, str)) if isinstance(claim, list) else frozenset()
