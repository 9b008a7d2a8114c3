"""The authorization endpoint: what a client asks for in a browser, and what a person decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from passgate.identity.models import BrowserSession, User
from passgate.identity.oauth.authlib_parts import InvalidRequestError, OAuth2Error
from passgate.identity.oauth.client import Client
from passgate.identity.oauth.client_tables import OAuthConsent
from passgate.identity.oauth.code_grant import CodeGrant, MandatoryS256
from passgate.identity.oauth.grants import new_grant
from passgate.identity.oauth.protocol import OAuthRequest, OAuthSite, with_parameters
from passgate.identity.oauth.server import OAuthServer
from passgate.identity.oauth.targets import audiences_for
from passgate.storage.work import Work

_SINGLE = ("response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "prompt", "max_age")
_PROMPTS = frozenset({"none", "login", "consent", "select_account"})
_FRESH = timedelta(seconds=60)
_LONGEST_FIELD = 2000


class NotRedirectableError(Exception):
    """A request that must be told to the person: nobody can be trusted to be sent back to (RFC 9700 section 4.11)."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that holds: what the client wants of the person.

    Attributes:
        client: who asks.
        redirect_uri: where the answer goes.
        scopes: what it may do.
        audiences: where it may do it.
        state: given back as it came.
        prompts: what the client wants the person to be asked.
        max_age: seconds since the last sign-in, at most.
        grant: Authlib's part of it.
    """

    client: Client
    redirect_uri: str
    scopes: list[str]
    audiences: list[str]
    state: str | None
    prompts: frozenset[str]
    max_age: int | None
    grant: CodeGrant


def read_request(work: Work, site: OAuthSite, fields: Mapping[str, Sequence[str]]) -> Asked | str:
    """The request, or where to send the browser with the reason why it does not hold.

    Raises:
        NotRedirectableError: no known client, or a redirect URI that is not its own.
    """
    request = OAuthRequest("GET", fields, {})
    server = OAuthServer(work, site)
    server.register_grant(CodeGrant, [MandatoryS256(required=True)])
    try:
        grant: CodeGrant = server.get_consent_grant(request)
    except OAuth2Error as error:
        if error.redirect_uri is None:
            raise NotRedirectableError(_words(error)) from None
        return refused_location(site, error.redirect_uri, request.payload.state, error.error, _words(error))
    try:
        return _asked(site, request, grant)
    except OAuth2Error as error:
        return refused_location(site, grant.redirect_uri, request.payload.state, error.error, _words(error))


def is_fresh_enough(work: Work, asked: Asked, session: BrowserSession) -> bool:
    """Whether the person signed in lately enough for what the client asks (``max_age``, ``prompt=login``)."""
    age = work.clock.now() - session.created_at
    if "login" in asked.prompts and age > _FRESH:
        return False
    return asked.max_age is None or age <= max(timedelta(seconds=asked.max_age), _FRESH)


def needs_consent(work: Work, asked: Asked, user_id: str) -> bool:
    """Whether the person has to be asked.

    What was agreed to once holds again, but not for a native application: another program could take its place
    (RFC 8252 section 8.6).
    """
    if "consent" in asked.prompts or asked.client.kind == "native":
        return True
    known = work.session.get(OAuthConsent, (user_id, asked.client.id))
    if known is None:
        return True
    return not (set(asked.scopes) <= set(known.scopes) and set(asked.audiences) <= set(known.audiences))


def approve(work: Work, site: OAuthSite, asked: Asked, session: BrowserSession) -> str:
    """Give the client its code; where the browser goes with it."""
    user = work.session.get_one(User, session.user_id)
    _remember(work, asked, user.id)
    nonce = asked.grant.request.payload.data.get("nonce")
    asked.grant.grant = new_grant(
        work,
        asked.client,
        user.id,
        scopes=asked.scopes,
        audiences=asked.audiences,
        session=session,
        nonce=nonce,
    )
    _, _, headers = asked.grant.create_authorization_response(asked.redirect_uri, user)
    return with_parameters(dict(headers)["Location"], {"iss": site.issuer.issuer})


def deny(site: OAuthSite, asked: Asked) -> str:
    """Where the browser goes when the person refuses."""
    return refused_location(site, asked.redirect_uri, asked.state, "access_denied", "The person refused.")


def refused_location(site: OAuthSite, redirect_uri: str, state: str | None, error: str, words: str) -> str:
    """Where the browser goes with an error (RFC 6749 section 4.1.2.1), with the issuer (RFC 9207)."""
    parameters = {"error": error, "error_description": words}
    if state is not None:
        parameters["state"] = state
    return with_parameters(redirect_uri, parameters | {"iss": site.issuer.issuer})


def _asked(site: OAuthSite, request: OAuthRequest, grant: CodeGrant) -> Asked:
    data = request.payload.data
    for name in _SINGLE:
        if len(request.listed(name)) > 1:
            raise InvalidRequestError(f"{name} stands there twice.")
        if len(data.get(name, "")) > _LONGEST_FIELD:
            raise InvalidRequestError(f"{name} has at most {_LONGEST_FIELD} letters.")
    if "request" in data or "request_uri" in data:
        raise InvalidRequestError("Request objects are not supported.")
    if data.get("response_mode", "query") != "query":
        raise InvalidRequestError("response_mode must be query.")
    prompts = frozenset(data.get("prompt", "").split())
    if not prompts <= _PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise InvalidRequestError("prompt must be none alone, or of login, consent and select_account.")
    max_age = data.get("max_age")
    if max_age is not None and not (max_age.isdecimal() and max_age.isascii() and len(max_age) <= 9):  # noqa: PLR2004 - thirty years
        raise InvalidRequestError("max_age must be a number of seconds.")
    client: Client = request.client
    return Asked(
        client=client,
        redirect_uri=grant.redirect_uri,
        scopes=(request.scope or "").split(),
        audiences=audiences_for(client, site, request.listed("resource")),
        state=request.payload.state,
        prompts=prompts,
        max_age=int(max_age) if max_age is not None else None,
        grant=grant,
    )


def _remember(work: Work, asked: Asked, user_id: str) -> None:
    known = work.session.get(OAuthConsent, (user_id, asked.client.id))
    if known is None:
        known = OAuthConsent(user_id=user_id, client_id=asked.client.id, scopes=[], audiences=[])
        work.session.add(known)
    known.scopes = sorted({*known.scopes, *asked.scopes})
    known.audiences = sorted({*known.audiences, *asked.audiences})
    known.given_at = work.clock.now()


def _words(error: OAuth2Error) -> str:
    return str(error.get_error_description() or error.error)
