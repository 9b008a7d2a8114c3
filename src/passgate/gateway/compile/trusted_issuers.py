"""Tokens of other issuers at the gate.

Each issuer has a provider of its own in the JWT filter, and a metadata key of its own for what its tokens say, so that
no claim of theirs can be taken for one of ours: their ``client_id`` is no application of ours, and their claims travel
in another header. What a call of theirs may do is decided by the same rule as in
:func:`passgate.contracts.trusted_issuer.application_of`, here as policies of the filter that also asks for the claims
of our own tokens.
"""

import json
from collections.abc import Iterable, Sequence

from passgate.contracts.gateway_snapshot import GatewaySnapshot
from passgate.contracts.trusted_issuer import TrustedIssuer
from passgate.gateway.compile.filter_state import filter_state
from passgate.gateway.compile.matchers import Listed, followed_by, lookup_filter
from passgate.gateway.compile.subscriptions import NOT_LISTED, listed, verdict_on
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject

_SUBSCRIBER_STATE = "passgate.foreign_subscriber"
"""``<service id>|<iss>|<value of the claim that says whose call it is>``; the first two hold no ``|``."""

_ANYTHING: JsonObject = {"string_match": {"safe_regex": {"regex": ".+"}}}
_PRESENT: JsonObject = {"present_match": True}
_REFUSED_HEADERS = ("b64", "crit", "zip")
"""What changes how a token is to be read; others (``x5t`` of Entra) name a key, and say nothing to the gate."""
_ACCESS_TOKEN: JsonObject = {"string_match": {"safe_regex": {"regex": "(?i)(application/)?at\\+jwt"}}}


def foreign_providers(
    snapshot: GatewaySnapshot, places: dict[str, JsonObject], common: JsonObject
) -> dict[str, JsonObject]:
    """Providers of the JWT filter, one an issuer and place where a token may stand."""
    return {
        f"{issuer.id}:{name}": {**common, **_provider(issuer), **place}
        for issuer in snapshot.trusted_issuers
        for name, place in places.items()
    }


def with_foreign_claims(claims: JsonObject, snapshot: GatewaySnapshot) -> JsonObject:
    """The filter that copies claims into the filter state, copying those of other issuers as well."""
    if not snapshot.trusted_issuers:
        return claims
    copies = [copy for issuer in snapshot.trusted_issuers for copy in _copies(issuer)]
    service = f"%METADATA(ROUTE:{names.METADATA_NAMESPACE}:{names.SERVICE_KEY})%"
    issuer, client = (
        f"%FILTER_STATE({key}:PLAIN)%" for key in (names.FOREIGN_ISSUER_STATE, names.FOREIGN_CLIENT_STATE)
    )
    subscriber = f"{service}|{issuer}|{client}"
    return {
        **claims,
        "on_request_headers": [*claims["on_request_headers"], *copies, filter_state(_SUBSCRIBER_STATE, subscriber)],
    }


def with_foreign_rules(required: JsonObject, snapshot: GatewaySnapshot) -> JsonObject:
    """The filter that refuses tokens of ours which lack a claim, with the rules for tokens of others beside them."""
    if not snapshot.trusted_issuers:
        return required
    foreign = [_is_of(issuer) for issuer in snapshot.trusted_issuers]
    own = {
        name: {**policy, "principals": [_both(principal, _none_of(foreign)) for principal in policy["principals"]]}
        for name, policy in required["rules"]["policies"].items()
    }
    policies = dict(own)
    ours = _claim(names.PAYLOAD_KEY, "iss", _ANYTHING)
    policies["two_tokens"] = _policy(_both(ours, _any_of(foreign)))
    for issuer in snapshot.trusted_issuers:
        for name, holds in _refusals(issuer).items():
            policies[f"{name}_{issuer.id}"] = _policy(_both(_is_of(issuer), holds))
    return {**required, "rules": {**required["rules"], "policies": policies}}


def with_foreign_subscribers(subscriptions: JsonObject, snapshot: GatewaySnapshot) -> JsonObject:
    """The filter of subscriptions, which looks for a call of another issuer's token in a list of its own."""
    pairs = dict(_pairs(snapshot))
    if not pairs:
        return subscriptions
    foreign = lookup_filter("", _SUBSCRIBER_STATE, pairs, missing=NOT_LISTED)
    typed = subscriptions["typed_config"]
    matcher = followed_by(typed["matcher"], foreign["typed_config"]["matcher"])
    return {**subscriptions, "typed_config": {**typed, "matcher": matcher}}


def _provider(issuer: TrustedIssuer) -> JsonObject:
    keys = [dict(sorted(key.items())) for key in issuer.keys]
    return {
        "issuer": issuer.issuer,
        "audiences": list(issuer.audiences),
        "local_jwks": {"inline_string": json.dumps({"keys": keys}, separators=(",", ":"))},
        "forward_payload_header": names.FOREIGN_CLAIMS_HEADER,
        "payload_in_metadata": issuer.id,
        "header_in_metadata": _header_key(issuer),
    }


def _copies(issuer: TrustedIssuer) -> list[JsonObject]:
    """What is empty is skipped, so only the issuer whose token it is sets anything."""
    copies = [
        filter_state(names.FOREIGN_ISSUER_STATE, _format(issuer, "iss")),
        filter_state(names.FOREIGN_SUBJECT_STATE, _format(issuer, "sub")),
        filter_state(names.FOREIGN_JTI_STATE, _format(issuer, "jti")),
        filter_state(names.JTI_STATE, _format(issuer, "jti")),
    ]
    if issuer.application_claim is not None:
        copies.append(filter_state(names.FOREIGN_CLIENT_STATE, _format(issuer, issuer.application_claim)))
    return copies


def _refusals(issuer: TrustedIssuer) -> dict[str, JsonObject]:
    """What refuses a token of the issuer, by the beginning of the policy's name, which says why."""
    header = _any_of([_claim(_header_key(issuer), name, _PRESENT) for name in _REFUSED_HEADERS])
    found = {"header_refused": header, "claim_missing_sub": _not(_claim(issuer.id, "sub", _ANYTHING))}
    if issuer.needs_jti:
        found["claim_missing_jti"] = _not(_claim(issuer.id, "jti", _ANYTHING))
    if issuer.token_type is not None:
        found["token_kind"] = _not(_claim(_header_key(issuer), "typ", _ACCESS_TOKEN))
    if issuer.blocked_subjects:
        found["revoked_subject"] = _claim(issuer.id, "sub", _one_of(issuer.blocked_subjects))
    if issuer.required_claims:
        wanted = [_claim(issuer.id, name, _holding(values)) for name, values in issuer.required_claims.items()]
        found["claim_refused"] = _not(_all_of(wanted))
    if issuer.application_claim is not None:
        known = _claim(issuer.id, issuer.application_claim, _one_of(list(issuer.applications)))
        found["application_unknown"] = _not(known)
    return found


def _pairs(snapshot: GatewaySnapshot) -> Iterable[tuple[str, Listed]]:
    for issuer in snapshot.trusted_issuers:
        values = {"": issuer.application_id} if issuer.application_claim is None else issuer.applications
        for subscription in listed(snapshot):
            for value, application in values.items():
                if application and application == subscription.application_id:
                    yield f"{subscription.service_id}|{issuer.issuer}|{value}", verdict_on(subscription)


def _header_key(issuer: TrustedIssuer) -> str:
    return f"{issuer.id}_header"


def _format(issuer: TrustedIssuer, claim: str) -> str:
    return f"%DYNAMIC_METADATA({names.JWT_NAMESPACE}:{issuer.id}:{claim})%"


def _is_of(issuer: TrustedIssuer) -> JsonObject:
    return _claim(issuer.id, "iss", _ANYTHING)


def _claim(part: str, name: str, value: JsonObject) -> JsonObject:
    matcher = {"filter": names.JWT_NAMESPACE, "path": [{"key": part}, {"key": name}], "value": value}
    return {"sourced_metadata": {"metadata_matcher": matcher, "metadata_source": "DYNAMIC"}}


def _one_of(values: Sequence[str]) -> JsonObject:
    exact = [{"string_match": {"exact": value}} for value in values]
    return exact[0] if len(exact) == 1 else {"or_match": {"value_matchers": exact}}  # one of one is no valid message


def _holding(values: Sequence[str]) -> JsonObject:
    """The value itself, or a list that holds it."""
    exact = [{"string_match": {"exact": value}} for value in values]
    return {"or_match": {"value_matchers": [*exact, *({"list_match": {"one_of": one}} for one in exact)]}}


def _policy(principal: JsonObject) -> JsonObject:
    return {"permissions": [{"any": True}], "principals": [principal]}


def _not(principal: JsonObject) -> JsonObject:
    return {"not_id": principal}


def _all_of(principals: Sequence[JsonObject]) -> JsonObject:
    return {"and_ids": {"ids": list(principals)}}


def _any_of(principals: Sequence[JsonObject]) -> JsonObject:
    return {"or_ids": {"ids": list(principals)}}


def _none_of(principals: Sequence[JsonObject]) -> JsonObject:
    return _not(_any_of(principals))


def _both(one: JsonObject, other: JsonObject) -> JsonObject:
    return _all_of([one, other])
