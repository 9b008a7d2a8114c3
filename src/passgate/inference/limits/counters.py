"""Counting in memory: reserve, settle, never below zero and never over the limit. Sans-I/O."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from passgate.inference.limits.limit import Ask, Counter, Limit

_TIDY_AT = 10_000

SeedOf = Callable[[Limit], int | None]
"""What the ledger says was used in the limit's window; None: it does not say (yet)."""


class CountersAwayError(Exception):
    """Shared counters cannot be reached, or do not answer in time."""


class Verdict(NamedTuple):
    """Whether a call may go, and where its limits stand."""

    standing: Sequence[Ask]
    """Those that have enough left."""
    refused: Ask | None = None


class MemoryCounters:
    """Counters of one process; each gives its share of every limit, rounded up, so that together they keep it."""

    def __init__(self, seed_of: SeedOf) -> None:
        """Make the counters.

        Args:
            seed_of: what the ledger knows.
        """
        self.shares = 1
        """Among how many processes each limit is divided."""
        self._seed_of = seed_of
        self._counters: dict[str, Counter] = {}
        self._tidy_at = _TIDY_AT

    def reserve(self, asks: Sequence[Ask]) -> Verdict:
        """Reserve all that is asked, or nothing: the first limit that has not enough left refuses.

        The asks' limits must be in the present window (:meth:`Limit.roll`).
        """
        shares = self.shares
        for at, ask in enumerate(asks):
            limit = ask.limit
            counter = self._counters.get(limit.key)
            if counter is None or counter.start != limit.start or not counter.seeded:
                counter = self._counter(limit)
            ask.counter = counter
            if shares != 1:
                ask.share = -(-limit.amount // shares)
            ask.used = counter.settled + counter.reserved
            if ask.used + ask.amount > ask.share:
                return Verdict(asks[:at], ask)
        for ask in asks:
            held = ask.counter
            if held is None:
                continue
            if ask.limit.measure == "requests":
                held.settled += ask.amount
            else:
                held.reserved += ask.amount
        return Verdict(asks)

    def settle(self, asks: Sequence[Ask], tokens: int, cost: int) -> None:
        """Give back what was reserved, and charge what was used.

        A window that is over by now is left alone: nothing asks for it any more.
        """
        for ask in asks:
            limit = ask.limit
            if limit.measure == "requests":
                continue
            counter = ask.counter or self._counters.get(limit.key)
            if counter is None or counter.start != ask.start:
                continue
            counter.reserved -= ask.amount
            counter.settled += ask.actual(tokens, cost)

    def used(self, limit: Limit) -> int:
        """Settled and reserved together."""
        counter = self._counter(limit)
        return counter.settled + counter.reserved

    def _counter(self, limit: Limit) -> Counter:
        counter = self._counters.get(limit.key)
        if counter is None or counter.start != limit.start:
            if len(self._counters) >= self._tidy_at:
                self._forget_past(limit.start)
            counter = self._counters[limit.key] = Counter(limit)
        if not counter.seeded:
            seed = self._seed_of(limit)
            if seed is not None:
                counter.seeded = True
                counter.settled += -(-seed // self.shares)
        return counter

    def _forget_past(self, now: int) -> None:
        """Drop the counters of windows that are over; tokens come and go, and each may have its own."""
        self._counters = {key: one for key, one in self._counters.items() if one.end > now or one.reserved}
        self._tidy_at = max(_TIDY_AT, 2 * len(self._counters))
