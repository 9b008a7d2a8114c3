"""The checks of a token, in their order. The verifier stops at the first that fails; an explanation shows them all."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from passgate.sdk.base64url import decoded
from passgate.sdk.refusal import TokenRefusedError
from passgate.sdk.rules import Rules
from passgate.sdk.strict_json import strict_object
from passgate.sdk.verification_key import VerificationKey

MAX_TOKEN_BYTES = 8192

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_HEADER = frozenset({"alg", "kid", "typ"})
_TEXTS = ("iss", "sub", "jti", "client_id")
_DATES = ("exp", "iat", "nbf")


@dataclass(slots=True)
class Reading:
    """A token, and what has been read of it so far."""

    token: str
    keys: Mapping[str, VerificationKey]
    rules: Rules
    now: float
    head: bytes = b""
    payload: bytes = b""
    signature: bytes = b""
    header: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    key: VerificationKey | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One rule.

    Attributes:
        name: stable, for machines.
        title: for people.
        judge: refuses, or reads on.
        needs: the checks without which this one has nothing to look at.
    """

    name: str
    title: str
    judge: Callable[[Reading], None]
    needs: tuple[str, ...] = ()


def _size(reading: Reading) -> None:
    if len(reading.token) > MAX_TOKEN_BYTES:
        raise TokenRefusedError("token_too_large", f"A token has at most {MAX_TOKEN_BYTES} bytes.")


def _form(reading: Reading) -> None:
    if not _COMPACT.fullmatch(reading.token):
        raise TokenRefusedError("token_malformed", "A token has three parts of base64url.")
    head, payload, signature = reading.token.split(".")
    try:
        # One token has one spelling: padding and the unused bits of the last letter are no part of it.
        reading.head, reading.payload, reading.signature = decoded(head), decoded(payload), decoded(signature)
    except ValueError:
        raise TokenRefusedError("token_malformed", "A part of the token is not base64url.") from None


def _header(reading: Reading) -> None:
    reading.header = _object_of(reading.head, "header")


def _header_fields(reading: Reading) -> None:
    if not reading.header.keys() <= _HEADER:
        raise TokenRefusedError("token_header_not_allowed", "The header may hold alg, kid and typ only.")


def _type(reading: Reading) -> None:
    wanted, typ = reading.rules.typ, reading.header.get("typ")
    if wanted is None or typ == wanted:
        return
    # A media type, whose letters may be of either case, and whose "application/" may be left out (RFC 7515, 4.1.9).
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") != wanted:
        raise TokenRefusedError("token_type_wrong", f"The header's typ must be {wanted}.")


def _key(reading: Reading) -> None:
    kid, keys = reading.header.get("kid"), reading.keys
    if kid is None and not reading.rules.kid_required and len(keys) == 1:
        reading.key = next(iter(keys.values()))
    else:
        reading.key = keys.get(kid) if isinstance(kid, str) else None
    if reading.key is None:
        raise TokenRefusedError("token_key_unknown", "The header's kid names no key that is trusted.")


def _algorithm(reading: Reading) -> None:
    if reading.key is not None and reading.header.get("alg") != reading.key.algorithm:
        raise TokenRefusedError("token_algorithm_wrong", f"This key serves {reading.key.algorithm} only.")


def _signature(reading: Reading) -> None:
    signed = reading.token.rpartition(".")[0].encode("ascii")
    if reading.key is None or not reading.key.holds(reading.signature, signed):
        raise TokenRefusedError("token_signature_invalid", "The signature does not hold.")


def _payload(reading: Reading) -> None:
    reading.claims = _object_of(reading.payload, "payload")


def _claims(reading: Reading) -> None:
    claims = reading.claims
    for name in reading.rules.required:
        if name not in claims:
            raise TokenRefusedError("token_claim_missing", f"The claim {name} is missing.")
    for name in _TEXTS:
        if name in claims and (not isinstance(claims[name], str) or not claims[name]):
            raise TokenRefusedError("token_claim_invalid", f"The claim {name} must be text.")
    for name in _DATES:
        if name in claims and not _is_date(claims[name]):
            raise TokenRefusedError("token_claim_invalid", f"The claim {name} must be a number of seconds.")
    if "aud" in claims and not (_audiences(claims) and _are_texts(_audiences(claims))):
        raise TokenRefusedError("token_claim_invalid", "The claim aud must be text or a list of texts.")
    if not isinstance(claims.get("scope", ""), str):
        raise TokenRefusedError("token_claim_invalid", "The claim scope must be text.")
    if not (isinstance(claims.get("roles", []), list) and _are_texts(claims.get("roles", []))):
        raise TokenRefusedError("token_claim_invalid", "The claim roles must be a list of texts.")


def _issuer(reading: Reading) -> None:
    if reading.rules.issuer is not None and reading.claims.get("iss") != reading.rules.issuer:
        raise TokenRefusedError("token_issuer_wrong", "The token is of another issuer.")


def _audience(reading: Reading) -> None:
    wanted = reading.rules.audiences
    if wanted and not any(audience in wanted for audience in _audiences(reading.claims)):
        raise TokenRefusedError("token_audience_wrong", "The token is for another audience.")


def _expiry(reading: Reading) -> None:
    if reading.now >= reading.claims.get("exp", math.inf) + reading.rules.leeway:
        raise TokenRefusedError("token_expired", "The token has expired.")


def _not_before(reading: Reading) -> None:
    if reading.claims.get("nbf", reading.now) > reading.now + reading.rules.leeway:
        raise TokenRefusedError("token_not_yet_valid", "The token is not valid yet.")


def _issued(reading: Reading) -> None:
    if reading.claims.get("iat", reading.now) > reading.now + reading.rules.leeway:
        raise TokenRefusedError("token_issued_in_future", "The token was issued in the future.")


SIGNATURE_CHECKS: tuple[Check, ...] = (
    Check("size", "Size", _size),
    Check("form", "Three parts of base64url", _form, ("size",)),
    Check("header", "Header is one JSON object", _header, ("form",)),
    Check("header_fields", "Header says no more than it may", _header_fields, ("header",)),
    Check("type", "Type", _type, ("header",)),
    Check("key", "Key is trusted", _key, ("header",)),
    Check("algorithm", "Algorithm is the key's own", _algorithm, ("key",)),
    Check("signature", "Signature", _signature, ("form", "key", "algorithm")),
)
CLAIM_CHECKS: tuple[Check, ...] = (
    Check("payload", "Payload is one JSON object", _payload, ("form",)),
    Check("claims", "Claims are there, and of their types", _claims, ("payload",)),
    Check("issuer", "Issuer", _issuer, ("payload", "claims")),
    Check("audience", "Audience", _audience, ("payload", "claims")),
    Check("expiry", "Not expired", _expiry, ("payload", "claims")),
    Check("not_before", "Valid already", _not_before, ("payload", "claims")),
    Check("issued", "Issued in the past", _issued, ("payload", "claims")),
)


def _object_of(data: bytes, what: str) -> dict[str, Any]:
    try:
        return strict_object(data)
    except ValueError:
        message = f"The token's {what} is not one JSON object in UTF-8 with every key once."
        raise TokenRefusedError("token_malformed", message) from None


def _audiences(claims: Mapping[str, Any]) -> list[Any]:
    found = claims.get("aud", [])
    return found if isinstance(found, list) else [found]


def _are_texts(values: list[Any]) -> bool:
    return all(isinstance(each, str) for each in values)


def _is_date(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and abs(value) < 1 << 53
