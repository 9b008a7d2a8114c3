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


def test_servers_on_the_gates_machine_are_for_those_who_may_see_providers(house: House) -> None:
    assert "items" in answer(house.viewer.get("/api/v1/vendors/local-servers"), 200)
    assert answer(house.nobody.get("/api/v1/vendors/local-servers"), 401)["code"] == "unauthenticated"
