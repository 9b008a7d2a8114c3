"""Limits as a call meets them: reserved before it, settled after it, shared with other workers where that is set up."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from passgate.inference.limits.book import LimitBook
from passgate.inference.limits.counters import CountersAwayError, MemoryCounters, SeedOf, Verdict
from passgate.inference.limits.estimate import Estimate, estimate
from passgate.inference.limits.headers import Header, rate_headers
from passgate.inference.limits.ledger_sums import LedgerSums
from passgate.inference.limits.limit import Ask, Limit
from passgate.inference.limits.peaks import LimitPeaks
from passgate.inference.limits.refusal import BudgetError, CountersUnavailableError, RateLimitError, refusal_of
from passgate.inference.routing_table import ServingDeployment, ServingModel
from passgate.inference.translation import COUNTS, ParsedRequest
from passgate.inference.worker.ai_call import AiCall, Ending
from passgate.inference.worker.options import RationingOptions
from passgate.inference.worker.refusals import ProviderBudgetError, ProviderRateLimitError
from passgate.inference.worker.watched_file import WatchedFile
from passgate.kernel.clock import Clock

if TYPE_CHECKING:
    from passgate.inference.limits.valkey_counters import ValkeyCounters

_log = logging.getLogger("passgate.inference")

_POLL_SECONDS = 0.2
_LAST_SETTLEMENT_SECONDS = 1.0


class Rationing:
    """Counts what is limited, for one worker."""

    def __init__(self, options: RationingOptions, clock: Clock, name: str) -> None:
        """Make it.

        Args:
            options: how to count.
            clock: tells the time of day.
            name: of this process, unique among all that ever count together.
        """
        self._name = name
        self._reservations = 0
        self.peaks = LimitPeaks()
        self._sums = LedgerSums()
        self._options = options
        self._file = None if options.spent_file is None else WatchedFile(options.spent_file)
        self._clock = clock
        self._local = MemoryCounters(self._sums.of)
        url = options.valkey_url
        self._shared = None if url is None else _shared_counters(url, self._sums.of, options.valkey_seconds)
        self._carrying: asyncio.Task[None] | None = None

    def load(self) -> None:
        """Take over the ledger's sums, if they are there."""
        content = self._file.read_if_changed() if self._file is not None else None
        if self._file is not None and content is not None:
            self._sums.read(content, self._file.path)
        self._local.shares = self._options.workers * self._sums.nodes

    async def follow(self) -> None:
        """Keep up with the ledger's sums, and carry settlements to the Valkey, until cancelled."""
        if self._shared is not None:
            self._carrying = asyncio.create_task(self._shared.follow())
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            if self._carrying is not None and self._carrying.done():
                self._carrying.result()
            self.load()

    async def close(self) -> None:
        """Carry what remains, for a moment, and close."""
        if self._shared is not None and self._carrying is not None:
            try:
                async with asyncio.timeout(_LAST_SETTLEMENT_SECONDS):
                    await self._shared.settled()
            except TimeoutError:
                _log.warning("some calls are not counted in the Valkey; the ledger has them")
            self._carrying.cancel()
            await self._shared.close()

    async def begin(self, book: LimitBook, call: AiCall, parsed: ParsedRequest, model: ServingModel) -> None:
        """Reserve for a call, where a limit is met now or may be on its way.

        Raises:
            RateLimitError: too many calls or tokens.
            BudgetError: not enough money is left.
            CountersUnavailableError: the Valkey is away, and nothing may pass without it.
        """
        limits = _limits_of(book, call, model)
        if not limits and not book.bounds_deployments:
            return
        asked = _estimate(parsed, model)
        ration = call.ration = Ration(self, book, asked, _dearest(asked, model))
        if limits:
            await self.reserve(ration, call, limits)

    async def reserve(self, ration: "Ration", call: AiCall, limits: Sequence[Limit]) -> "Hold":
        """Reserve at some limits, all or none.

        Raises:
            PassgateError: as :meth:`begin`.
        """
        now = self._clock.now().timestamp()
        asks = ration.asks(limits, now)
        hold = self._hold(asks)
        verdict = self._local.reserve(asks) if self._shared is None else await self._ask(hold, self._shared, now)
        self.peaks.note(verdict, now)
        if verdict.refused is not None:
            error, wait = refusal_of(verdict.refused, now)
            headers = rate_headers([*verdict.standing, verdict.refused], now)
            call.limit_headers = headers if wait is None else [*headers, (b"retry-after", b"%d" % wait)]
            raise error
        ration.holds.append(hold)
        ration.standing = [*ration.standing, *verdict.standing] if ration.standing else verdict.standing
        call.limit_headers = ration.headers = rate_headers(ration.standing, now)
        return hold

    async def hold_money(self, call: AiCall, model: ServingModel, provider_id: str, amount: int) -> "Hold | None":
        """Reserve money that outlasts the call: at every budget that concerns it, its provider's too.

        Raises:
            BudgetError: not enough is left.
            CountersUnavailableError: as :meth:`begin`.
        """
        limits = self._budgets(call, model, provider_id)
        if not limits:
            return None
        ration = Ration(self, LimitBook(), Estimate(0, 0), amount)
        return await self.reserve(ration, call, limits)

    def charge(self, call: AiCall, model: ServingModel, provider_id: str, cost: int) -> None:
        """Charge what was not reserved."""
        limits = self._budgets(call, model, provider_id)
        asks = Ration(self, LimitBook(), Estimate(0, 0), 0).asks(limits, self._clock.now().timestamp())
        if asks:
            self.settle(Hold("", asks, shared=False), 0, cost)

    async def renew(self, hold: "Hold") -> "Hold | None":
        """Reserve again what a Valkey gives back by itself after a while; None: not enough is left any more."""
        if not hold.shared:
            return hold
        self.settle(hold, 0, 0)
        return await self._hold_again([one.limit for one in hold.asks], hold.asks[0].amount)

    async def take_over(
        self, name: str, call: AiCall, model: ServingModel, provider_id: str, amount: int
    ) -> "Hold | None":
        """Hold what a process held that is no more; None: there is no budget, or not enough is left any more.

        Args:
            name: what a Valkey knows it by, if any does; there it is given back first.
            call: for which it was held.
            model: that was asked.
            provider_id: where.
            amount: micro-dollars.
        """
        limits = self._budgets(call, model, provider_id)
        if not limits:
            return None
        if name and self._shared is not None:
            now = self._clock.now().timestamp()
            for limit in limits:
                limit.roll(now)
            self._shared.settle(name, [Ask(limit, amount) for limit in limits], (0, 0), now)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LAST_SETTLEMENT_SECONDS):
                    await self._shared.settled()
        return await self._hold_again(limits, amount)

    async def counts_here(self, name: str, *, elsewhere: bool) -> bool:
        """Whether this process is to count what several nodes may tell of.

        Args:
            name: of what is counted, the same everywhere.
            elsewhere: another node has it too, and counts it where counters are each node's own.
        """
        if self._shared is None:
            return not elsewhere
        try:
            return await self._shared.first(name)
        except CountersAwayError:
            return not elsewhere

    async def _hold_again(self, limits: Sequence[Limit], amount: int) -> "Hold | None":
        now = self._clock.now().timestamp()
        for limit in limits:
            limit.roll(now)
        asks = [Ask(limit, amount) for limit in limits]
        again = self._hold(asks)
        try:
            verdict = self._local.reserve(asks) if self._shared is None else await self._ask(again, self._shared, now)
        except CountersUnavailableError:
            return None
        return again if verdict.refused is None else None

    def _hold(self, asks: list[Ask]) -> "Hold":
        """A name is for a Valkey alone."""
        if self._shared is None:
            return Hold("", asks, shared=False)
        self._reservations += 1
        return Hold(f"{self._name}-{self._reservations}", asks, shared=True)

    def _budgets(self, call: AiCall, model: ServingModel, provider_id: str) -> list[Limit]:
        if call.table is None:
            return []
        book = call.table.limits
        met = _limits_of(book, call, model)
        return [one for one in (*met, *book.of_provider(provider_id)) if one.measure == "money"]

    async def _ask(self, hold: "Hold", shared: "ValkeyCounters", now: float) -> Verdict:
        """Reserve where all nodes count together, or here while that is away."""
        try:
            return await shared.reserve(hold.name, hold.asks, now)
        except CountersAwayError as error:
            if self._options.refuse_without_valkey:
                raise CountersUnavailableError("The counters of the limits cannot be reached.") from error
            hold.shared = False
            return self._local.reserve(hold.asks)
        except asyncio.CancelledError:
            shared.settle(hold.name, hold.asks, (0, 0), now)
            raise

    def settle(self, hold: "Hold", tokens: int, cost: int) -> None:
        """Give back what was reserved, and charge what was used."""
        if not hold.shared:
            self._local.settle(hold.asks, tokens, cost)
        if self._shared is not None:
            now = self._clock.now().timestamp()
            self._shared.settle(hold.name, hold.asks, (tokens, cost), now, leased=hold.shared)


@dataclass(slots=True)
class Hold:
    """What one call holds at some limits."""

    name: str
    asks: list[Ask]
    shared: bool
    """Reserved in the Valkey, not here."""


@dataclass(slots=True)
class Ration:
    """One call's reservations."""

    rationing: Rationing
    book: LimitBook
    estimate: Estimate
    dearest: int
    """Micro-dollars that the call may cost, by the estimate."""
    holds: list[Hold] = field(default_factory=list)
    standing: Sequence[Ask] = ()
    headers: Sequence[Header] = ()
    _at_provider: Hold | None = None
    _at_model: Hold | None = None

    def asks(self, limits: Sequence[Limit], now: float) -> list[Ask]:
        """What the call asks of each."""
        asks = []
        for limit in limits:
            if not limit.start <= now < limit.end:
                limit.roll(now)
            measure = limit.measure
            if measure == "money":
                asks.append(Ask(limit, self.dearest))
            else:
                asks.append(Ask(limit, self.estimate.total if measure == "tokens" else 1))
        return asks

    async def enter(self, call: AiCall, deployment: ServingDeployment) -> None:
        """Reserve at a provider's limits; what an earlier attempt held at another provider is given back.

        Raises:
            VendorFailedError: the provider's limit is reached; another one may have some left.
            CountersUnavailableError: as :meth:`Rationing.begin`.
        """
        call.limit_headers = self.headers
        if self._at_provider is not None:
            self.holds.remove(self._at_provider)
            self.rationing.settle(self._at_provider, 0, 0)
            self._at_provider = None
        limits = self.book.of_provider(deployment.provider_id)
        if limits:
            try:
                self._at_provider = await self.rationing.reserve(self, call, limits)
            except RateLimitError as error:
                raise ProviderRateLimitError(error.message) from error
            except BudgetError as error:
                raise ProviderBudgetError(error.message) from error

    async def enter_model(self, call: AiCall, model: ServingModel | None) -> None:
        """Reserve at the limits of a fallback model; those of the model that was asked for go on holding.

        Args:
            call: whose.
            model: None: the model that was asked for is tried again.

        Raises:
            VendorFailedError: the model's limit is reached.
            CountersUnavailableError: as :meth:`Rationing.begin`.
        """
        if self._at_model is not None:
            self.holds.remove(self._at_model)
            self.rationing.settle(self._at_model, 0, 0)
            self._at_model = None
        limits = self.book.of_model((model.team_id, model.name)) if model is not None else []
        if limits:
            try:
                self._at_model = await self.rationing.reserve(self, call, limits)
            except RateLimitError as error:
                raise ProviderRateLimitError(error.message) from error
            except BudgetError as error:
                raise ProviderBudgetError(error.message) from error

    def settle(self, call: AiCall, ending: Ending) -> None:
        """End all that is held, by what the vendor reported; nothing is charged where it reported nothing."""
        usage = ending.usage
        price = call.deployment.price if call.deployment is not None else None
        tokens = usage.input + usage.output if usage is not None else 0
        cost = price.cost(usage) if price is not None and usage is not None else 0
        for hold in self.holds:
            self.rationing.settle(hold, tokens, cost)


def _shared_counters(url: str, seed_of: SeedOf, seconds: float) -> "ValkeyCounters":
    from passgate.inference.limits.valkey_counters import ValkeyCounters  # noqa: PLC0415 - only where there is a Valkey

    return ValkeyCounters(url, seed_of, seconds)


def _limits_of(book: LimitBook, call: AiCall, model: ServingModel) -> list[Limit]:
    caller = call.caller
    return book.of_call(caller.token, call.team_id, (model.team_id, model.name), caller.ceilings, call.service_id)


def _estimate(parsed: ParsedRequest, model: ServingModel) -> Estimate:
    if parsed.format in COUNTS:
        return Estimate(0, 0)
    target = model.deployments[0].target if model.deployments else None
    return estimate(
        parsed.raw,
        parsed.document,
        generates=model.kind == "chat",
        context_window=target.context_window if target is not None else None,
        max_output_tokens=target.max_output_tokens if target is not None else None,
    )


def _dearest(asked: Estimate, model: ServingModel) -> int:
    """By the dearest deployment's prices, since any of them may answer, those of fallback models too."""
    prices = model.prices
    if len(prices) == 1:
        return prices[0].most(asked.input, asked.output)
    return max([price.most(asked.input, asked.output) for price in prices], default=0)
