"""Who calls: the one check of client credentials for all endpoints."""

import base64
import binascii
from urllib.parse import unquote_plus

from passgate.identity.oauth.assertions import ASSERTION_TYPE, assertion_refusal
from passgate.identity.oauth.authlib_parts import InvalidClientError, InvalidRequestError
from passgate.identity.oauth.client import Client
from passgate.identity.oauth.protocol import OAuthRequest, OAuthSite
from passgate.identity.oauth.shared_work import SharedWork
from passgate.sdk.strict_json import strict_object
from passgate.storage.work import Work

_UNAUTHORIZED = 401


def authenticated_client(work: Work, site: OAuthSite, request: OAuthRequest) -> Client:
    """The client that calls, by the one credential that it shows (RFC 6749 section 2.3).

    Authlib's own check is not used: it tries one method after the other, and takes a wrong secret in the header with a
    right one in the body.

    Raises:
        InvalidRequestError: several credentials.
        InvalidClientError: unknown, inactive, a credential that does not hold, or not the kind that it has.
    """
    form = request.form
    authorization = request.headers.get("authorization", "")
    assertion = form.get("client_assertion")
    if [bool(authorization), "client_secret" in form, assertion is not None].count(True) > 1:
        raise InvalidRequestError("Show one credential, not several.")
    if authorization:
        client_id, secret = _basic(authorization)
        if form.get("client_id", client_id) != client_id:
            raise InvalidRequestError("client_id is not the one of the Authorization header.")
        return _by_secret(work, client_id, secret)
    if assertion is not None:
        return _by_assertion(work, site, form, assertion)
    client_id = form.get("client_id", "")
    if "client_secret" in form:
        return _by_secret(work, client_id, form["client_secret"])
    client = _known(work, client_id)
    if client.is_confidential:
        raise _refused("This client has to show a credential.")
    return client


def named_client(request: OAuthRequest) -> str:
    """The client that a request says it is of, believed or not; empty: none is named."""
    authorization, assertion = request.headers.get("authorization", ""), request.form.get("client_assertion")
    try:
        named = _basic(authorization)[0] if authorization else request.form.get("client_id", "")
    except InvalidClientError:
        return ""
    if not named and assertion is not None:
        named = _unverified_subject(assertion)
    return named if named.isprintable() else ""


def _by_secret(work: Work, client_id: str, secret: str) -> Client:
    client = _known(work, client_id)
    if client.auth_method != "client_secret" or not client.check_client_secret(secret):
        raise _refused("The client's credential does not hold.")
    return client


def _by_assertion(work: Work, site: OAuthSite, form: dict[str, str], assertion: str) -> Client:
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise InvalidRequestError(f"client_assertion_type must be {ASSERTION_TYPE}.")
    client_id = form.get("client_id") or _unverified_subject(assertion)
    client = _known(work, client_id)
    if client.auth_method != "private_key_jwt":
        raise _refused("The client's credential does not hold.")
    refusal = assertion_refusal(work, site, client, assertion)
    if refusal is not None:
        raise _refused(refusal)
    return client


def _known(work: Work, client_id: str) -> Client:
    if not client_id:
        raise _refused("Say who you are: client_id is missing.")
    client = SharedWork.of(work).client(client_id) if client_id.isprintable() else None
    if client is None:
        raise _refused("There is no such client, or it is not active.")
    return client


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise _refused("The Authorization header must be Basic.")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise _refused("The Authorization header cannot be read.") from None
    client_id, colon, secret = text.partition(":")
    if not colon:
        raise _refused("The Authorization header cannot be read.")
    return unquote_plus(client_id), unquote_plus(secret)  # RFC 6749 section 2.3.1


def _unverified_subject(assertion: str) -> str:
    """Whose keys to verify with; nothing else is taken from it before."""
    try:
        payload = assertion.split(".")[1]
        found = strict_object(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return ""
    subject = found.get("sub")
    return subject if isinstance(subject, str) else ""


def _refused(words: str) -> InvalidClientError:
    return InvalidClientError(words, status_code=_UNAUTHORIZED)
