"""In which order the deployments of a model are tried."""

from collections.abc import Sequence

from passgate.inference.routing_table import ServingDeployment, ServingModel
from passgate.inference.strategies import Chance, by_cost, by_latency, by_load, by_mark, by_weight


class Router:
    """Orders a model's deployments: the lowest priority number first, among equals by the model's strategy."""

    def __init__(self, chance: Chance) -> None:
        """Make the router.

        Args:
            chance: gives numbers from 0 up to, but not including, 1.
        """
        self._chance = chance

    def order(self, model: ServingModel, *, mark: bytes | None = None, stream: bool = False) -> list[ServingDeployment]:
        """The deployments to try, first choice first.

        Args:
            model: whose.
            mark: what the call shares with those that the same deployment should answer.
            stream: the answer comes in parts.
        """
        ordered: list[ServingDeployment] = []
        for group in model.groups:
            ordered += group if len(group) == 1 else self._within(group, model, mark, stream=stream)
        return ordered

    def _within(
        self, group: Sequence[ServingDeployment], model: ServingModel, mark: bytes | None, *, stream: bool
    ) -> list[ServingDeployment]:
        if mark is not None:
            return by_mark(group, mark)
        match model.rules.strategy:
            case "least-latency":
                return by_latency(group, self._chance, stream=stream)
            case "lowest-cost":
                return by_cost(group, self._chance)
            case "least-busy":
                return by_load(group, self._chance)
            case "weighted":
                return by_weight(group, self._chance)
