"""A provider that may be called as it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from passgate.contracts.inference_config import PassThrough, PriceTable
from passgate.inference.pricing import CallPrice
from passgate.inference.translation import Target

FLAT_CHARGE = "flat charge"
"""The tariff of calls of which nothing can be read."""
_MICRO_PER_THOUSANDTH = 1000
_DATED = re.compile(r"(?:[-@](?:\d{4}-\d{2}-\d{2}|\d{8})|-latest)$")


@dataclass(frozen=True, slots=True)
class RawProvider:
    """A provider, who may call it as it is, and what such calls cost."""

    id: str
    name: str
    header: bytes
    team_id: str | None
    target: Target
    """Its ``vendor_model`` is empty."""
    applications: frozenset[str]
    charge: CallPrice
    """Of a call of which nothing else can be reckoned."""
    prices: Mapping[str, CallPrice]
    """The catalogue's, by the vendor's name of the model."""

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
