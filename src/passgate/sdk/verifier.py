"""The one strict verifier of access tokens (RFC 9068), by the rules of RFC 8725.

Common libraries take the last of duplicate claims, ignore ``crit``, accept several encodings of one token, or a token
of another purpose. This one refuses all of these, with one code for each rule.
"""

import base64
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from passgate.sdk.strict_json import strict_object
from passgate.sdk.verification_key import VerificationKey

MAX_TOKEN_BYTES = 8192
MAX_LEEWAY_SECONDS = 60

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_HEADER = frozenset({"alg", "kid", "typ"})
_TEXTS = ("iss", "sub", "jti", "client_id")
_DATES = ("exp", "iat", "nbf")
_REQUIRED = ("iss", "sub", "aud", "exp", "iat", "jti", "client_id")
"""RFC 9068 section 2.2."""


class TokenRefusedError(Exception):
    """A token that does not hold.

    Attributes:
        code: the rule that refused it; stable.
        message: the same for people; repeats nothing of the token.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """The claims of a token that holds; moments are NumericDates (RFC 7519 section 2)."""

    issuer: str
    subject: str
    client_id: str
    jti: str
    issued_at: int
    expires_at: int
    scopes: frozenset[str]
    claims: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StrictVerifier:
    """Verifies the tokens of one issuer for one audience.

    Attributes:
        issuer: what ``iss`` must be.
        audience: what ``aud`` must be or hold.
        keys: the issuer's keys by kid.
        typ: what the header's ``typ`` must be (RFC 9068 section 2.1).
        leeway: seconds that clocks may differ, 60 at most.
    """

    issuer: str
    audience: str
    keys: Mapping[str, VerificationKey]
    typ: str = "at+jwt"
    leeway: int = MAX_LEEWAY_SECONDS

    def __post_init__(self) -> None:
        if not 0 <= self.leeway <= MAX_LEEWAY_SECONDS:
            raise ValueError(f"a leeway is 0 to {MAX_LEEWAY_SECONDS} seconds")

    def verify(self, token: str, *, now: float) -> VerifiedToken:
        """The token's claims, once everything holds.

        Args:
            token: the compact form (RFC 7515 section 7.1).
            now: the present moment as a NumericDate.

        Raises:
            TokenRefusedError: with the code of the first rule that it breaks.
        """
        claims = _object_of(open_signed(token, self.keys, typ=self.typ), "payload")
        self._check_names(claims)
        self._check_times(claims, now)
        scope = claims.get("scope", "")
        if not isinstance(scope, str):
            raise TokenRefusedError("token_claim_invalid", "The claim scope must be text.")
        return VerifiedToken(
            issuer=claims["iss"],
            subject=claims["sub"],
            client_id=claims["client_id"],
            jti=claims["jti"],
            issued_at=int(claims["iat"]),
            expires_at=int(claims["exp"]),
            scopes=frozenset(scope.split()),
            claims=claims,
        )

    def _check_names(self, claims: Mapping[str, Any]) -> None:
        for name in _REQUIRED:
            if name not in claims:
                raise TokenRefusedError("token_claim_missing", f"The claim {name} is missing.")
        for name in _TEXTS:
            if not isinstance(claims[name], str) or not claims[name]:
                raise TokenRefusedError("token_claim_invalid", f"The claim {name} must be text.")
        if claims["iss"] != self.issuer:
            raise TokenRefusedError("token_issuer_wrong", "The token is of another issuer.")
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if not audiences or not all(isinstance(audience, str) for audience in audiences):
            raise TokenRefusedError("token_claim_invalid", "The claim aud must be text or a list of texts.")
        if self.audience not in audiences:
            raise TokenRefusedError("token_audience_wrong", "The token is for another audience.")

    def _check_times(self, claims: Mapping[str, Any], now: float) -> None:
        for name in _DATES:
            if name in claims and not _is_date(claims[name]):
                raise TokenRefusedError("token_claim_invalid", f"The claim {name} must be a number of seconds.")
        if now >= claims["exp"] + self.leeway:
            raise TokenRefusedError("token_expired", "The token has expired.")
        if claims.get("nbf", now) > now + self.leeway:
            raise TokenRefusedError("token_not_yet_valid", "The token is not valid yet.")
        if claims["iat"] > now + self.leeway:
            raise TokenRefusedError("token_issued_in_future", "The token was issued in the future.")


def open_signed(token: str, keys: Mapping[str, VerificationKey], *, typ: str | None) -> bytes:
    """The payload of a compact JWS (RFC 7515 section 7.1) whose form, header and signature hold.

    Args:
        token: the compact form.
        keys: the keys that may have signed it, by kid.
        typ: what the header's ``typ`` must be; None: any, or none.

    Raises:
        TokenRefusedError: with the code of the first rule that it breaks.
    """
    if len(token) > MAX_TOKEN_BYTES:
        raise TokenRefusedError("token_too_large", f"A token has at most {MAX_TOKEN_BYTES} bytes.")
    if not _COMPACT.fullmatch(token):
        raise TokenRefusedError("token_malformed", "A token has three parts of base64url.")
    head, payload, signature = token.split(".")
    header = _object_of(_decoded(head), "header")
    content = _decoded(payload)
    _decoded(signature)
    key = _key_of(header, keys, typ)
    try:
        jws.deserialize_compact(token, key.key, algorithms=[key.algorithm])
    except (JoseError, ValueError):
        raise TokenRefusedError("token_signature_invalid", "The signature does not hold.") from None
    return content


def _key_of(header: Mapping[str, Any], keys: Mapping[str, VerificationKey], typ: str | None) -> VerificationKey:
    if not header.keys() <= _HEADER:
        raise TokenRefusedError("token_header_not_allowed", "The header may hold alg, kid and typ only.")
    if typ is not None and header.get("typ") != typ:
        raise TokenRefusedError("token_type_wrong", f"The header's typ must be {typ}.")
    kid = header.get("kid")
    key = keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        raise TokenRefusedError("token_key_unknown", "The header's kid names no key that is trusted.")
    if header.get("alg") != key.algorithm:
        raise TokenRefusedError("token_algorithm_wrong", f"This key serves {key.algorithm} only.")
    return key


def _decoded(part: str) -> bytes:
    # One token has one spelling: padding and the unused bits of the last letter are no part of it.
    if len(part) % 4 != 1:
        data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        if base64.urlsafe_b64encode(data).rstrip(b"=").decode() == part:
            return data
    raise TokenRefusedError("token_malformed", "A part of the token is not base64url.")


def _object_of(data: bytes, what: str) -> dict[str, Any]:
    try:
        return strict_object(data)
    except ValueError:
        message = f"The token's {what} is not one JSON object in UTF-8 with every key once."
        raise TokenRefusedError("token_malformed", message) from None


def _is_date(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and abs(value) < 1 << 53
