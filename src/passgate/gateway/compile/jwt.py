"""The JWT filter: whose tokens, for whom, signed with which keys, found where."""

import json

from passgate.contracts.gateway_snapshot import GatewaySnapshot
from passgate.gateway.compile.trusted_issuers import foreign_providers
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject

KEPT = "kept"
"""The requirement of calls whose token a worker of ours needs: a good one stays in the Authorization header."""
OPTIONAL = "optional"
"""The requirement of public services: a good token is cut off, so the upstream never sees it; nothing is refused."""

CREDENTIAL_HEADERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
_SKEW_SECONDS = 5
_CACHED_TOKENS = 10_000

_QUERY = "query"
_QUERY_PARAMETER = "key"
_SCHEMES = ("Bearer ", "bearer ", "BEARER ")
"""A scheme's case says nothing (RFC 9110 section 11.1), but Envoy compares letters: so the usual ways to write it."""
_PLACES: dict[str, JsonObject] = {
    _QUERY: {"from_params": [_QUERY_PARAMETER]},
    "bearer": {"from_headers": [{"name": "authorization", "value_prefix": scheme} for scheme in _SCHEMES]},
    "x-api-key": {"from_headers": [{"name": "x-api-key"}]},
    "api-key": {"from_headers": [{"name": "api-key"}]},
    "x-goog-api-key": {"from_headers": [{"name": "x-goog-api-key"}]},
}
"""Every place a token may stand is a provider of its own: places of one provider must all hold good tokens.
A header has one of the schemes, so these can share one."""

_COMMON: JsonObject = {
    "require_expiration": True,
    "clock_skew_seconds": _SKEW_SECONDS,
    "forward": False,
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
    kept = {KEPT: {**_provider(snapshot, _PLACES["bearer"], jwks), "forward": True}}
    kept |= foreign_providers(snapshot, {KEPT: _PLACES["bearer"]}, {**_COMMON, "forward": True})
    anywhere = [{"provider_name": name} for name in providers]
    in_headers = [{"provider_name": name} for name, one in providers.items() if "from_params" not in one]
    in_query = {"name": _QUERY_PARAMETER, "present_match": True}
    typed: JsonObject = {
        "@type": names.JWT_AUTHN,
        "providers": {**providers, **kept},
        "requirement_map": {
            KEPT: _any_of([{"provider_name": name} for name in kept]),
            OPTIONAL: _any_of([*anywhere, {"allow_missing_or_failed": {}}]),
        },
        "rules": [
            # The query goes first, so that a good token in it is always cut out of the path. Where there is none, it is
            # not looked at: a place that is tried in vain costs a tenth of what the whole filter does.
            {"match": {"prefix": "/", "query_parameters": [in_query]}, "requires": _any_of(anywhere)},
            {"match": {"prefix": "/"}, "requires": _any_of(in_headers)},
        ],
    }
    return {"name": names.JWT_FILTER, "typed_config": typed}


def _any_of(requirements: list[JsonObject]) -> JsonObject:
    return requirements[0] if len(requirements) == 1 else {"requires_any": {"requirements": requirements}}


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
