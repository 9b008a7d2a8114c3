"""Counters that all workers of all nodes share, in a Valkey (or Redis)."""

import asyncio
import contextlib
import hashlib
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from valkey.asyncio import BlockingConnectionPool, Valkey
from valkey.asyncio.retry import Retry
from valkey.backoff import NoBackoff
from valkey.exceptions import NoScriptError, ValkeyError

from passgate.inference.limits.counters import CountersAwayError, SeedOf, Verdict
from passgate.inference.limits.limit import Ask, Limit
from passgate.inference.limits.valkey_scripts import RESERVE, SETTLE

_log = logging.getLogger("passgate.inference")

LEASE_SECONDS = 660
"""A call lasts 600 s at most (``WorkerLimits.whole``); what it reserved is given back then, even if its worker died."""
_RESERVE_SHA, _SETTLE_SHA = (
    hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest() for script in (RESERVE, SETTLE)
)
"""By which the Valkey knows the scripts."""
_PREFIX = "{passgate}"
"""Of all keys: one hash slot, since a script may touch only one."""
_CONNECTIONS = 32
_REST_SECONDS = 1.0
"""Before a Valkey that did not answer is asked again."""
_MOST_WAITING = 100_000
_BATCH = 200
_AFTER_WINDOW_SECONDS = 120
_ONCE_SECONDS = 60 * 86_400
_LONGEST_SECONDS = 400 * 86_400


@dataclass(frozen=True, slots=True)
class _Settlement:
    keys: tuple[str, ...]
    arguments: tuple[str | int, ...]


class ValkeyCounters:
    """Reserves in one round trip; settles behind the calls, many in one."""

    def __init__(self, url: str, seed_of: SeedOf, seconds: float) -> None:
        """Make the client; it connects when it is first used.

        Args:
            url: ``valkey://``, ``redis://``, ``rediss://`` or ``unix://``.
            seed_of: what the ledger knows, for a counter that the Valkey has lost or never had.
            seconds: how long it may take to answer.
        """
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=seconds,
            socket_timeout=seconds,
            socket_connect_timeout=seconds,
            retry=Retry(NoBackoff(), 0),  # a reservation that is made twice would hold twice
        )
        self._client: Any = Valkey(connection_pool=pool)
        self._seed_of = seed_of
        self._waiting: deque[_Settlement] = deque(maxlen=_MOST_WAITING)
        self._something = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._away_until = 0.0

    async def reserve(self, call: str, asks: Sequence[Ask], now: float) -> Verdict:
        """Reserve all that is asked, or nothing.

        Args:
            call: names the reservation; unique.
            asks: what is asked; their limits are in the present window.
            now: NumericDate.

        Raises:
            CountersAwayError: nothing is known to be reserved.
        """
        timer = asyncio.get_running_loop().time
        if timer() < self._away_until:
            raise CountersAwayError
        arguments: list[str | int] = [int(now * 1000), int((now + LEASE_SECONDS) * 1000), call]
        for ask in asks:
            seed = self._seed_of(ask.limit) if ask.limit.measure == "money" else None
            leased = ask.limit.measure != "requests"
            arguments += [
                ask.limit.amount,
                ask.amount,
                _life(ask.limit, now),
                -1 if seed is None else seed,
                int(leased),
            ]
        try:
            reply = await self._reserve(_keys(asks), arguments)
        except (ValkeyError, OSError, TimeoutError) as error:
            self._note_away(error, timer())
            raise CountersAwayError from error
        self._note_back()
        for ask, used in zip(asks, reply[1:], strict=True):
            ask.used = int(used)
        return Verdict(asks, asks[reply[0] - 1] if reply[0] else None)

    def settle(
        self, call: str, asks: Sequence[Ask], spent: tuple[int, int], now: float, *, leased: bool = True
    ) -> None:
        """Give back what was reserved and charge what was used, soon; kept while the Valkey is away.

        Args:
            call: the reservation's name.
            asks: what it asked.
            spent: tokens and micro-dollars that were used.
            now: NumericDate.
            leased: False where the call was let go without a reservation here.
        """
        asks = [ask for ask in asks if ask.limit.measure != "requests"]
        if not asks:
            return
        arguments: list[str | int] = [call, int(leased)]
        for ask in asks:
            arguments += [ask.amount, ask.actual(*spent), _life(ask.limit, now)]
        self._waiting.append(_Settlement(tuple(_keys(asks)), tuple(arguments)))
        self._idle.clear()
        self._something.set()

    async def first(self, name: str) -> bool:
        """Whether nobody has said this name before, in the last months.

        Raises:
            CountersAwayError: the Valkey does not tell.
        """
        try:
            told = await self._client.set(f"{_PREFIX}:once:{name}", 1, nx=True, ex=_ONCE_SECONDS)
        except (ValkeyError, OSError, TimeoutError) as error:
            self._note_away(error, asyncio.get_running_loop().time())
            raise CountersAwayError from error
        return bool(told)

    async def follow(self) -> None:
        """Carry settlements to the Valkey until cancelled."""
        while True:
            await self._something.wait()
            batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
            try:
                await self._carry(batch)
            except NoScriptError:
                self._waiting.extendleft(reversed(batch))
            except (ValkeyError, OSError, TimeoutError) as error:
                self._waiting.extendleft(reversed(batch))
                self._note_away(error, asyncio.get_running_loop().time())
                await asyncio.sleep(_REST_SECONDS)
            if not self._waiting:
                self._something.clear()
                self._idle.set()

    async def settled(self) -> None:
        """Wait until everything has been carried."""
        await self._idle.wait()

    async def close(self) -> None:
        """Close the connections."""
        with contextlib.suppress(ValkeyError, OSError):
            await self._client.connection_pool.disconnect()

    async def _carry(self, batch: Sequence[_Settlement]) -> None:
        pipe = self._client.pipeline(transaction=False)
        for one in batch:
            pipe.execute_command("EVALSHA", _SETTLE_SHA, len(one.keys), *one.keys, *one.arguments)
        try:
            await pipe.execute()
        except NoScriptError:  # none of them ran
            await self._client.execute_command("SCRIPT LOAD", SETTLE)
            raise

    async def _reserve(self, keys: Sequence[str], arguments: Sequence[str | int]) -> list[int]:
        reply: list[int]
        try:
            reply = await self._client.execute_command("EVALSHA", _RESERVE_SHA, len(keys), *keys, *arguments)
        except NoScriptError:  # the Valkey is new
            reply = await self._client.execute_command("EVAL", RESERVE, len(keys), *keys, *arguments)
        return reply

    def _note_away(self, error: Exception, now: float) -> None:
        if not self._away_until:
            _log.warning("the Valkey of the limits is away: %s", error)
        self._away_until = now + _REST_SECONDS

    def _note_back(self) -> None:
        if self._away_until:
            _log.info("the Valkey of the limits is back")
            self._away_until = 0.0


def _keys(asks: Sequence[Ask]) -> list[str]:
    keys: list[str] = []
    for ask in asks:
        key = f"{_PREFIX}:{ask.limit.key}:{ask.start}"
        keys += (key, f"{key}:held")
    return keys


def _life(limit: Limit, now: float) -> int:
    """Milliseconds for which the counter's keys must live."""
    if limit.measure == "parallel":
        return (LEASE_SECONDS + _AFTER_WINDOW_SECONDS) * 1000
    over = max(0, int(limit.end - now))
    kept = LEASE_SECONDS if limit.measure == "money" else _AFTER_WINDOW_SECONDS
    return min(over + kept, _LONGEST_SECONDS) * 1000
