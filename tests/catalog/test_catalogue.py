"""The catalogue's breadth: models with context, capabilities and prices; our own rows."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from passgate.catalog.capabilities import Capability, capabilities_of
from passgate.catalog.own_models import own_models
from passgate.catalog.prices import catalogue_model, catalogue_models, catalogue_price
from passgate.catalog.vendors import all_vendors, find_vendor

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_at_least_300_models_have_context_price_and_capabilities() -> None:
    known = {
        (vendor.id, model.vendor_model)
        for vendor in all_vendors()
        for model in catalogue_models(vendor, NOW)
        if model.context_window and model.price and capabilities_of(model.vendor_model)
    }

    assert len(known) >= 300


def test_our_rows_name_known_vendors_and_only_what_is_unknown_elsewhere() -> None:
    for (vendor_id, name), row in own_models().items():
        found = catalogue_model(find_vendor(vendor_id), name, NOW)
        assert found is not None
        assert (found.context_window, row.price is None or found.price is not None) == (found.context_window, True)


def test_our_row_steps_in_where_the_package_is_silent() -> None:
    price = catalogue_price(find_vendor("dashscope"), "qwen-plus", NOW)

    assert price is not None
    assert (price.version, price.input, price.output) == ("passgate 2025-06", Decimal("0.4"), Decimal("1.2"))
    model = catalogue_model(find_vendor("dashscope"), "qwen-plus", NOW)
    assert model is not None
    assert (model.context_window, model.max_output_tokens) == (131072, 16384)
    assert catalogue_price(find_vendor("dashscope"), "unheard-of", NOW) is None


def test_the_package_goes_before_our_rows() -> None:
    price = catalogue_price(find_vendor("perplexity"), "sonar-reasoning-pro", NOW)

    assert price is not None
    assert price.version.startswith("genai-prices")


@pytest.mark.parametrize(
    ("name", "able"),
    [
        ("gpt-4o-mini", ("tools", "vision", "documents", "json_schema")),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", ("tools", "vision", "documents", "reasoning", "json_schema")),
        ("deepseek-reasoner", ("reasoning",)),
        ("llama-3.3-70b-versatile", ("tools",)),
        ("text-davinci-003", ()),
    ],
)
def test_capabilities_are_told_from_names(name: str, able: tuple[Capability, ...]) -> None:
    assert capabilities_of(name) == able


def test_a_vendors_own_word_goes_before_the_name() -> None:
    entry = {"supported_parameters": ["tools", "reasoning"], "architecture": {"input_modalities": ["text", "file"]}}

    assert capabilities_of("gpt-4o", entry) == ("tools", "documents", "reasoning")
    assert capabilities_of("x", {"capabilities": {"vision": True, "function_calling": False}}) == ("vision",)
    assert capabilities_of("x", {"inputModalities": ["TEXT", "IMAGE"]}) == ("vision",)
