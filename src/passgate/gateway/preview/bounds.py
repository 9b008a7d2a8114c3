"""What bounds a call whose token is good: its body, its number, its document, and faults on purpose."""

from collections.abc import Iterable, Iterator

from passgate.contracts.gateway_snapshot import PlanRate
from passgate.contracts.service_policy import BodyPolicy, FaultPolicy, RateSubject, ValidationPolicy
from passgate.gateway.compile.route_policies import RoutePolicies
from passgate.gateway.preview.call import Call
from passgate.gateway.preview.rule import Rule, asked

_WHOSE: dict[RateSubject, str] = {
    "application": "an application",
    "token": "a token",
    "user": "a user",
    "ip": "an address",
    "service": "the whole service",
}
_WHOLE = 100


def bound_rules(policies: RoutePolicies, call: Call, plan: Iterable[PlanRate]) -> Iterator[Rule]:
    """Body size, rate limits, the plan's rates, validation; in the gate's order."""
    body = policies.get("body_size", BodyPolicy)
    if body is not None:
        yield _body_rule(max(1, body.max_bytes), call.body_bytes)
    for limit in policies.limits:
        words = f"{limit.policy.calls} calls a {limit.policy.window} for {_WHOSE[limit.policy.per]}"
        yield Rule("rate_limit", "depends", f"At most {words}; more are refused with 429.")
    for rate in plan:
        words = f"{rate.calls} calls a {rate.window} for the subscription"
        yield Rule("plan_rate", "depends", f"The plan lets through {words}; more are refused with 429.")
    if policies.get("validation", ValidationPolicy) is not None:
        yield Rule("validation", "depends", "The request must be as the service's OpenAPI document says; else 400.")


def fault_rules(policies: RoutePolicies) -> Iterator[Rule]:
    """What is done to the call on purpose."""
    fault = policies.get("fault", FaultPolicy)
    if fault is None:
        return
    if fault.delay_ms and fault.delay_percent:
        yield Rule("fault", "changes", f"{fault.delay_percent} % of the calls wait {fault.delay_ms} ms, on purpose.")
    if fault.abort_status is not None and fault.abort_percent:
        words = f"{fault.abort_percent} % of the calls are answered with {fault.abort_status}, on purpose."
        whole = fault.abort_percent >= _WHOLE
        yield Rule("fault", "refuses" if whole else "depends", words, status=fault.abort_status if whole else None)


def _body_rule(most: int, given: int | None) -> Rule:
    if given is None:
        return Rule("body_size", "depends", f"The body may have {most} bytes at most; else 413.")
    words = f"The body has {given} bytes, and {most} are the most."
    return asked("body_size", passed=given <= most, text=words, code="request_too_large", status=413)
