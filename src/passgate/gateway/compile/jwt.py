"""The JWT filter: whose tokens, for whom, signed with which keys, found where."""

import json

from passgate.contracts.gateway_snapshot import GatewaySnapshot
from passgate.gateway.compile.trusted_issuers import foreign_providers
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject

OPTIONAL = "optional"
"""The requirement of public services: a good token is cut off, so the upstream never sees it; nothing is refused."""

CREDENTIAL_HEADERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
_SKEW_SECONDS = 5
_CACHED_TOKENS = 10_000

_PLACES: dict[str, JsonObject] = {
    # First, so that a good token in the query is always cut out of the path.
    "query": {"from_params": ["key"]},
    "bearer": {"from_headers": [{"name": "authorization", "value_prefix": "Bearer "}]},
    "x-api-key": {"from_headers": [{"name": "x-api-key"}]},
    "api-key": {"from_headers": [{"name": "api-key"}]},
    "x-goog-api-key": {"from_headers": [{"name": "x-goog-api-key"}]},
}
"""Every place a token may stand is a provider of its own: places of one provider must all hold good tokens."""

_COMMON: JsonObject = {
    "require_expiration": True,
    "clock_skew_seconds": _SKEW_SECONDS,
    "forward": False,
    "normalize_payload_in_metadata": {"space_delimited_claims": ["scope"]},
    "jwt_cache_config": {"jwt_cache_size": _CACHED_TOKENS},
}
"""What every provider has, whoever the issuer is."""

_NOBODYS_KEY = {
    "alg": "ES256",
    "crv": "P-256",
    "kid": "passgate: no key",
    "kty": "EC",
    "use": "sig",
    "x": "qhlZ60FD2_9FrYatEcKtTq8nKay1-qBhDx-siXWpnRs",
    "y": "7mxECIvOhotiVwNaI6zel4-YfL-k8nLdJpwp2w1r8LY",
}
"""Stands in where there is no signing key, since Envoy rejects an empty set. Its x is SHA-256 of the text
``passgate: no key 3`` (the first number that gives a point of the curve), so nobody can know its private key."""


def jwt_filter(snapshot: GatewaySnapshot) -> JsonObject:
    """The filter as an extension resource.

    A key that is taken away changes this resource, and with it goes the cache of verified tokens.
    """
    keys = [dict(sorted(key.items())) for key in snapshot.keys or (_NOBODYS_KEY,)]
    jwks = json.dumps({"keys": keys}, separators=(",", ":"))
    providers = {name: _provider(snapshot, place, jwks) for name, place in _PLACES.items()}
    providers |= foreign_providers(snapshot, _PLACES, _COMMON)
    anywhere = [{"provider_name": name} for name in providers]
    typed: JsonObject = {
        "@type": names.JWT_AUTHN,
        "providers": providers,
        "requirement_map": {OPTIONAL: {"requires_any": {"requirements": [*anywhere, {"allow_missing_or_failed": {}}]}}},
        "rules": [{"match": {"prefix": "/"}, "requires": {"requires_any": {"requirements": anywhere}}}],
    }
    return {"name": names.JWT_FILTER, "typed_config": typed}


def _provider(snapshot: GatewaySnapshot, place: JsonObject, jwks: str) -> JsonObject:
    return {
        "issuer": snapshot.issuer,
        "audiences": [snapshot.audience],
        "local_jwks": {"inline_string": jwks},
        "forward_payload_header": names.CLAIMS_HEADER,
        "payload_in_metadata": names.PAYLOAD_KEY,
        "header_in_metadata": names.HEADER_KEY,
        **_COMMON,
        **place,
    }
