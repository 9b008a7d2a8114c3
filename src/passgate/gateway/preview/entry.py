"""What is asked before anybody looks for a token: where the call comes from, and from which web page."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from passgate.contracts.service_policy import AddressPolicy, CorsPolicy
from passgate.gateway.compile.route_policies import RoutePolicies
from passgate.gateway.preview.call import Call
from passgate.gateway.preview.rule import Rule, asked


def entry_rules(policies: RoutePolicies, call: Call) -> Iterator[Rule]:
    """Address, then CORS."""
    address = policies.get("address", AddressPolicy)
    if address is not None:
        yield _address_rule(address, call.address)
    cors = policies.get("cors", CorsPolicy)
    if cors is not None and "origin" in call.headers:
        yield _cors_rule(cors, call)


def _address_rule(policy: AddressPolicy, address: str | None) -> Rule:
    if address is None:
        return Rule("address", "depends", "Only certain addresses are let in; the question names none.")
    denied = _is_in(address, policy.deny)
    passed = not denied and (not policy.allow or _is_in(address, policy.allow))
    words = f"Calls from {address} are {'let in' if passed else 'not let in'}."
    return asked("address", passed=passed, text=words, code="address_refused", status=403)


def _is_in(address: str, blocks: tuple[str, ...]) -> bool:
    found = ip_address(address)
    return any(found in ip_network(block, strict=False) for block in blocks)


def _cors_rule(policy: CorsPolicy, call: Call) -> Rule:
    origin = call.headers["origin"]
    known = "*" in policy.origins or origin in policy.origins
    if call.is_preflight:
        words = "with permission" if known else "without permission, so that no call follows"
        return Rule("cors", "passes", f"The gate itself answers the preflight of {origin}, {words}.", status=200)
    words = "may read the answer" if known else "may not read the answer: a browser keeps it back"
    return Rule("cors", "passes", f"Pages of {origin} {words}.")
