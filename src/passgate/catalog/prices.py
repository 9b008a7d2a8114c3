"""What vendors' models cost: the genai-prices package, our own rows where it is silent, an organisation's prices."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import genai_prices
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ConditionalPrice, ModelInfo, ModelPrice, Provider, TieredPrices, TimeOfDateConstraint

from passgate.catalog.own_models import OwnModel, own_models
from passgate.catalog.vendors import Vendor
from passgate.contracts.inference_config import LARGE_PROMPT, PriceTable

_FIELDS = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached_input": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "input_audio": "input_audio_mtok",
    "output_audio": "output_audio_mtok",
    "request": "requests_kcount",
}
"""Our names to the package's; both count per million tokens, or per thousand calls."""
_CLAUDE_HOUR = 2
"""A write that is kept for an hour, in prices of input: "1-hour cache write tokens are 2 times the base input tokens
price" (Anthropic, Prompt caching). The package knows one price of writes, that of five minutes."""


@dataclass(frozen=True, slots=True)
class PricedModel:
    """A model as the price catalogue knows it."""

    vendor_model: str
    name: str
    context_window: int | None
    price: PriceTable | None
    max_output_tokens: int | None = None


def catalogue_price(vendor: Vendor, vendor_model: str, moment: datetime) -> PriceTable | None:
    """The catalogue's price of a vendor's model at that moment; None: not known."""
    found = catalogue_model(vendor, vendor_model, moment)
    return found.price if found else None


def catalogue_model(vendor: Vendor, vendor_model: str, moment: datetime) -> PricedModel | None:
    """All that the catalogue knows of a vendor's model; None: nothing."""
    own = own_models().get((vendor.id, vendor_model))
    found = _find(vendor, vendor_model)
    if found is None:
        return _own(own) if own else None
    priced = _priced(found, vendor_model, moment)
    return _filled(priced, own) if own else priced


def catalogue_models(vendor: Vendor, moment: datetime) -> Iterator[PricedModel]:
    """The vendor's models, less those that it is about to end and entries that stand for many names."""
    provider = _provider(vendor)
    seen = set()
    for model in provider.models if provider else ():
        if not model.deprecated and model.id.startswith(vendor.catalogue_prefixes) and not model.id.endswith("-"):
            seen.add(model.id)
            yield _priced(model, model.id, moment)
    for (vendor_id, name), own in own_models().items():
        if vendor_id == vendor.id and name not in seen:
            yield _own(own)


def own_price(figures: dict[str, Decimal], moment: datetime) -> PriceTable:
    """A price of one's own, named after the day from which it holds."""
    return PriceTable(version=f"own {moment:%Y-%m-%d}", **figures)


def _provider(vendor: Vendor) -> Provider | None:
    wanted = vendor.genai_prices_provider
    if wanted is None:
        return None
    return next((provider for provider in get_snapshot().providers if provider.id == wanted), None)


def _find(vendor: Vendor, vendor_model: str) -> ModelInfo | None:
    if vendor.genai_prices_provider is None:
        return None
    try:
        return get_snapshot().find_provider_model(vendor_model, None, vendor.genai_prices_provider, None)[1]
    except LookupError:
        return None


def _priced(model: ModelInfo, vendor_model: str, moment: datetime) -> PricedModel:
    return PricedModel(vendor_model, model.name or model.id, model.context_window, _table(model, moment))


def _own(row: OwnModel) -> PricedModel:
    return PricedModel(row.id, row.name, row.context_window, row.price, row.max_output_tokens)


def _filled(known: PricedModel, row: OwnModel) -> PricedModel:
    """The package's word, and our row's where it says nothing."""
    return PricedModel(
        known.vendor_model,
        known.name,
        known.context_window or row.context_window,
        known.price or row.price,
        row.max_output_tokens,
    )


def _table(model: ModelInfo, moment: datetime) -> PriceTable | None:
    price, by_the_hour = _standing_price(model, moment)
    figures: dict[str, Decimal] = {}
    tiered: dict[str, TieredPrices] = {}
    for ours, theirs in _FIELDS.items():
        value = getattr(price, theirs)
        if isinstance(value, TieredPrices):
            tiered[ours] = value
            value = value.base
        if value is not None:
            figures[ours] = value
    if not figures:
        return None
    above = _threshold(tiered)
    if above is not None:
        figures |= {f"large_{name}": value.tiers[0].price for name, value in tiered.items()}
    if "claude" in model.id:
        for size in ("", "large_"):
            if f"{size}cache_write" in figures and f"{size}input" in figures:
                figures[f"{size}cache_write_long"] = figures[f"{size}input"] * _CLAUDE_HOUR
    more = any(len(value.tiers) > 1 for value in tiered.values())
    notes = {
        "base tier": bool(tiered) and above is None,
        "two tiers of more": more,
        "outside special hours": by_the_hour,
    }
    said = [note for note, holds in notes.items() if holds]
    version = f"genai-prices {genai_prices.__version__}"
    named = f"{version} ({', '.join(said)})" if said else version
    return PriceTable(version=named, large_above=above, **figures)


def _threshold(tiered: dict[str, TieredPrices]) -> int | None:
    """The size of a prompt above which all that has a second price costs it; None: they do not agree."""
    starts = {value.tiers[0].start for value in tiered.values() if value.tiers}
    known = all(value.tiers and f"large_{name}" in LARGE_PROMPT for name, value in tiered.items())
    return starts.pop() if len(starts) == 1 and known else None


def _standing_price(model: ModelInfo, moment: datetime) -> tuple[ModelPrice, bool]:
    """The price in force, whatever the hour; and whether there are hours with another one."""
    if isinstance(model.prices, ModelPrice):
        return model.prices, False
    standing = [price for price in model.prices if not isinstance(price.constraint, TimeOfDateConstraint)]
    choice = standing or model.prices
    return _in_force(choice, moment), len(standing) < len(model.prices)


def _in_force(prices: list[ConditionalPrice], moment: datetime) -> ModelPrice:
    # As in the package: the last whose condition holds, else the first.
    for price in reversed(prices):
        if price.constraint is None or price.constraint.active(moment):
            return price.prices
    return prices[0].prices
