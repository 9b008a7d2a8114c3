"""Signing in at a provider: authorization code flow with PKCE (OpenID Connect Core section 3.1, RFC 9700).

Three steps, since nothing is fetched while a unit of work is open: :func:`begin` sends the browser away,
:func:`take_state` takes up what it brings back, :func:`redeem` asks the provider who it is.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from sqlalchemy import delete

from passgate.identity.issuers.discovery import Endpoints
from passgate.identity.issuers.errors import ExternalSignInError, IssuerFetchError
from passgate.identity.issuers.fetching import get_document, post_form
from passgate.identity.issuers.following import Seen, followed_provider, look_closely_at
from passgate.identity.issuers.id_token import check_id_token, knows_key
from passgate.identity.issuers.models import IdentityProvider, SignInState
from passgate.identity.secret_hash import secret_hash
from passgate.kernel.errors import NotFoundError
from passgate.storage.work import Work

STATE_LIFETIME = timedelta(minutes=10)
_OK = 200
_LONGEST_CODE = 4096


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send the browser, and what its cookie must hold when it comes back."""

    url: str
    browser_secret: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A sign-in that came back to the browser that began it."""

    provider: IdentityProvider
    client_secret: str | None
    nonce: str
    verifier: str
    target: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Who the provider says it is."""

    provider_id: str
    subject: str
    sid: str | None
    claims: Mapping[str, Any]
    id_token: str
    seen: Seen | None = None
    """What the provider was found to have, where its keys had changed."""


def begin(work: Work, provider_id: str, redirect_uri: str, target: str, browser_secret: str | None) -> Departure:
    """Begin a sign-in; a browser may have several under way, in several tabs.

    Raises:
        NotFoundError: no such provider, or one that is switched off.
    """
    row = _enabled(work, provider_id)
    now = work.clock.now()
    work.session.execute(delete(SignInState).where(SignInState.expires_at <= now))
    browser = browser_secret or work.ids.secret("pgb")
    state, nonce = work.ids.secret("pgst"), work.ids.secret("pgn")
    verifier = work.ids.secret("pgv")
    work.session.add(
        SignInState(
            state_hash=secret_hash(state),
            browser_hash=secret_hash(browser),
            provider_id=row.id,
            nonce=nonce,
            sealed_verifier=work.vault.seal(verifier),
            target=target,
            expires_at=now + STATE_LIFETIME,
        )
    )
    asked = {
        "response_type": "code",
        "client_id": row.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(row.scopes),
        "state": state,
        "nonce": nonce,
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
    }
    return Departure(with_query(Endpoints.of_stored(row.endpoints).authorization, asked), browser)


def take_state(work: Work, provider_id: str, answer: Mapping[str, str], browser_secret: str | None) -> Arrival:
    """Take up what the browser brings back; it counts once, whatever comes of it.

    Raises:
        ExternalSignInError: another browser's, too old, used, of another provider, or the provider's own refusal.
    """
    row = work.session.get(SignInState, secret_hash(answer.get("state", "")), with_for_update=True)
    if row is None or row.expires_at <= work.clock.now() or row.provider_id != provider_id:
        raise ExternalSignInError("This sign-in is too old, or was used already. Begin again.")
    if browser_secret is None or not hmac.compare_digest(row.browser_hash, secret_hash(browser_secret)):
        raise ExternalSignInError("This sign-in was begun in another browser. Begin again.")
    work.session.delete(row)
    provider = _enabled(work, provider_id)
    sealed = provider.sealed_client_secret
    return Arrival(
        provider=provider,
        client_secret=work.vault.open(sealed) if sealed else None,
        nonce=row.nonce,
        verifier=work.vault.open(row.sealed_verifier),
        target=row.target,
    )


def redeem(arrival: Arrival, answer: Mapping[str, str], redirect_uri: str, now: float) -> Proof:
    """Ask the provider who it is; outside of any unit of work.

    Raises:
        ExternalSignInError: the provider refused, or its answer fails a check.
        IssuerFetchError: it cannot be asked.
    """
    provider, endpoints = arrival.provider, Endpoints.of_stored(arrival.provider.endpoints)
    _check_answer(answer, endpoints)
    tokens = _exchange(arrival, endpoints, answer["code"], redirect_uri)
    id_token = tokens.get("id_token")
    if not isinstance(id_token, str):
        raise ExternalSignInError("The provider sent no ID token.")
    seen = None if knows_key(id_token, provider.keys) else look_closely_at(followed_provider(provider))
    keys = provider.keys if seen is None else seen.keys
    claims = check_id_token(
        id_token, keys, issuer=provider.issuer, client_id=provider.client_id, nonce=arrival.nonce, now=now
    )
    claims = _completed(claims, provider, endpoints, tokens.get("access_token"))
    sid = claims.get("sid")
    return Proof(provider.id, claims["sub"], sid if isinstance(sid, str) else None, claims, id_token, seen)


def with_query(url: str, fields: Mapping[str, str]) -> str:
    """The URL with these parameters besides its own."""
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *fields.items()], quote_via=quote)
    return urlunsplit(parts._replace(query=query))


def _check_answer(answer: Mapping[str, str], endpoints: Endpoints) -> None:
    # RFC 9207: an answer of another provider, which would get this one's code (mix-up, RFC 9700 section 4.4).
    issuer = answer.get("iss")
    if issuer is None and endpoints.names_itself:
        raise ExternalSignInError("The answer does not say which provider it is of.")
    if issuer is not None and issuer != endpoints.issuer:
        raise ExternalSignInError("The answer is of another provider.")
    if "error" in answer:
        raise ExternalSignInError(_refusal(answer["error"]))
    if not 0 < len(answer.get("code", "")) <= _LONGEST_CODE:
        raise ExternalSignInError("The provider sent no code.")


def _exchange(arrival: Arrival, endpoints: Endpoints, code: str, redirect_uri: str) -> Mapping[str, Any]:
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": arrival.verifier,
    }
    headers: dict[str, str] = {}
    client_id, secret = arrival.provider.client_id, arrival.client_secret
    if secret is None or endpoints.secret_in_body:
        fields |= {"client_id": client_id, **({"client_secret": secret} if secret else {})}
    else:
        # RFC 6749 section 2.3.1: both are form-encoded before they are joined.
        pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
        headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    reply = post_form(endpoints.token, fields, headers)
    document = reply.document if isinstance(reply.document, dict) else {}
    if reply.status != _OK:
        raise ExternalSignInError(_refusal(str(document.get("error", f"status {reply.status}"))))
    return document


def _completed(
    claims: Mapping[str, Any], provider: IdentityProvider, endpoints: Endpoints, access_token: object
) -> Mapping[str, Any]:
    """With what only the provider's userinfo says; it must speak of the same subject (Core section 5.3.2)."""
    whole = "email" in claims and (provider.groups_claim in claims or not provider.group_rules)
    if whole or not endpoints.userinfo or not isinstance(access_token, str):
        return claims
    try:
        told = get_document(endpoints.userinfo, bearer=access_token)
    except IssuerFetchError as error:
        raise ExternalSignInError(f"The provider does not tell who signed in: {error.message}") from None
    if told.get("sub") != claims["sub"]:
        raise ExternalSignInError("The provider tells of somebody else than who signed in.")
    return {**told, **claims}


def _refusal(error: str) -> str:
    known = {
        "access_denied": "The sign-in was refused or cancelled at the provider.",
        "invalid_client": "The provider refuses our client id or secret. An administrator has to look at them.",
        "invalid_grant": "The provider says that this sign-in was used already, or is too old. Begin again.",
    }
    return known.get(error, f"The provider refused: {''.join(c for c in error[:80] if c.isalnum() or c in '_ -')}.")


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _enabled(work: Work, provider_id: str) -> IdentityProvider:
    row = work.session.get(IdentityProvider, provider_id)
    if row is None or not row.is_enabled:
        raise NotFoundError("This way to sign in is not offered.")
    return row
