"""A limit as calls are counted against it."""

from datetime import UTC, datetime

from passgate.contracts.limits import LimitMeasure, LimitRule, LimitScope, LimitWindow, window_bounds


class Limit:
    """One limit, and the window that it is in; the window is worked out anew only when it is over."""

    __slots__ = (
        "alert_percents",
        "amount",
        "end",
        "first_alert",
        "from_token",
        "key",
        "measure",
        "name",
        "scope",
        "start",
        "window",
    )

    def __init__(self, rule: LimitRule, *, from_token: bool = False) -> None:
        self.key = rule.id
        """Under which it is counted."""
        self.name = rule.name
        self.scope: LimitScope = rule.scope
        self.measure: LimitMeasure = rule.measure
        self.window: LimitWindow = rule.window
        self.amount = rule.amount
        self.alert_percents = () if rule.measure == "money" else rule.alert_percents
        """Shares that are worth an alert; budgets are looked at in the ledger."""
        self.first_alert = min(self.alert_percents, default=None)
        self.from_token = from_token
        """The token itself states it."""
        self.start = 0
        """NumericDate of the window's first second."""
        self.end = 0
        """NumericDate of the first second after it."""

    def roll(self, now: float) -> None:
        """Be in the window of that NumericDate."""
        if not self.start <= now < self.end:
            first, after = window_bounds(self.window, datetime.fromtimestamp(now, UTC))
            self.start, self.end = int(first.timestamp()), int(after.timestamp())


class Ask:
    """What one call asks of one limit, and what stood there when it asked."""

    __slots__ = ("amount", "counter", "limit", "share", "start", "used")

    def __init__(self, limit: Limit, amount: int) -> None:
        self.limit = limit
        self.amount = amount
        self.start = limit.start
        """The window that the call began in; it is charged to this one, however long it takes."""
        self.used = 0
        """Settled and reserved together, this call left out."""
        self.share = limit.amount
        """What the counter may give: the limit, or this worker's share of it."""
        self.counter: Counter | None = None
        """Where it was reserved; None: not in this process."""

    @property
    def remaining(self) -> int:
        """What is left when this call has its part."""
        return max(0, self.share - self.used - self.amount)

    def actual(self, tokens: int, cost: int) -> int:
        """What the call has really used of the limit's measure; a call or a place at the same time is no sum."""
        measure = self.limit.measure
        if measure == "money":
            return cost
        return tokens if measure == "tokens" else 0


class Counter:
    """One limit's window: ``settled`` is used for good, ``reserved`` is held by calls under way."""

    __slots__ = ("end", "reserved", "seeded", "settled", "start")

    def __init__(self, limit: Limit) -> None:
        self.start = limit.start
        self.end = limit.end
        self.settled = 0
        self.reserved = 0
        self.seeded = limit.measure != "money"
