"""What two calls must share for one answer to do for both."""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache

import orjson

from passgate.contracts.cached_route import CachedRoute
from passgate.contracts.verified_claims import CLAIMS_HEADER, FOREIGN_CLAIMS_HEADER
from passgate.inference.cached.fields import Fields

CREDENTIALS = ("authorization", "cookie", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key")
"""In which a caller may have a credential for the upstream; that for the gate is cut off before."""
_OF_ONE_TOKEN = frozenset({"jti", "iat", "exp", "nbf"})
"""Claims that say which token it is and how long it holds, and nothing of the caller."""
_CLAIMS = (CLAIMS_HEADER, FOREIGN_CLAIMS_HEADER)


def brings_credential(route: CachedRoute, request: Fields) -> bool:
    """Whether the upstream gets a credential with the call that others have not."""
    return route.token is not None or any(name in request for name in CREDENTIALS)


def whose(route: CachedRoute, request: Fields, application_id: str) -> list[str]:
    """Who may get the same answer.

    Args:
        route: the call's.
        request: its header fields.
        application_id: of the caller; empty: nobody knows.
    """
    told = [request.get(name) or "" for name in route.told]
    if route.per == "service":
        return [route.per, *told]
    if route.per == "application":
        return [route.per, application_id, *told]
    claims = [fingerprint(request.get(name) or "") for name in _CLAIMS]
    own = [request.get(name) or "" for name in CREDENTIALS if name != route.token]
    return [route.per, *claims, *own, *told]


def primary_key(route: CachedRoute, host: str, target: str, sharing: Sequence[str]) -> bytes:
    """The key of a GET, as far as it is known before there is an answer (RFC 9111 section 2)."""
    return _digest(["GET", route.cluster, route.scope, route.epoch, host.lower(), target, *sharing])


def varied_key(primary: bytes, names: Sequence[str], request: Fields) -> bytes:
    """The key of what an answer varies by (section 4.1)."""
    return _digest([primary.hex(), *([name, request.get(name)] for name in names)])


@lru_cache(maxsize=10_000)
def fingerprint(encoded: str) -> str:
    """What the claims of a token say but for those of the token itself; base64url without padding."""
    if not encoded:
        return ""
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
        said = {name: value for name, value in claims.items() if name not in _OF_ONE_TOKEN}
    except (binascii.Error, ValueError, AttributeError):
        return encoded
    return hashlib.blake2b(orjson.dumps(said, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def _digest(whole: list[object]) -> bytes:
    text = json.dumps(whole).encode()
    return hashlib.blake2b(text, digest_size=32, person=b"rest").digest()
