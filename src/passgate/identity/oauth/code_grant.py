"""The authorization code grant with PKCE (RFC 6749 section 4.1, RFC 7636, RFC 9700 section 2.1.1)."""

from datetime import timedelta
from typing import Any

from passgate.identity.models import User
from passgate.identity.oauth.authlib_parts import (
    AccessDeniedError,
    AuthorizationCodeGrant,
    CodeChallenge,
    InvalidGrantError,
    InvalidRequestError,
)
from passgate.identity.oauth.client import Client
from passgate.identity.oauth.flow_tables import OAuthCode, OAuthGrant
from passgate.identity.oauth.grants import end_grant, locked_grant, refusal_of_grant
from passgate.identity.oauth.protocol import ReusedError
from passgate.identity.secret_hash import secret_hash
from passgate.kernel.actor import SYSTEM

CODE_LIFETIME = timedelta(seconds=60)
_PREFIX = "pgc"
_S256_LENGTH = 43


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib ships no types
    """Codes are stored as hashes, hold for a minute, and once; a second use ends all that came of the first."""

    grant: OAuthGrant
    """What the person granted; set before the authorization response, found by the code at the token endpoint."""

    def create_authorization_response(self, redirect_uri: str, grant_user: User | None) -> tuple[int, str, Any]:
        """Back to the client, with a code or a refusal, and with the issuer (RFC 9207)."""
        if grant_user is None:
            raise AccessDeniedError(redirect_uri=redirect_uri)
        reply: tuple[int, str, Any] = super().create_authorization_response(redirect_uri, grant_user)
        return reply

    def generate_authorization_code(self) -> str:
        """256 random bits."""
        return str(self.server.work.ids.secret(_PREFIX))

    def save_authorization_code(self, code: str, request: Any) -> None:  # noqa: ANN401 - Authlib's own
        """Keep its hash."""
        work = self.server.work
        work.session.add(
            OAuthCode(
                code_hash=secret_hash(code),
                grant_id=self.grant.id,
                redirect_uri=request.payload.redirect_uri,
                code_challenge=request.payload.data["code_challenge"],
                expires_at=work.clock.now() + CODE_LIFETIME,
                used_at=None,
            )
        )

    def query_authorization_code(self, code: str, client: Client) -> "_Redeemed | None":
        """The code where it holds.

        Raises:
            ReusedError: it was used before.
        """
        work = self.server.work
        row = work.session.get(OAuthCode, secret_hash(code))
        grant = locked_grant(work, row.grant_id) if row is not None else None
        if row is None or grant is None or grant.client_id != client.id:
            return None
        work.session.refresh(row)
        if row.used_at is not None:
            end_grant(SYSTEM, work, grant, "authorization code used twice")
            raise ReusedError("The code was used before; what was issued for it is revoked.")
        if row.expires_at <= work.clock.now():
            return None
        self.grant = grant
        return _Redeemed(row, grant)

    def delete_authorization_code(self, authorization_code: "_Redeemed") -> None:
        """Mark it used; it is kept, so that a second use is noticed."""
        authorization_code.row.used_at = self.server.work.clock.now()

    def authenticate_user(self, authorization_code: "_Redeemed") -> User:
        """The person who granted.

        Raises:
            InvalidGrantError: the grant, or the session it was given in, has ended.
        """
        work = self.server.work
        refusal = refusal_of_grant(work, authorization_code.grant)
        user: User | None = work.session.get(User, authorization_code.grant.user_id)
        if refusal is not None or user is None:
            raise InvalidGrantError(refusal or "The user is not active.")
        return user

    def generate_token(self, user: User, scope: str, **_: object) -> dict[str, Any]:
        """The tokens."""
        answer: dict[str, Any] = self.server.person_answer(self.request, self.grant, user, scope.split())
        return answer


class _Redeemed:
    """A code as Authlib asks about it."""

    code_challenge_method = "S256"

    def __init__(self, row: OAuthCode, grant: OAuthGrant) -> None:
        self.row = row
        self.grant = grant
        self.code_challenge = row.code_challenge

    def get_redirect_uri(self) -> str:
        return self.row.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.grant.scopes)


class MandatoryS256(CodeChallenge):  # type: ignore[misc]  # Authlib ships no types
    """PKCE for every client, and only the method that does not show the verifier."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: CodeGrant, redirect_uri: str) -> None:
        """Refuse a request without a challenge; Authlib lets a client without secret pass, and falls back to plain."""
        data = grant.request.payload.data
        if data.get("code_challenge_method") != "S256" or len(data.get("code_challenge", "")) != _S256_LENGTH:
            raise InvalidRequestError("PKCE is needed: code_challenge with code_challenge_method=S256.")
        super().validate_code_challenge(grant, redirect_uri)
