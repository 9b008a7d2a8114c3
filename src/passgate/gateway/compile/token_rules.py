"""What is looked up of a verified token, and what it must have: the filters ``claims`` and ``required_claims``.

They travel as resources, since a trusted issuer adds its own part to both; without one they never change.
"""

from passgate.contracts.gateway_snapshot import GatewaySnapshot
from passgate.gateway.compile.filter_state import filter_state
from passgate.gateway.compile.trusted_issuers import with_foreign_claims, with_foreign_rules
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject

_TEXT: JsonObject = {"string_match": {"safe_regex": {"regex": ".+"}}}
_ACCESS_TOKEN: JsonObject = {"string_match": {"safe_regex": {"regex": "(?i)(application/)?at\\+jwt"}}}
_PRESENT: JsonObject = {"present_match": True}

_NEEDED: dict[str, JsonObject] = {"jti": _TEXT, "sub": _TEXT, "client_id": _TEXT, "iat": _PRESENT}
"""Claims, and what they must be. Envoy itself refuses an ``iat`` that is no number."""

_REFUSED_HEADERS = ("b64", "crit", "cty", "jku", "jwk", "x5c", "x5t", "x5t#S256", "x5u", "zip")
"""Header parameters that a token of ours never has; the strict verifier and the SDK refuse them too."""


def claims_filter(snapshot: GatewaySnapshot) -> JsonObject:
    """Copies what the matchers look up: they read filter state; on metadata they would never match."""
    service = f"%METADATA(ROUTE:{names.METADATA_NAMESPACE}:{names.SERVICE_KEY})%"
    typed: JsonObject = {
        "@type": names.SET_STATE,
        "on_request_headers": [
            filter_state(names.JTI_STATE, _copied("jti")),
            filter_state(names.SUBSCRIBER_STATE, f"{service}|{_copied('client_id')}"),
        ],
    }
    return {"name": names.CLAIMS_FILTER, "typed_config": with_foreign_claims(typed, snapshot)}


def required_claims_filter(snapshot: GatewaySnapshot) -> JsonObject:
    """Refuses what no deny list could judge, tokens of another kind (RFC 9068), and headers (RFC 7515) of attackers."""
    policies = {f"claim_missing_{name}": _policy(_lacks(names.PAYLOAD_KEY, name, is_)) for name, is_ in _NEEDED.items()}
    policies["token_kind"] = _policy(_lacks(names.HEADER_KEY, "typ", _ACCESS_TOKEN))
    policies["key_unnamed"] = _policy(_lacks(names.HEADER_KEY, "kid", _TEXT))
    extra = [_has(names.HEADER_KEY, name, _PRESENT) for name in _REFUSED_HEADERS]
    policies["header_refused"] = _policy({"or_ids": {"ids": extra}})
    typed = {"@type": names.RBAC, "rules": {"action": "DENY", "policies": policies}}
    return {"name": names.REQUIRED_FILTER, "typed_config": with_foreign_rules(typed, snapshot)}


def _copied(claim: str) -> str:
    return f"%DYNAMIC_METADATA({names.JWT_NAMESPACE}:{names.PAYLOAD_KEY}:{claim})%"


def _policy(principal: JsonObject) -> JsonObject:
    return {"permissions": [{"any": True}], "principals": [principal]}


def _lacks(part: str, name: str, value: JsonObject) -> JsonObject:
    """Holds for a token whose field is missing or is something else."""
    return {"not_id": _has(part, name, value)}


def _has(part: str, name: str, value: JsonObject) -> JsonObject:
    matcher = {"filter": names.JWT_NAMESPACE, "path": [{"key": part}, {"key": name}], "value": value}
    return {"sourced_metadata": {"metadata_matcher": matcher, "metadata_source": "DYNAMIC"}}
