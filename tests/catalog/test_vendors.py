import pytest
from genai_prices.data_snapshot import get_snapshot

from passgate.catalog.base_url import checked_base_url, require_transport
from passgate.catalog.errors import UnknownVendorError
from passgate.catalog.vendors import Vendor, all_vendors, find_vendor
from passgate.inference.dialects.openai.profile import OpenAIProfile


def test_the_vendors_that_the_product_promises_are_there() -> None:
    promised = {"openai", "anthropic", "groq", "deepseek", "mistral", "openrouter", "ollama", "vllm"}

    assert promised <= {vendor.id for vendor in all_vendors()}


def test_at_least_35_vendors_are_rows_of_data_alone() -> None:
    compatible = {vendor.id for vendor in all_vendors() if vendor.dialect == "openai"}
    named = {
        *("groq", "deepseek", "xai", "together", "fireworks", "openrouter", "perplexity", "cerebras", "sambanova"),
        *("nvidia", "huggingface", "moonshot", "zhipu", "dashscope", "minimax", "siliconflow", "hyperbolic", "novita"),
        *("nebius", "deepinfra", "lambda", "ai21", "databricks", "cloudflare", "github", "baseten", "snowflake"),
        *("voyage", "jina", "vllm", "sglang", "lmstudio", "llamacpp", "localai", "xinference", "mistral", "azure"),
    }

    assert named <= compatible
    assert len(compatible) >= 35
    assert {"bedrock", "cohere", "ollama"} <= {vendor.dialect for vendor in all_vendors()}


def test_ids_are_unique() -> None:
    ids = [vendor.id for vendor in all_vendors()]

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("vendor", all_vendors(), ids=lambda vendor: vendor.id)
def test_a_row_keeps_the_rules(vendor: Vendor) -> None:
    if vendor.base_url:
        assert checked_base_url(vendor.base_url) == vendor.base_url
        require_transport(vendor, vendor.base_url)
    else:
        assert vendor.needs_base_url
    assert vendor.docs_url.startswith("https://")
    assert vendor.profile.keys() <= {*OpenAIProfile.__dataclass_fields__, "surface"}
    if vendor.genai_prices_provider is not None:
        assert vendor.genai_prices_provider in {provider.id for provider in get_snapshot().providers}
    assert not (vendor.local and vendor.needs_key)


def test_an_unknown_vendor_is_refused_by_field() -> None:
    with pytest.raises(UnknownVendorError) as refused:
        find_vendor("acme")

    assert refused.value.field == "vendor"
