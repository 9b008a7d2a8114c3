"""Assertions by which a client shows who it is: ``private_key_jwt`` (RFC 7523, OpenID Connect Core section 9)."""

import base64
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

from sqlalchemy.exc import IntegrityError

from passgate.identity.oauth.client import Client
from passgate.identity.oauth.client_keys import known_keys, want_keys
from passgate.identity.oauth.flow_tables import OAuthAssertion
from passgate.identity.oauth.protocol import KeyNotKnownError, OAuthSite
from passgate.identity.secret_hash import secret_hash
from passgate.kernel.clock import epoch_seconds, from_epoch
from passgate.sdk.refusal import TokenRefusedError
from passgate.sdk.rules import Rules
from passgate.sdk.strict_json import strict_object
from passgate.sdk.verification_key import VerificationKey, usable_keys_of_jwks
from passgate.sdk.verifier import verified_claims
from passgate.storage.work import Work

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LONGEST = timedelta(minutes=10)
_REQUIRED = ("iss", "sub", "aud", "exp", "jti")
_LONGEST_JTI = 200
_NOT_KNOWN = "The assertion's key is not among those last seen at the client's jwks_uri; a new one is seen in a minute."


def assertion_refusal(work: Work, site: OAuthSite, client: Client, assertion: str) -> str | None:
    """Why the assertion does not show that the caller is the client; None where it does, and then it is used up.

    Its audience must be the issuer: one meant for an endpoint could be replayed at another server of the same client
    (draft-ietf-oauth-rfc7523bis section 4).

    Raises:
        KeyNotKnownError: its key is not known, and may soon be.
    """
    now = work.clock.now()
    keys = _keys(work, client, assertion)
    rules = Rules(client.id, (site.issuer.issuer,), typ=None, required=_REQUIRED, kid_required=False)
    try:
        claims = verified_claims(assertion, keys, rules, now=epoch_seconds(now))
    except TokenRefusedError as refused:
        if client.jwks_uri is not None and refused.code == "token_key_unknown":
            want_keys(work, client.id)
            raise KeyNotKnownError(_NOT_KNOWN, status_code=HTTPStatus.UNAUTHORIZED) from None
        return refused.message
    if claims["sub"] != client.id:
        return "The assertion's sub must be the client_id."
    if claims["aud"] not in (site.issuer.issuer, [site.issuer.issuer]):
        return "The assertion's aud must be the issuer alone."
    if from_epoch(claims["exp"]) > now + _LONGEST:
        return f"An assertion lives {_LONGEST.seconds // 60} minutes at most."
    jti = claims["jti"]
    if len(jti) > _LONGEST_JTI:
        return f"The assertion's jti has at most {_LONGEST_JTI} letters."
    used = OAuthAssertion(
        assertion_hash=secret_hash(f"{client.id} {jti}"), expires_at=from_epoch(claims["exp"]) + timedelta(minutes=2)
    )
    return None if _is_new(work, used) else "The assertion was used before."


def _keys(work: Work, client: Client, assertion: str) -> Mapping[str, VerificationKey]:
    if client.jwks_uri is None:
        return usable_keys_of_jwks(client.jwks or {"keys": []})
    return known_keys(work, client.id, _unverified_algorithm(assertion))


def _unverified_algorithm(assertion: str) -> str:
    """Which of a key's algorithms is meant: a published key may name none. Whatever it says, it must be one of ours."""
    try:
        head = assertion.partition(".")[0]
        algorithm = strict_object(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))).get("alg")
    except ValueError:
        return ""
    return algorithm if isinstance(algorithm, str) else ""


def _is_new(work: Work, used: OAuthAssertion) -> bool:
    try:
        with work.session.begin_nested():
            work.session.add(used)
    except IntegrityError:
        return False
    return True
