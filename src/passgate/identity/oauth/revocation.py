"""Revocation (RFC 7009) of every kind: a JWT goes on the deny list, a refresh token ends its family."""

from typing import Any

from passgate.identity.models import Token
from passgate.identity.oauth.authlib_parts import InvalidRequestError, RevocationEndpoint
from passgate.identity.oauth.client import Client
from passgate.identity.oauth.flow_tables import OAuthRefreshToken
from passgate.identity.oauth.grants import REFRESH_PREFIX, end_grant, locked_grant
from passgate.identity.oauth.live_tokens import live_token
from passgate.identity.oauth.protocol import OAuthRequest
from passgate.identity.secret_hash import secret_hash
from passgate.identity.service.revocation import revoke_jti
from passgate.kernel.actor import Actor, ActorKind


class Revocation(RevocationEndpoint):  # type: ignore[misc]  # Authlib ships no types
    """Authlib's own refuses JWTs, and asks for a hint; here the token says by its form what it is."""

    def create_endpoint_response(self, request: OAuthRequest) -> tuple[int, dict[str, Any], Any]:
        """The answer; the same whether there was such a token or not (RFC 7009 section 2.2).

        Raises:
            InvalidRequestError: no token.
        """
        client: Client = self.authenticate_endpoint_client(request)
        token = request.form.get("token")
        if not token:
            raise InvalidRequestError("token is missing.")
        if token.startswith(f"{REFRESH_PREFIX}_"):
            self._revoke_refresh_token(client, token)
        else:
            self._revoke_access_token(client, token)
        return 200, {}, ()

    def _revoke_refresh_token(self, client: Client, text: str) -> None:
        work = self.server.work
        row = work.session.get(OAuthRefreshToken, secret_hash(text))
        grant = locked_grant(work, row.grant_id) if row is not None else None
        if grant is not None and grant.client_id == client.id:
            end_grant(_actor(client), work, grant, "revoked by the client")

    def _revoke_access_token(self, client: Client, text: str) -> None:
        work = self.server.work
        found = live_token(work, self.server.site.issuer, text)
        if found is not None and found.client_id == client.id:
            revoke_jti(_actor(client), work, work.session.get_one(Token, found.jti), "revoked by the client")


def _actor(client: Client) -> Actor:
    return Actor(ActorKind.APPLICATION, client.id, client.name)
