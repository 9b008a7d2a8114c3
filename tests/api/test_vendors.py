from collections.abc import Iterator

import pytest

from api.house import House, answer, open_house
from passgate.storage.work import Storage


@pytest.fixture
def house(storage: Storage) -> Iterator[House]:
    with open_house(storage) as house:
        yield house


def test_vendors_are_listed_with_what_a_form_needs(house: House) -> None:
    items = answer(house.viewer.get("/api/v1/vendors"), 200)["items"]

    assert items[0]["id"] == "openai"
    assert items[0]["needs_key"] is True
    assert items[0]["key_hint"] == "sk-…"
    assert {"anthropic", "groq", "deepseek", "mistral", "openrouter", "ollama", "vllm"} <= {row["id"] for row in items}


def test_nobody_sees_nothing(house: House) -> None:
    assert answer(house.nobody.get("/api/v1/vendors"), 401)["code"] == "unauthenticated"
