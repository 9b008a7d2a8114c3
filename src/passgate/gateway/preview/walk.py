"""A call's way through the gate: all rules that it would meet, in the gate's order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from passgate.contracts.gateway_snapshot import PlanRate
from passgate.contracts.published_service import PublishedRevision, PublishedRoute, PublishedService, PublishedVersion
from passgate.gateway.compile.route_policies import RoutePolicies, policies_at
from passgate.gateway.preview.alterations import answer_changes, cache_rules, request_changes, way_on
from passgate.gateway.preview.bounds import bound_rules, fault_rules
from passgate.gateway.preview.call import Call
from passgate.gateway.preview.entry import entry_rules
from passgate.gateway.preview.finding import Found, revisions_of, route_of, version_of
from passgate.gateway.preview.rule import Rule
from passgate.gateway.preview.wanted import wanted_rules


class Caller(Protocol):
    """Who calls."""

    @property
    def claims(self) -> Mapping[str, Any] | None:
        """Of the token; None: not known, since any good token is meant."""

    def rules(self, service: PublishedService, policies: RoutePolicies) -> Iterable[Rule]:
        """What is asked of the token itself, and of its application's subscription."""

    def rates(self, service: PublishedService) -> Iterable[PlanRate]:
        """What the plan of the subscription allows."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What a call meets, and how far its place was found."""

    rules: tuple[Rule, ...]
    version: PublishedVersion | None = None
    revision: PublishedRevision | None = None
    route: PublishedRoute | None = None

    @property
    def refusing(self) -> Rule | None:
        """The first rule that refuses."""
        return next((rule for rule in self.rules if not rule.passed), None)


def walk(found: Found, call: Call, caller: Caller, *, whole: bool = True) -> Walk:
    """Go through the rules for a call of a service.

    Args:
        found: where the call belongs.
        call: what is asked about.
        caller: who calls.
        whole: whether what happens behind the gate is told too, which is the owner's alone to know.
    """
    name = found.service.name
    first = Rule("path", "passes", f"The path belongs to the service {name}.")
    version = version_of(found, call)
    if isinstance(version, Rule):
        return Walk((first, version))
    rules = [first, Rule("version", "passes", f"The call belongs to the version {version.name}.")]
    revisions = revisions_of(version, call)
    if isinstance(revisions, Rule):
        return Walk((*rules, revisions), version)
    walks = [_walk_revision(found, version, one, call, caller, whole=whole) for one in revisions]
    likeliest = walks[0]
    return Walk(
        (*rules, *_revision_rules(revisions, walks), *likeliest.rules), version, likeliest.revision, likeliest.route
    )


def _walk_revision(  # noqa: PLR0913 - all that a call's way depends on
    found: Found, version: PublishedVersion, revision: PublishedRevision, call: Call, caller: Caller, *, whole: bool
) -> Walk:
    route = route_of(revision, found.place.base, call)
    if isinstance(route, Rule):
        return Walk((route,), version, revision)
    policies = policies_at(found.service, revision, route.id if route is not None else None)
    rules = _policy_rules(found, policies, call, caller)
    if route is not None:
        taken = " ".join([*route.methods, route.path])
        rules = [Rule("route", "passes", f"The call belongs to the route {taken}."), *rules]
    if not any(rule.name == "cors" and rule.status is not None for rule in rules):
        if whole:
            rules += request_changes(policies)
        rules += [*fault_rules(policies), *cache_rules(policies, revision, route, call.method)]
        if whole:
            rules += way_on(found, revision, route, policies, call.path)
        rules += answer_changes(policies, version)
    return Walk(tuple(rules), version, revision, route)


def _policy_rules(found: Found, policies: RoutePolicies, call: Call, caller: Caller) -> list[Rule]:
    rules = list(entry_rules(policies, call))
    if any(rule.name == "cors" and rule.status is not None for rule in rules):
        return rules
    if policies.access.who == "public":
        rules.append(Rule("public", "passes", "Anybody may make this call, with a token or without."))
    else:
        rules += [*caller.rules(found.service, policies), *wanted_rules(policies, caller.claims)]
    return [*rules, *bound_rules(policies, call, caller.rates(found.service))]


def _revision_rules(revisions: Sequence[PublishedRevision], walks: Sequence[Walk]) -> Iterator[Rule]:
    """Which revision is told of, and whether another one that may answer would decide otherwise."""
    first = revisions[0]
    if len(revisions) == 1:
        yield Rule("revision", "passes", f"The call belongs to revision {first.number}.")
        return
    shares = ", ".join(f"{one.number} ({one.weight} %)" for one in revisions)
    yield Rule("revision", "depends", f"One of these revisions answers: {shares}. The rules are those of the first.")
    decided = walks[0].refusing
    for revision, other in zip(revisions[1:], walks[1:], strict=True):
        refusing = other.refusing
        if (refusing.code if refusing else None) != (decided.code if decided else None):
            words = refusing.text if refusing is not None else "every rule passes."
            yield Rule("revision", "depends", f"By revision {revision.number}: {words}")
