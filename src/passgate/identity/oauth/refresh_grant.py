"""Refresh tokens: each is exchanged for the next one; one that comes back ends its family (RFC 9700 section 4.14.2)."""

from typing import Any

from passgate.identity.models import User
from passgate.identity.oauth.authlib_parts import InvalidGrantError, RefreshTokenGrant
from passgate.identity.oauth.flow_tables import OAuthGrant, OAuthRefreshToken
from passgate.identity.oauth.grants import GRACE, end_grant, locked_grant, refusal_of_grant
from passgate.identity.oauth.protocol import ReusedError
from passgate.identity.secret_hash import secret_hash
from passgate.kernel.actor import SYSTEM


class _Redeemed:
    """A refresh token as Authlib asks about it."""

    def __init__(self, row: OAuthRefreshToken, grant: OAuthGrant) -> None:
        self.row = row
        self.grant = grant

    def check_client(self, _client: object) -> bool:
        return True  # it was found by the client

    def get_scope(self) -> str:
        return " ".join(self.grant.scopes)


class RefreshGrant(RefreshTokenGrant):  # type: ignore[misc]  # Authlib ships no types
    """Rotation with a short grace for the concurrent threads and tabs of one client."""

    def authenticate_refresh_token(self, refresh_token: str) -> _Redeemed | None:
        """The token where it holds. Its family is locked before it is looked at, so of two at once one is second.

        Raises:
            ReusedError: it was used before, and longer ago than the grace; the family has ended.
            InvalidGrantError: the grant has ended.
        """
        work = self.server.work
        row = work.session.get(OAuthRefreshToken, secret_hash(refresh_token))
        grant = locked_grant(work, row.grant_id) if row is not None else None
        if row is None or grant is None or grant.client_id != self.request.client.id:
            return None
        work.session.refresh(row)
        if row.used_at is not None and row.used_at + GRACE <= work.clock.now():
            end_grant(SYSTEM, work, grant, "refresh token used twice")
            raise ReusedError("The refresh token was used before; all that came of its grant is revoked.")
        refusal = refusal_of_grant(work, grant)
        if refusal is not None:
            raise InvalidGrantError(refusal)
        return _Redeemed(row, grant)

    def authenticate_user(self, refresh_token: _Redeemed) -> User:
        """The person who granted."""
        user: User = self.server.work.session.get_one(User, refresh_token.grant.user_id)
        return user

    def issue_token(self, user: User, refresh_token: _Redeemed) -> dict[str, Any]:
        """The next tokens."""
        scopes = (self.request.payload.scope or refresh_token.get_scope()).split()
        answer: dict[str, Any] = self.server.person_answer(self.request, refresh_token.grant, user, scopes)
        return answer

    def revoke_old_credential(self, refresh_token: _Redeemed) -> None:
        """Mark it used; the grace counts from the first time."""
        if refresh_token.row.used_at is None:
            refresh_token.row.used_at = self.server.work.clock.now()
