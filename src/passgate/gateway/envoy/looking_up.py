"""Waiting for the addresses of new clusters.

A cluster whose names are looked up is acknowledged at once, since a name that does not resolve must hold up nobody.
Routes that led there in the same moment would answer 503 until the addresses are known.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from passgate.gateway.envoy.admin import AdminError, EnvoyAdmin

_PAUSE_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class LookingUp:
    """Waits until Envoy has addresses.

    Attributes:
        admin: of the Envoy.
        patience_s: the longest time for all clusters of a change; a name that does not resolve takes all of it.
    """

    admin: EnvoyAdmin
    patience_s: float = 1.0

    async def wait(self, clusters: Collection[str]) -> None:
        """Until each of the clusters has an address, or patience is over."""
        missing = set(clusters)
        try:
            async with asyncio.timeout(self.patience_s):
                while missing:
                    missing -= await self.admin.clusters_with_addresses(missing)
                    await asyncio.sleep(_PAUSE_SECONDS if missing else 0)
        except (TimeoutError, AdminError):
            return
