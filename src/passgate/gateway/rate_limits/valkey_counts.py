"""Counts that all nodes share, in a Valkey (or Redis): one script a call, so that nothing comes in between."""

import logging
from collections.abc import Sequence
from typing import Any

from valkey.asyncio import BlockingConnectionPool, Valkey
from valkey.asyncio.retry import Retry
from valkey.backoff import NoBackoff
from valkey.exceptions import ValkeyError

from passgate.gateway.rate_limits.counts import CountedCall, Standing, standings

_log = logging.getLogger("passgate.agent")

_TAKE = """
local counts, full = {}, false
for i, key in ipairs(KEYS) do
  counts[i] = tonumber(redis.call('GET', key) or '0')
  if counts[i] >= tonumber(ARGV[2 * i - 1]) then full = true end
end
if not full then
  for i, key in ipairs(KEYS) do
    redis.call('INCR', key)
    redis.call('EXPIREAT', key, ARGV[2 * i])
  end
end
return counts
"""
_PREFIX = "{passgate}rate|"
"""Of all keys: one hash slot, since a script may touch only one."""
_CONNECTIONS = 32
_TIMEOUT_SECONDS = 0.3
_REST_SECONDS = 1.0
_AFTER_WINDOW_SECONDS = 10


class ValkeyCounts:
    """Counts in a Valkey; while it is away, says so for a second without asking."""

    def __init__(self, url: str) -> None:
        """Make the client, which connects when it is first used.

        Args:
            url: ``valkey://``, ``redis://``, ``rediss://`` or ``unix://``.
        """
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=_TIMEOUT_SECONDS,
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),  # a call that is counted twice would be two
        )
        self._client: Any = Valkey(connection_pool=pool)
        self._away_until = 0.0

    async def take(self, met: Sequence[CountedCall], now: float) -> list[Standing] | None:
        """Count a call where no limit refuses it; None while the Valkey is away."""
        if now < self._away_until:
            return None
        keys = [_PREFIX + one.key(now) for one in met]
        arguments = [part for one in met for part in (one.rule.calls, one.window(now)[1] + _AFTER_WINDOW_SECONDS)]
        try:
            counts = await self._client.eval(_TAKE, len(keys), *keys, *arguments)
        except (ValkeyError, OSError, TimeoutError) as error:
            self._away_until = now + _REST_SECONDS
            _log.warning("the Valkey is away, rate limits are counted here: %s", error)
            return None
        return standings(met, [int(count) for count in counts], now)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
