"""The claims of a token that holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from passgate.sdk.refusal import InsufficientScopeError, TokenRefusedError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """The claims of a token that holds; moments are NumericDates (RFC 7519 section 2).

    Attributes:
        issuer: ``iss``.
        subject: ``sub``: whom it speaks for.
        client_id: the application that got it.
        jti: its own id.
        issued_at: ``iat``.
        expires_at: ``exp``.
        scopes: what it allows.
        claims: everything it says, read-only.
        roles: of the subject (RFC 9068 section 2.2.3.1).
        kid: of the key that signed it.
    """

    issuer: str
    subject: str
    client_id: str
    jti: str
    issued_at: int
    expires_at: int
    scopes: frozenset[str]
    claims: Mapping[str, Any]
    roles: frozenset[str] = frozenset()
    kid: str = ""

    def has_scopes(self, *scopes: str) -> bool:
        """Whether it has all of these."""
        return self.scopes.issuperset(scopes)

    def has_role(self, *roles: str) -> bool:
        """Whether its subject has one of these."""
        return not self.roles.isdisjoint(roles)

    def require_scopes(self, *scopes: str) -> None:
        """Refuse a token that lacks one of these.

        Raises:
            InsufficientScopeError: with the code ``scope_missing``.
        """
        if not self.has_scopes(*scopes):
            lacking = " ".join(sorted(set(scopes) - self.scopes))
            raise InsufficientScopeError("scope_missing", f"The token lacks: {lacking}.", frozenset(scopes))

    def require_role(self, *roles: str) -> None:
        """Refuse a token whose subject has none of these.

        Raises:
            InsufficientScopeError: with the code ``role_missing``.
        """
        if not self.has_role(*roles):
            raise InsufficientScopeError("role_missing", f"This needs one of the roles {', '.join(sorted(roles))}.")

    def claim(self, name: str, kind: type[T]) -> T:
        """A claim of a given type, such as ``token.claim("tier", str)``.

        Raises:
            TokenRefusedError: it is missing (``token_claim_missing``) or of another type (``token_claim_invalid``).
        """
        if name not in self.claims:
            raise TokenRefusedError("token_claim_missing", f"The claim {name} is missing.")
        value = self.claims[name]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise TokenRefusedError("token_claim_invalid", f"The claim {name} must be of the type {kind.__name__}.")
        return value
