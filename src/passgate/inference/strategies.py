"""Orders of the deployments of one priority, first choice first."""

import hashlib
import math
from collections.abc import Callable, Sequence

from passgate.inference.routing_table import ServingDeployment

_EXPLORED = 0.05
"""The share of calls that go to a deployment which is not the fastest, so that its figure stays true."""
_NO_COST = float("inf")

Chance = Callable[[], float]
"""Gives numbers from 0 up to, but not including, 1."""


def by_weight(group: Sequence[ServingDeployment], chance: Chance) -> list[ServingDeployment]:
    """By chance, in proportion to weight; those of weight 0 after all others."""
    left, ordered = list(group), []
    while len(left) > 1:
        total = sum(deployment.weight for deployment in left)
        if total <= 0:
            break
        mark = chance() * total
        for index, deployment in enumerate(left):
            mark -= deployment.weight
            if mark < 0:
                ordered.append(left.pop(index))
                break
    return ordered + left


def by_latency(group: Sequence[ServingDeployment], chance: Chance, *, stream: bool) -> list[ServingDeployment]:
    """The fastest first, as this worker has measured; one that it has not measured goes before all."""
    shuffled = by_weight(group, chance)
    if chance() < _EXPLORED:
        return shuffled
    if stream:
        return sorted(shuffled, key=lambda one: one.health.first_token or 0.0)
    return sorted(shuffled, key=lambda one: one.health.whole or 0.0)


def by_cost(group: Sequence[ServingDeployment], chance: Chance) -> list[ServingDeployment]:
    """The cheapest first; one of unknown price after all others."""
    return sorted(by_weight(group, chance), key=lambda one: _NO_COST if one.rank is None else one.rank)


def by_load(group: Sequence[ServingDeployment], chance: Chance) -> list[ServingDeployment]:
    """The one first that has the fewest calls under way in this worker, in proportion to its weight."""
    return sorted(by_weight(group, chance), key=lambda one: (not one.weight, one.health.busy / (one.weight or 1)))


def by_mark(group: Sequence[ServingDeployment], mark: bytes) -> list[ServingDeployment]:
    """The same order for the same mark, in every worker, spread over all marks by weight.

    Rendezvous hashing: where a deployment comes or goes, only the marks move that it wins or loses.
    """
    return sorted(group, key=lambda one: _distance(one, mark))


def _distance(deployment: ServingDeployment, mark: bytes) -> float:
    if not deployment.weight:
        return math.inf
    digest = hashlib.blake2b(mark, digest_size=8, key=deployment.id.encode()[:64]).digest()
    share = (int.from_bytes(digest) + 1) / (2**64 + 1)
    return -math.log(share) / deployment.weight
