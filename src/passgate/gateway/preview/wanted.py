"""What a route asks of a token's claims, and what is missing."""

from collections.abc import Iterator, Mapping
from typing import Any

from passgate.contracts.service_policy import ClaimCondition
from passgate.gateway.compile.access_rules import path_of
from passgate.gateway.compile.route_policies import RoutePolicies
from passgate.gateway.preview.rule import Rule, asked


def wanted_rules(policies: RoutePolicies, claims: Mapping[str, Any] | None) -> Iterator[Rule]:
    """Roles, scopes and conditions, in the order in which the gate asks them.

    Args:
        policies: of the route.
        claims: of the token; None: of any good token of an application, so that what it says is not known.
    """
    access = policies.access
    if access.who == "public":
        return
    if access.roles:
        yield _roles_rule(access.roles, claims)
    if access.scopes:
        yield _scopes_rule(access.scopes, claims)
    for condition in policies.claims:
        yield _claim_rule(condition, claims)


def _roles_rule(roles: tuple[str, ...], claims: Mapping[str, Any] | None) -> Rule:
    listed = ", ".join(roles)
    if claims is None:
        return Rule("roles", "depends", f"The token must have a role of: {listed}.")
    passed = any(_matches(claims.get("roles"), role) for role in roles)
    words = f"The token {'has' if passed else 'lacks'} a role of: {listed}."
    return asked("roles", passed=passed, text=words, code="role_missing", status=403)


def _scopes_rule(scopes: tuple[str, ...], claims: Mapping[str, Any] | None) -> Rule:
    if claims is None:
        return Rule("scopes", "depends", f"The token must have the scopes {', '.join(scopes)}.")
    held = claims.get("scope", "")
    words = held.split(" ") if isinstance(held, str) else held if isinstance(held, list) else []
    missing = [scope for scope in scopes if scope not in words]
    if missing:
        return Rule("scopes", "refuses", f"The token lacks the scopes {', '.join(missing)}.", "scope_missing", 403)
    return Rule("scopes", "passes", f"The token has the scopes {', '.join(scopes)}.")


def _claim_rule(condition: ClaimCondition, claims: Mapping[str, Any] | None) -> Rule:
    listed = ", ".join(condition.values)
    if claims is None:
        return Rule("claims", "depends", f"The token's claim {condition.claim} must be one of: {listed}.")
    value: Any = claims
    for key in path_of(condition.claim):
        value = value.get(key) if isinstance(value, Mapping) else None
    passed = any(_matches(value, wanted) for wanted in condition.values)
    words = f"The token's claim {condition.claim} {'is' if passed else 'is none'} of: {listed}."
    return asked("claims", passed=passed, text=words, code="claim_missing", status=403)


def _matches(value: object, wanted: str) -> bool:
    """The claim is the text, or a list that holds it; a truth value or a number is compared as it is written."""
    if isinstance(value, list):
        return wanted in [one for one in value if isinstance(one, str)]
    if isinstance(value, bool):
        return wanted == str(value).lower()
    if isinstance(value, int | float):
        return wanted.lstrip("-").isdigit() and float(wanted) == float(value)
    return value == wanted
