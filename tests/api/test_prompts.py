from collections.abc import Iterator
from typing import Any

import pytest

from api.house import House, answer, open_house
from passgate.storage.work import Storage

PROMPT: dict[str, Any] = {"user": "Say {{text}}", "variables": [{"name": "text"}], "models": [{"name": "nobody"}]}


@pytest.fixture
def house(storage: Storage) -> Iterator[House]:
    with open_house(storage) as house:
        yield house


def test_the_library_is_there_for_whoever_reads_services(house: House) -> None:
    found = answer(house.viewer.get("/api/v1/prompt-templates"), 200)["items"]
    assert found[0]["id"] == "sentiment"
    assert found[0]["prompt"]["output_schema"]["required"] == ["sentiment", "confidence"]
    assert house.nobody.get("/api/v1/prompt-templates").status_code == 401


def test_a_prompt_is_checked_without_being_kept(house: House) -> None:
    given = {"team_id": house.red, "prompt": PROMPT}
    checked = answer(house.owner.post("/api/v1/prompts/check", json=given), 200)
    assert checked["faults"] == [{"field": "models.0.name", "rule": "The team has no chat model 'nobody'."}]
    assert checked["input_schema"]["required"] == ["text"]
    for client, status in ((house.nobody, 401), (house.viewer, 403), (house.stranger, 404)):
        assert client.post("/api/v1/prompts/check", json=given).status_code == status
    assert house.owner.post("/api/v1/prompts/check", json={**given, "prompt": {}}).status_code == 422
