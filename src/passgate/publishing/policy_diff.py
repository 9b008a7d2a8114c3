"""What changes between two lists of policies, and what of it refuses calls that were answered before."""

from collections.abc import Iterable, Iterator

from passgate.contracts.service_policy import (
    AccessPolicy,
    AddressPolicy,
    AnyPolicy,
    BodyPolicy,
    CorsPolicy,
    FaultPolicy,
    RateLimitPolicy,
    ValidationPolicy,
)
from passgate.publishing.change import Change

_RANKS = {"public": 0, "token": 1, "subscription": 2}
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "month": 2_592_000}


def policy_changes(before: Iterable[AnyPolicy], after: Iterable[AnyPolicy]) -> Iterator[Change]:
    """Differences, policy by policy; one of the same kind for the same routes is the same policy, changed."""
    old, new = _by_name(before), _by_name(after)
    for name in sorted(old.keys() - new.keys()):
        yield Change(part="policy", way="removed", name=name, text="It no longer holds.")
    for name in sorted(new.keys() - old.keys()):
        reasons = list(_narrowing(None, new[name]))
        text = " ".join(reasons) or "It is new."
        yield Change(part="policy", way="added", name=name, text=text, breaking=bool(reasons))
    for name in sorted(old.keys() & new.keys()):
        if old[name] != new[name]:
            reasons = list(_narrowing(old[name], new[name]))
            text = " ".join(reasons) or _changed_fields(old[name], new[name])
            yield Change(part="policy", way="changed", name=name, text=text, breaking=bool(reasons))


def policy_name(policy: AnyPolicy) -> str:
    """Kind and routes, such as ``rate limit per application on get_orders``."""
    name = policy.kind.replace("_", " ")
    if isinstance(policy, RateLimitPolicy):
        name += f" per {policy.per} and {policy.window}"
    return f"{name} on {', '.join(policy.routes)}" if policy.routes else name


def _by_name(policies: Iterable[AnyPolicy]) -> dict[str, AnyPolicy]:
    found: dict[str, AnyPolicy] = {}
    for policy in policies:
        name, number = policy_name(policy), 2
        while name in found:
            name = f"{policy_name(policy)} ({number})"
            number += 1
        found[name] = policy
    return found


def _narrowing(old: AnyPolicy | None, new: AnyPolicy) -> Iterator[str]:
    """Why a call that passed the old one may be refused by the new one."""
    if isinstance(new, AccessPolicy):
        yield from _access(old if isinstance(old, AccessPolicy) else None, new)
    elif isinstance(new, RateLimitPolicy):
        rate = new.calls / _SECONDS[new.window]
        if not isinstance(old, RateLimitPolicy) or rate < old.calls / _SECONDS[old.window]:
            yield f"Only {new.calls} calls a {new.window} per {new.per} pass."
    elif isinstance(new, AddressPolicy):
        yield from _address(old if isinstance(old, AddressPolicy) else None, new)
    elif isinstance(new, CorsPolicy):
        if isinstance(old, CorsPolicy) and (gone := set(old.origins) - set(new.origins)) and "*" not in new.origins:
            yield f"Pages of {', '.join(sorted(gone))} may no longer call."
    else:
        yield from _content(old, new)


def _content(old: AnyPolicy | None, new: AnyPolicy) -> Iterator[str]:
    if isinstance(new, BodyPolicy):
        if not isinstance(old, BodyPolicy) or new.max_bytes < old.max_bytes:
            yield f"Bodies over {new.max_bytes} bytes are refused."
    elif isinstance(new, ValidationPolicy):
        if not isinstance(old, ValidationPolicy) or new.max_bytes < old.max_bytes:
            yield "Requests are held to the OpenAPI document."
    elif isinstance(new, FaultPolicy) and new.abort_percent:
        yield f"{new.abort_percent} % of the calls fail on purpose."


def _access(old: AccessPolicy | None, new: AccessPolicy) -> Iterator[str]:
    # A revision's own rule takes the place of the service's, which is at least a subscription unless it says otherwise.
    before = old or AccessPolicy(who=new.who)
    if _RANKS[new.who] > _RANKS[before.who]:
        yield f"Access is narrower: {before.who} before, {new.who} after."
    if scopes := sorted(set(new.scopes) - set(before.scopes)):
        yield f"Newly required scopes: {', '.join(scopes)}."
    if new.roles and (not before.roles or set(before.roles) - set(new.roles)):
        yield f"Only the roles {', '.join(new.roles)} may call."
    if claims := [one.claim for one in new.claims if one not in before.claims]:
        yield f"Newly required claims: {', '.join(claims)}."


def _address(old: AddressPolicy | None, new: AddressPolicy) -> Iterator[str]:
    if new.allow and (old is None or not old.allow or set(old.allow) - set(new.allow)):
        yield f"Only {', '.join(new.allow)} may call."
    if denied := sorted(set(new.deny) - set(old.deny if old else ())):
        yield f"Newly denied: {', '.join(denied)}."


def _changed_fields(old: AnyPolicy, new: AnyPolicy) -> str:
    names = [name for name in type(new).model_fields if getattr(old, name, None) != getattr(new, name)]
    return f"Changed: {', '.join(name.replace('_', ' ') for name in names)}."
