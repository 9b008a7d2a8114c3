"""A provider that may be called as it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from passgate.contracts.inference_config import PassThrough, PriceTable
from passgate.inference.health import KeyRest
from passgate.inference.pricing import CallPrice
from passgate.inference.translation import Target

FLAT_CHARGE = "flat charge"
"""The tariff of calls of which nothing can be read."""
_MICRO_PER_THOUSANDTH = 1000
_REFUSED = {401: "vendor_auth_failed", 402: "vendor_payment_required"}
_TOO_MANY = 429
_DATED = re.compile(r"(?:[-@](?:\d{4}-\d{2}-\d{2}|\d{8})|-latest)$")


@dataclass(frozen=True, slots=True)
class RawKey:
    """One of a provider's keys."""

    label: str | None
    """None: it is the only one."""
    target: Target
    """With the key; its ``vendor_model`` is empty."""
    shared: KeyRest
    """For all deployments of the provider, too."""
    own: KeyRest
    """For calls of the provider as it is alone."""

    @property
    def until(self) -> float:
        """Until when it rests, on the worker's clock."""
        return max(self.shared.until, self.own.until)

    def learn(self, status: int, told: float | None, now: float) -> bool:
        """Rest where the vendor's answer says so; tells whether another key may do better.

        Args:
            status: the vendor's.
            told: seconds after which it wants to be asked again; None: it did not say.
            now: on the worker's clock.
        """
        if status in _REFUSED:
            self.shared.refuse(_REFUSED[status], now)
        elif status == _TOO_MANY:
            self.own.overuse("vendor_rate_limited", now, told)
        else:
            self.shared.succeed()
            self.own.succeed()
            return False
        return True


@dataclass(frozen=True, slots=True)
class RawProvider:
    """A provider, who may call it as it is, and what such calls cost."""

    id: str
    name: str
    header: bytes
    team_id: str | None
    keys: tuple[RawKey, ...]
    applications: frozenset[str]
    charge: CallPrice
    """Of a call of which nothing else can be reckoned."""
    prices: Mapping[str, CallPrice]
    """The catalogue's, by the vendor's name of the model."""

    @property
    def target(self) -> Target:
        """Where it is, with its first key."""
        return self.keys[0].target

    def key_at(self, now: float) -> RawKey:
        """The first of its keys that does not rest, else the one that is due first: what it keeps is an account's."""
        return next((key for key in self.keys if key.until <= now), min(self.keys, key=lambda key: key.until))

    def is_open_to(self, application_id: str, team_id: str) -> bool:
        """Whether the application may call it."""
        return application_id in self.applications and self.team_id in {None, team_id}

    def price_of(self, vendor_model: str) -> CallPrice | None:
        """The catalogue's price; a dated name of a model costs what the model costs."""
        return self.prices.get(vendor_model) or self.prices.get(_DATED.sub("", vendor_model))


def flat_price(charge_micro_dollars: int) -> CallPrice:
    """The same for every call."""
    dollars_a_thousand = Decimal(charge_micro_dollars) / _MICRO_PER_THOUSANDTH
    return CallPrice(PriceTable(version=FLAT_CHARGE, request=dollars_a_thousand))


def raw_prices(allowed: PassThrough) -> dict[str, CallPrice]:
    """The catalogue's prices, made ready."""
    return {name: CallPrice(table) for name, table in allowed.prices.items()}
