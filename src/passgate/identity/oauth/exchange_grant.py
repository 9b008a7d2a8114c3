"""Token exchange (RFC 8693): a service turns the token that it was called with into a narrower one to call on."""

from typing import Any

from passgate.identity.oauth.authlib_parts import (
    BaseGrant,
    InvalidRequestError,
    InvalidScopeError,
    TokenEndpointMixin,
    UnauthorizedClientError,
)
from passgate.identity.oauth.client import Client
from passgate.identity.oauth.grant_types import EXCHANGE
from passgate.identity.oauth.issuing import Wanted, issue_access_token
from passgate.identity.oauth.live_tokens import LiveToken, live_token
from passgate.identity.oauth.targets import audiences_for
from passgate.identity.service.actors import API_AUDIENCE

ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name, no secret
JWT_TYPE = "urn:ietf:params:oauth:token-type:jwt"
_TYPES = (ACCESS_TOKEN_TYPE, JWT_TYPE)
_DEEPEST_ACT = 5


class ExchangeGrant(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]  # Authlib ships no types
    """The new token speaks for the same subject, says who acts (``act``), and dies with the old one."""

    GRANT_TYPE = EXCHANGE

    def validate_token_request(self) -> None:
        """Look at the request and at the token that it brings.

        Raises:
            UnauthorizedClientError: the client may not exchange tokens.
            InvalidRequestError: a token that does not hold, or was not meant for this client.
        """
        form = self.request.form
        client: Client = self.authenticate_token_endpoint_client()
        self.request.client = client
        if not client.check_grant_type(EXCHANGE):
            raise UnauthorizedClientError("The client may not exchange tokens.")
        if "actor_token" in form:
            raise InvalidRequestError("actor_token is not supported: who acts is the client itself.")
        if form.get("requested_token_type", ACCESS_TOKEN_TYPE) not in _TYPES:
            raise InvalidRequestError("requested_token_type must be an access token.")
        if form.get("subject_token_type") not in _TYPES:
            raise InvalidRequestError(f"subject_token_type must be {ACCESS_TOKEN_TYPE}.")
        subject = live_token(self.server.work, self.server.site.issuer, form.get("subject_token", ""))
        if subject is None or API_AUDIENCE in subject.audiences:
            raise InvalidRequestError("The subject_token does not hold.")
        if not _was_meant_for(subject, client, self.server.site.issuer.audience):
            raise InvalidRequestError("The subject_token was not meant for this client.")
        self.subject = subject

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        """The narrower token.

        Raises:
            InvalidScopeError: a scope that the old token does not have.
        """
        client: Client = self.request.client
        subject = self.subject
        wanted = (self.request.payload.scope or " ".join(subject.scopes)).split()
        if not set(wanted) <= set(subject.scopes):
            raise InvalidScopeError("The new token has no scope that the old one lacks.")
        targets = [*self.request.listed("resource"), *self.request.listed("audience")]
        access = issue_access_token(
            self.server.work,
            self.server.site.issuer,
            Wanted(
                client,
                subject.subject,
                wanted,
                audiences_for(client, self.server.site, targets),
                user_id=subject.user_id,
                parent_jti=subject.jti,
                not_after=subject.expires_at,
                limits=_carried(subject),
                rates=str(subject.claims.get("rates", "")),
                claims={"act": _act(client, subject), "parents": _above(subject)},
            ),
        )
        answer: dict[str, Any] = {
            "access_token": access.text,
            "issued_token_type": ACCESS_TOKEN_TYPE,
            "token_type": "Bearer",
            "expires_in": access.expires_in,
        }
        if wanted:
            answer["scope"] = " ".join(wanted)
        return 200, answer, self.TOKEN_RESPONSE_HEADER


def _was_meant_for(subject: LiveToken, client: Client, gate: str) -> bool:
    """Whether the client got the token honestly: its own, one for its audiences, or one that passed the gate to it."""
    if subject.client_id == client.id or client.audiences & set(subject.audiences):
        return True
    return gate in subject.audiences and subject.team_id is not None and subject.team_id == client.team_id


def _carried(subject: LiveToken) -> dict[str, Any]:
    """Limits inside the old token; the new one has them, too."""
    return {name: subject.claims[name] for name in ("models", "services", "budget", "rpm") if name in subject.claims}


def _above(subject: LiveToken) -> list[dict[str, Any]]:
    """What the claim ``parents`` says: a token that is exchanged often must not get its budget as often."""
    own = {name: subject.claims[name] for name in ("jti", "budget", "rpm") if name in subject.claims}
    return [own, *subject.claims.get("parents", [])]


def _act(client: Client, subject: LiveToken) -> dict[str, Any]:
    """Who acts now, and within it who acted before (RFC 8693 section 4.1).

    Raises:
        InvalidRequestError: a chain that is too long.
    """
    before, depth = subject.claims.get("act"), 0
    inner = before
    while isinstance(inner, dict):
        inner, depth = inner.get("act"), depth + 1
    if depth >= _DEEPEST_ACT:
        raise InvalidRequestError(f"A token is exchanged {_DEEPEST_ACT} times at most.")
    return {"sub": client.id} | ({"act": before} if before is not None else {})
