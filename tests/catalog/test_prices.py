from datetime import UTC, datetime
from decimal import Decimal

import genai_prices
import pytest
from genai_prices import Usage, calc_price
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import TieredPrices

from passgate.catalog.prices import catalogue_models, catalogue_price, own_price
from passgate.catalog.vendors import find_vendor
from passgate.contracts.charges import charges, cost_of
from passgate.contracts.inference_config import PriceTable
from passgate.contracts.usage_record import TokenUsage

NOW = datetime(2026, 11, 1, 20, tzinfo=UTC)
MILLION = 1_000_000


def reckon(table: PriceTable, *, plain: int, cached: int, written: int, output: int) -> Decimal:
    """What a call costs by the table: dollars."""
    input_price = table.input or Decimal(0)
    cached_price = input_price if table.cached_input is None else table.cached_input
    written_price = input_price if table.cache_write is None else table.cache_write
    tokens = plain * input_price + cached * cached_price + written * written_price + output * (table.output or 0)
    return tokens / MILLION + (table.request or Decimal(0)) / 1000


@pytest.mark.parametrize(
    ("vendor_id", "model"),
    [
        ("openai", "gpt-4o"),
        ("openai", "gpt-4o-mini"),
        ("openai", "gpt-5-mini-2025-08-07"),
        ("openai", "text-embedding-3-small"),
        ("anthropic", "claude-sonnet-4-5-20250929"),
        ("anthropic", "claude-haiku-4-5"),
        ("groq", "llama-3.3-70b-versatile"),
        ("deepseek", "deepseek-chat"),
        ("mistral", "mistral-large-latest"),
        ("gemini", "gemini-2.5-pro"),
        ("xai", "grok-4"),
        ("openrouter", "anthropic/claude-sonnet-4.5"),
    ],
)
def test_a_table_gives_what_the_package_itself_reckons(vendor_id: str, model: str) -> None:
    vendor = find_vendor(vendor_id)
    table = catalogue_price(vendor, model, NOW)
    assert table is not None
    usage = genai_prices.Usage(input_tokens=1700, cache_read_tokens=500, cache_write_tokens=200, output_tokens=300)
    expected = genai_prices.calc_price(
        usage, model, provider_id=vendor.genai_prices_provider, genai_request_timestamp=NOW
    )

    cost = reckon(table, plain=1000, cached=500, written=200, output=300)

    assert cost == expected.total_price
    assert cost > 0


def test_the_version_names_the_package() -> None:
    table = catalogue_price(find_vendor("openai"), "gpt-4o", NOW)

    assert table is not None
    assert table.version == f"genai-prices {genai_prices.__version__}"


def test_a_price_of_two_tiers_is_both() -> None:
    provider = next(provider for provider in get_snapshot().providers if provider.id == "google")
    model = provider.find_model("gemini-2.5-pro")
    assert model is not None
    tiered = model.get_prices(NOW).input_mtok
    assert isinstance(tiered, TieredPrices)

    table = catalogue_price(find_vendor("gemini"), "gemini-2.5-pro", NOW)

    assert table is not None
    assert (table.input, table.at(200_000).input) == (tiered.base, tiered.base)
    assert (table.large_above, table.at(200_001).input) == (tiered.tiers[0].start, tiered.tiers[0].price)
    assert table.at(200_001).output != table.output
    assert table.version == f"genai-prices {genai_prices.__version__}"


def test_an_hour_in_claudes_cache_costs_more_with_a_large_prompt() -> None:
    table = catalogue_price(find_vendor("anthropic"), "claude-sonnet-4-5", NOW)
    assert table is not None
    assert (table.cache_write_long, table.at(200_001).cache_write_long) == (6, 12)


def test_what_the_package_itself_reckons_for_large_prompts() -> None:
    """One call above the threshold of each model of two tiers, reckoned by the package and by us."""
    seen = 0
    for vendor in ("openai", "gemini", "anthropic", "xai"):
        for model in catalogue_models(find_vendor(vendor), NOW):
            if model.price is None or model.price.large_above is None:
                continue
            for tokens in (model.price.large_above, model.price.large_above + 1):
                told = Usage(input_tokens=tokens, cache_read_tokens=1000, output_tokens=500)
                wanted = calc_price(
                    told,
                    model.vendor_model,
                    provider_id=find_vendor(vendor).genai_prices_provider,
                    genai_request_timestamp=NOW,
                )
                usage = TokenUsage(input=tokens, cached_input=1000, output=500)
                assert cost_of(charges(usage, model.price)) == round(wanted.total_price * 1_000_000), model.vendor_model
                seen += 1
    assert seen > 20


def test_a_price_that_starts_later_holds_from_its_day() -> None:
    vendor = find_vendor("openai")
    provider = next(provider for provider in get_snapshot().providers if provider.id == "openai")
    dated = next(model for model in provider.models if model.id == "o3")

    for moment in (datetime(2025, 5, 1, tzinfo=UTC), datetime(2025, 9, 1, tzinfo=UTC)):
        table = catalogue_price(vendor, "o3", moment)
        assert table is not None
        assert table.input == dated.get_prices(moment).input_mtok
    assert catalogue_price(vendor, "o3", datetime(2025, 5, 1, tzinfo=UTC)) != table


def test_hours_of_the_day_are_left_aside_and_it_says_so() -> None:
    noted = [
        model.price.version
        for model in catalogue_models(find_vendor("deepseek"), NOW)
        if model.price is not None and "outside special hours" in model.price.version
    ]

    assert noted


def test_vendors_without_a_catalogue_have_no_price() -> None:
    assert catalogue_price(find_vendor("ollama"), "llama3.2", NOW) is None
    assert catalogue_price(find_vendor("openai"), "no-such-model", NOW) is None
    assert list(catalogue_models(find_vendor("ollama"), NOW)) == []


def test_gemini_offers_google_s_models_only() -> None:
    names = [model.vendor_model for model in catalogue_models(find_vendor("gemini"), NOW)]

    assert "gemini-2.5-pro" in names
    assert all(name.startswith(("gemini-", "gemma-")) for name in names)


def test_an_own_price_is_named_after_its_day() -> None:
    table = own_price({"input": Decimal("0.15")}, NOW)

    assert table == PriceTable(version="own 2026-11-01", input=Decimal("0.15"))
