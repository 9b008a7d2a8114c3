"""In which order the deployments of a model are tried."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Protocol

from passgate.inference.routing_table import ServingDeployment, ServingModel


class RoutingStrategy(Protocol):
    """Decides which deployment answers a call, and which ones step in where it cannot."""

    def order(self, model: ServingModel) -> Sequence[ServingDeployment]:
        """The deployments to try, first choice first; empty where none may be tried."""
        ...


class PriorityThenWeight:
    """The lowest priority number first; among equals by chance, in proportion to weight.

    A deployment of weight 0 is tried only after all others of its priority.
    """

    def __init__(self, chance: Callable[[], float]) -> None:
        """Make the strategy.

        Args:
            chance: gives numbers from 0 up to, but not including, 1.
        """
        self._chance = chance

    def order(self, model: ServingModel) -> Sequence[ServingDeployment]:
        """The deployments to try, first choice first."""
        deployments = model.deployments
        if len(deployments) <= 1:
            return deployments
        ordered: list[ServingDeployment] = []
        for _, group in groupby(deployments, key=lambda deployment: deployment.priority):
            ordered.extend(self._shuffled(list(group)))
        return ordered

    def _shuffled(self, group: list[ServingDeployment]) -> list[ServingDeployment]:
        ordered: list[ServingDeployment] = []
        while len(group) > 1:
            total = sum(deployment.weight for deployment in group)
            if total <= 0:
                break
            mark = self._chance() * total
            for index, deployment in enumerate(group):
                mark -= deployment.weight
                if mark < 0:
                    ordered.append(group.pop(index))
                    break
        return ordered + group
