"""Introspection (RFC 7662): whether a token holds, for those whom it concerns."""

from typing import Any

from passgate.identity.oauth.authlib_parts import IntrospectionEndpoint, InvalidClientError
from passgate.identity.oauth.client import Client
from passgate.identity.oauth.live_tokens import LiveToken, live_token
from passgate.identity.oauth.protocol import OAuthRequest

_UNAUTHORIZED = 401


class Introspection(IntrospectionEndpoint):  # type: ignore[misc]  # Authlib ships no types
    """Access tokens; a refresh token concerns nobody but its client, who learns by using it."""

    def create_endpoint_response(self, request: OAuthRequest) -> tuple[int, dict[str, Any], Any]:
        """The answer.

        Raises:
            InvalidClientError: a client without a credential; tokens would be guessed through it.
        """
        client: Client = self.authenticate_endpoint_client(request)
        if not client.is_confidential:
            raise InvalidClientError("Introspection is for clients with a credential.", status_code=_UNAUTHORIZED)
        token = self.authenticate_token(request, client)
        return 200, _told(token) if token is not None else {"active": False}, ()

    def query_token(self, token_string: str, token_type_hint: str | None) -> LiveToken | None:
        """The token where it holds."""
        del token_type_hint
        return live_token(self.server.work, self.server.site.issuer, token_string)

    def check_permission(self, token: LiveToken, client: Client, request: object) -> bool:
        """Whether the token is of the client, for the client, or of its team."""
        del request
        if token.client_id == client.id or client.audiences & set(token.audiences):
            return True
        return token.team_id is not None and token.team_id == client.team_id


def _told(token: LiveToken) -> dict[str, Any]:
    answer: dict[str, Any] = {"active": True, "token_type": "Bearer"}
    if token.user_id is not None:
        answer["username"] = token.user_id
    return answer | dict(token.claims)
