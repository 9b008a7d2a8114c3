"""What a route asks of a token beyond a subscription: scopes, roles, claims.

Each rule refuses what does not hold; a claim that is missing, or of another kind than was thought of, does not hold.
"""

import re
from collections.abc import Iterable, Sequence

from passgate.contracts.service_policy import ClaimCondition
from passgate.gateway.compile.route_policies import RoutePolicies
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject, type_url

SCOPE_MISSING, ROLE_MISSING, CLAIM_CONDITION = "scope_missing", "role_missing", "token_claim_refused"
"""Names of the rules, which stand in the response code details. Envoy asks them in the order of the alphabet."""

_FOREIGN_SCOPES = ("scope", "scp")
"""Microsoft Entra and Okta say ``scp``."""


def access_filter(policies: RoutePolicies, issuers: tuple[str, ...]) -> JsonObject | None:
    """The filter's configuration for a route; None where it asks for nothing."""
    access = policies.access
    if access.who == "public":
        return None
    found: dict[str, JsonObject] = {}
    if access.scopes:
        found[SCOPE_MISSING] = _policy(_not(_all([_has_scope(scope, issuers) for scope in access.scopes])))
    if access.roles:
        found[ROLE_MISSING] = _policy(_not(_any(_among(("roles",), access.roles, issuers))))
    if policies.claims:
        conditions = [_any(_among(path_of(one.claim), one.values, issuers)) for one in policies.claims]
        found[CLAIM_CONDITION] = _policy(_not(_all(conditions)))
    if not found:
        return None
    url = type_url("envoy.extensions.filters.http.rbac.v3.RBACPerRoute")
    return {"@type": url, "rbac": {"rules": {"action": "DENY", "policies": found}}}


def wanted_of(policies: RoutePolicies) -> dict[str, str]:
    """The same in words, for the answer to a call that is refused."""
    access = policies.access
    if access.who == "public":
        return {}
    found: dict[str, str] = {}
    if access.scopes:
        found[names.WANTED_SCOPES_KEY] = " ".join(access.scopes)
    wanted = [f"a role of: {', '.join(access.roles)}"] if access.roles else []
    wanted += [_words(one) for one in policies.claims]
    if wanted:
        # It stands in a quoted string of WWW-Authenticate, too.
        found[names.WANTED_KEY] = "; ".join(wanted).translate({ord(sign): "'" for sign in '"\\'})
    return found


def path_of(claim: str) -> tuple[str, ...]:
    """The keys down to a claim; a name that is a URL is one key."""
    return (claim,) if "://" in claim else tuple(claim.split("."))


def _words(condition: ClaimCondition) -> str:
    return f"the claim {condition.claim} with one of: {', '.join(condition.values)}"


def _has_scope(scope: str, issuers: tuple[str, ...]) -> JsonObject:
    """A word of a text, or an entry of a list."""
    word = {"string_match": {"safe_regex": {"regex": f"(?:.* )?{re.escape(scope)}(?: .*)?"}}}
    entry = {"list_match": {"one_of": {"string_match": {"exact": scope}}}}
    places = [(names.PAYLOAD_KEY, "scope"), *((one, name) for one in issuers for name in _FOREIGN_SCOPES)]
    return _any([_claim((*place,), value) for place in places for value in (word, entry)])


def _among(path: tuple[str, ...], values: Sequence[str], issuers: tuple[str, ...]) -> list[JsonObject]:
    """The claim is one of the values, or a list that holds one."""
    parts = (names.PAYLOAD_KEY, *issuers)
    return [_claim((part, *path), match) for part in parts for value in values for match in _forms(value)]


def _forms(value: str) -> Iterable[JsonObject]:
    exact = {"string_match": {"exact": value}}
    yield exact
    yield {"list_match": {"one_of": exact}}
    if value in {"true", "false"}:
        yield {"bool_match": value == "true"}
    elif re.fullmatch(r"-?\d{1,15}", value):
        yield {"double_match": {"exact": float(value)}}


def _claim(path: tuple[str, ...], value: JsonObject) -> JsonObject:
    keys = [{"key": key} for key in path]
    matcher = {"filter": names.JWT_NAMESPACE, "path": keys, "value": value}
    return {"sourced_metadata": {"metadata_matcher": matcher, "metadata_source": "DYNAMIC"}}


def _policy(principal: JsonObject) -> JsonObject:
    return {"permissions": [{"any": True}], "principals": [principal]}


def _not(principal: JsonObject) -> JsonObject:
    return {"not_id": principal}


def _all(principals: list[JsonObject]) -> JsonObject:
    return {"and_ids": {"ids": principals}}


def _any(principals: list[JsonObject]) -> JsonObject:
    return {"or_ids": {"ids": principals}}
