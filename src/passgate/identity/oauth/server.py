"""Authlib's authorization server with our work below it."""

from typing import Any

from passgate.identity.models import User
from passgate.identity.oauth.authlib_parts import AuthorizationServer, InvalidScopeError, OAuth2Error
from passgate.identity.oauth.client import Client, find_client
from passgate.identity.oauth.client_authentication import authenticated_client
from passgate.identity.oauth.flow_tables import OAuthGrant
from passgate.identity.oauth.grants import new_refresh_token
from passgate.identity.oauth.id_tokens import id_token
from passgate.identity.oauth.issuing import Wanted, issue_access_token
from passgate.identity.oauth.protocol import OAuthRequest, OAuthSite, Reply, refusal_reply
from passgate.identity.oauth.targets import narrowed_audiences
from passgate.storage.work import Work


class OAuthServer(AuthorizationServer):  # type: ignore[misc]  # Authlib ships no types
    """One request's server: Authlib decides what is asked in which order, this does it."""

    def __init__(self, work: Work, site: OAuthSite) -> None:
        super().__init__()
        self.work = work
        self.site = site

    def query_client(self, client_id: str) -> Client | None:
        """The client of that id."""
        return find_client(self.work, client_id)

    def authenticate_client(self, request: OAuthRequest, methods: object, endpoint: str = "token") -> Client:
        """The client that calls."""
        del methods, endpoint
        return authenticated_client(self.work, self.site, request)

    def save_token(self, token: object, request: object) -> None:
        """Nothing: what is issued is in the registry already."""

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nothing: nobody listens."""

    def create_oauth2_request(self, request: OAuthRequest) -> OAuthRequest:
        """The request, which is of Authlib's form already."""
        return request

    def validate_requested_scope(self, scope: str | None) -> None:
        """Nothing here: each client has its own scopes."""

    def handle_response(self, status: int, body: Any, headers: Any) -> Reply:  # noqa: ANN401 - Authlib's own
        """Authlib's reply as ours."""
        found = dict(headers)
        return Reply(status, body or {}, location=found.get("Location"))

    def handle_error_response(self, request: object, error: OAuth2Error) -> Reply:
        """An error as a reply; as a redirect where the browser may be sent back."""
        del request
        if error.redirect_uri:
            status, body, headers = error()
            return self.handle_response(status, body, headers)
        return refusal_reply(error)

    def person_answer(self, request: OAuthRequest, grant: OAuthGrant, user: User, scopes: list[str]) -> dict[str, Any]:
        """The token response (RFC 6749 section 5.1) for what a person granted.

        Args:
            request: what the client asks, already authenticated.
            grant: what was granted.
            user: who granted it.
            scopes: those of the access token, at most the granted ones.
        """
        client: Client = request.client
        audiences = narrowed_audiences(grant.audiences, self.site, request.listed("resource"))
        wanted = Wanted(client, user.id, scopes, audiences, user_id=user.id, grant=grant)
        access = issue_access_token(self.work, self.site.issuer, wanted)
        answer: dict[str, Any] = {
            "access_token": access.text,
            "token_type": "Bearer",
            "expires_in": access.expires_in,
            "scope": " ".join(scopes),
        }
        if client.check_grant_type("refresh_token"):
            answer["refresh_token"] = new_refresh_token(self.work, grant)
        if "openid" in grant.scopes:
            answer["id_token"] = id_token(
                self.work, self.site.issuer, client=client, user=user, grant=grant, access_token=access.text
            )
        return answer


def scopes_of(client: Client, scope: str | None, usual: list[str]) -> list[str]:
    """The scopes asked for, or the usual ones.

    Raises:
        InvalidScopeError: one that the client may not have.
    """
    wanted = list(dict.fromkeys((scope or "").split())) or usual
    if not client.may_have(wanted):
        raise InvalidScopeError("The client may not have all of these scopes.")
    return wanted
