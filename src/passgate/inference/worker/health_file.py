"""What a worker leaves alone, and how full limits were, in a file that the node's agent takes to the console."""

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path

from passgate.contracts.routing import Resting, WorkerHealth
from passgate.inference.limits.peaks import LimitPeaks
from passgate.inference.routing_table import RoutingTable
from passgate.inference.worker.live_state import LiveState
from passgate.kernel.outage import Outage

_log = logging.getLogger("passgate.inference")

_SECONDS = 1.0


class HealthFile:
    """Writes a ``WorkerHealth``, by rename, when it is another than the one before."""

    def __init__(self, path: Path, state: LiveState, peaks: LimitPeaks, clock: Callable[[], float]) -> None:
        """Make the writer.

        Args:
            path: of the file.
            state: what the worker knows.
            peaks: how full limits were.
            clock: seconds since 1970.
        """
        self._path = path
        self._state = state
        self._peaks = peaks
        self._clock = clock
        self._written: str | None = None
        self._outage = Outage(_log, "what is left alone cannot be told", "what is left alone is told again")

    async def follow(self) -> None:
        """Write as things change; nothing of it is on a call's way."""
        while True:
            self.write()
            await asyncio.sleep(_SECONDS)

    def write(self) -> None:
        """Write, if anything changed."""
        if not self._state.ready:
            return
        offset = self._clock() - asyncio.get_running_loop().time()
        health = health_of(self._state.table, asyncio.get_running_loop().time(), offset)
        text = health.model_copy(update={"peaks": self._peaks.told(self._clock())}).model_dump_json()
        if text == self._written:
            return
        fresh = self._path.with_name(f".{self._path.name}.new")
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(text)
            fresh.replace(self._path)
        except OSError as error:
            self._outage.failed(error)
            return
        self._outage.worked()
        self._written = text


def health_of(table: RoutingTable, now: float, offset: float) -> WorkerHealth:
    """What is left alone.

    Args:
        table: whose deployments and keys.
        now: on the worker's clock.
        offset: seconds between 1970 and the clock's zero.
    """
    provider_of = {one.id: one.provider_id for model in table.models() for one in model.deployments}
    keys = []
    for (provider_id, key_id, _, *rest), state in table.health.resting_keys(now):
        of = rest[0] if rest else None
        until = round(state.until + offset)
        keys.append(Resting(id=key_id, provider_id=provider_id, code=state.code, until=until, deployment_id=of))
    deployments = [
        Resting(id=name, provider_id=provider_of[name], code=health.code, until=round(health.due + offset))
        for name, health in table.health.open_circuits()
        if name in provider_of
    ]
    return WorkerHealth(keys=tuple(keys), deployments=tuple(deployments))
