"""Client credentials: an application in its own name (RFC 6749 section 4.4)."""

from typing import Any

from passgate.identity.oauth.authlib_parts import ClientCredentialsGrant
from passgate.identity.oauth.client import Client
from passgate.identity.oauth.grant_types import OPENID_SCOPES
from passgate.identity.oauth.issuing import Wanted, issue_access_token
from passgate.identity.oauth.server import scopes_of
from passgate.identity.oauth.targets import audiences_for


class OwnNameGrant(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib ships no types
    """A token like those that people issue to the application: it passes the gate, or goes to another service."""

    def generate_token(self, scope: str | None = None, **_: object) -> dict[str, Any]:
        """The token; without a scope asked for, it has all of the application's."""
        client: Client = self.request.client
        audiences = audiences_for(client, self.server.site, self.request.listed("resource"))
        scopes = [each for each in scopes_of(client, scope, sorted(client.scopes)) if each not in OPENID_SCOPES]
        wanted = Wanted(client, client.id, scopes, audiences)
        access = issue_access_token(self.server.work, self.server.site.issuer, wanted)
        answer: dict[str, Any] = {
            "access_token": access.text,
            "token_type": "Bearer",
            "expires_in": access.expires_in,
        }
        if scopes:
            answer["scope"] = " ".join(scopes)
        return answer
