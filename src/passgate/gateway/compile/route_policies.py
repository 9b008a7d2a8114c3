"""Which policies hold on a route: of one kind the nearest does; rate limits and claim conditions add up."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from passgate.contracts.published_service import PublishedRevision, PublishedService
from passgate.contracts.service_policy import AccessPolicy, AnyPolicy, ClaimCondition, RateLimitPolicy

_Policy = TypeVar("_Policy")


@dataclass(frozen=True, slots=True)
class CountedLimit:
    """A rate limit, with what its counters are named by."""

    scope: str
    """Id of the service, or of the revision and maybe the route, that the limit was set on."""
    policy: RateLimitPolicy


@dataclass(frozen=True, slots=True)
class RoutePolicies:
    """What a call of one route is held to."""

    by_kind: dict[str, AnyPolicy] = field(default_factory=dict)
    limits: tuple[CountedLimit, ...] = ()
    claims: tuple[ClaimCondition, ...] = ()

    def get(self, kind: str, type_: type[_Policy]) -> _Policy | None:
        """The policy of a kind."""
        found = self.by_kind.get(kind)
        return found if isinstance(found, type_) else None

    @property
    def access(self) -> AccessPolicy:
        """Who may call; where nobody said, the applications that have subscribed."""
        return self.get("access", AccessPolicy) or AccessPolicy()


def policies_at(service: PublishedService, revision: PublishedRevision, route_id: str | None) -> RoutePolicies:
    """The policies of a route; of all that is in the revision where no route is named.

    What names routes is nearer than what does not, and a revision is nearer than its service.
    """
    of_service = [(service.id, policy) for policy in service.policies]
    of_revision = [(revision.id, policy) for policy in revision.policies]
    everywhere = [(scope, one) for scope, one in (*of_service, *of_revision) if not one.routes]
    named = [(scope, one) for scope, one in (*of_service, *of_revision) if route_id in one.routes]
    ordered = [*everywhere, *named]
    return RoutePolicies(
        by_kind={policy.kind: policy for _, policy in ordered if policy.kind != "rate_limit"},
        limits=tuple(_limits(ordered)),
        claims=tuple(dict.fromkeys(_claims(ordered))),
    )


def _limits(policies: Iterable[tuple[str, AnyPolicy]]) -> Iterable[CountedLimit]:
    for scope, policy in policies:
        if isinstance(policy, RateLimitPolicy):
            # A limit for certain routes counts these together, apart from a limit for all.
            routes = hashlib.sha256("\n".join(sorted(policy.routes)).encode()).hexdigest()[:12]
            yield CountedLimit(f"{scope}/{routes}" if policy.routes else scope, policy)


def _claims(policies: Iterable[tuple[str, AnyPolicy]]) -> Iterable[ClaimCondition]:
    for _, policy in policies:
        if isinstance(policy, AccessPolicy):
            yield from policy.claims
