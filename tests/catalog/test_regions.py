"""A provider's address in another region."""

import pytest

from passgate.catalog.regions import regional_url

VERTEX = "aiplatform.googleapis.com"


@pytest.mark.parametrize(
    ("address", "region", "found"),
    [
        (
            "https://bedrock-runtime.us-east-1.amazonaws.com",
            "eu-west-1",
            "https://bedrock-runtime.eu-west-1.amazonaws.com",
        ),
        (f"https://{VERTEX}", "europe-west4", f"https://europe-west4-{VERTEX}"),
        (f"https://europe-west4-{VERTEX}", "global", f"https://{VERTEX}"),
        (f"https://{VERTEX}/v1", "eu", "https://aiplatform.eu.rep.googleapis.com/v1"),
        (
            "https://aiplatform.us.rep.googleapis.com/v1/projects/p/locations/us",
            "us-east5",
            f"https://us-east5-{VERTEX}/v1/projects/p/locations/us-east5",
        ),
        ("https://api.x.ai/v1", "eu-west-1", "https://eu-west-1.api.x.ai/v1"),
        ("https://eu-west-1.api.x.ai/v1", "global", "https://api.x.ai/v1"),
        ("https://api.openai.com/v1", "eu", "https://eu.api.openai.com/v1"),
        ("https://eu.api.openai.com", "us", "https://us.api.openai.com"),
        ("https://api.tokenfactory.nebius.com/v1", "us-central1", "https://api.tokenfactory.us-central1.nebius.com/v1"),
        ("https://api.tokenfactory.us-central1.nebius.com/v1", "global", "https://api.tokenfactory.nebius.com/v1"),
    ],
)
def test_the_region_is_changed_where_the_address_names_it(address: str, region: str, found: str) -> None:
    assert regional_url(address, region) == found


@pytest.mark.parametrize(
    "address",
    [
        "https://mine.openai.azure.com/openai/v1",
        "https://api.openai.com.evil.example/v1",
        "https://evil-api.x.ai.example",
        "http://localhost:8080/v1",
        "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    ],
)
def test_an_address_that_names_none_has_none(address: str) -> None:
    assert regional_url(address, "eu") is None
