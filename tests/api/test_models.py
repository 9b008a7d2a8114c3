from collections.abc import Iterator
from typing import Any

import pytest

from api.house import House, answer, open_house
from passgate.storage.work import Storage

ROOT = "/api/v1/models"


@pytest.fixture
def house(storage: Storage) -> Iterator[House]:
    with open_house(storage) as house:
        yield house


def enabled(house: House, *models: str) -> list[dict[str, Any]]:
    """Models of the red team, at a provider of its own."""
    given = {"name": f"P {models[0]}", "vendor": "openai", "api_key": "sk-1", "team_id": house.red}
    provider = answer(house.owner.post("/api/v1/providers", json=given), 201)["id"]
    body = {"models": [{"vendor_model": model} for model in models]}
    items: list[dict[str, Any]] = answer(house.owner.post(f"/api/v1/providers/{provider}/models", json=body), 201)[
        "items"
    ]
    return items


def test_a_model_s_life(house: House) -> None:
    model, _ = enabled(house, "gpt-4o", "text-embedding-3-small")
    one = f"{ROOT}/{model['id']}"
    deployment = f"{one}/deployments/{model['deployments'][0]['id']}"

    assert answer(house.viewer.get(one), 200) == model
    page = answer(house.viewer.get(ROOT, params={"limit": 1}), 200)
    rest = answer(house.viewer.get(ROOT, params={"after": page["next_cursor"]}), 200)
    assert {row["name"] for row in [*page["items"], *rest["items"]]} == {"gpt-4o", "text-embedding-3-small"}
    changed = answer(house.owner.patch(one, json={"name": "best", "is_enabled": False}), 200)
    assert (changed["name"], changed["is_enabled"]) == ("best", False)
    price = {"input": "0.0375", "output": "0.15"}
    priced = answer(house.owner.patch(deployment, json={"price": price, "weight": 7}), 200)["deployments"][0]
    assert (priced["price"]["input"], priced["price_source"], priced["weight"]) == ("0.0375", "own", 7)
    back = answer(house.owner.patch(deployment, json={"price": None}), 200)["deployments"][0]
    assert back["price_source"] == "catalogue"
    assert answer(house.owner.delete(deployment), 409)["code"] == "last_deployment"
    assert answer(house.owner.delete(one), 204) is None
    answer(house.owner.get(one), 404)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "a b"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"is_enabled": 7}, "is_enabled"),
        ({"context_window": -1}, "context_window"),
        ({"max_output_tokens": "many"}, "max_output_tokens"),
        ({"kind": "chat"}, "kind"),
    ],
)
def test_a_bad_change_names_its_field(house: House, change: dict[str, object], field: str) -> None:
    (model,) = enabled(house, "gpt-4o")

    assert answer(house.owner.patch(f"{ROOT}/{model['id']}", json=change), 422)["field"] == field
    assert answer(house.owner.get(f"{ROOT}/{model['id']}"), 200) == model


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price": {"input": 0.15}}, "price.input"),
        ({"price": {"output": "-1"}}, "price.output"),
        ({"price": {"inptu": "1"}}, "price.inptu"),
        ({"price": {}}, "price"),
        ({"weight": 0}, "weight"),
        ({"priority": -1}, "priority"),
    ],
)
def test_a_bad_deployment_names_its_field(house: House, change: dict[str, object], field: str) -> None:
    (model,) = enabled(house, "gpt-4o")
    url = f"{ROOT}/{model['id']}/deployments/{model['deployments'][0]['id']}"

    assert answer(house.owner.patch(url, json=change), 422)["field"] == field
    assert answer(house.owner.get(f"{ROOT}/{model['id']}"), 200) == model


def test_a_name_is_unique(house: House) -> None:
    first, _ = enabled(house, "gpt-4o", "gpt-4o-mini")

    refused = answer(house.owner.patch(f"{ROOT}/{first['id']}", json={"name": "gpt-4o-mini"}), 409)

    assert (refused["code"], refused["field"]) == ("name_taken", "name")


def test_who_may_not(house: House) -> None:
    (model,) = enabled(house, "gpt-4o")
    one = f"{ROOT}/{model['id']}"
    deployment = f"{one}/deployments/{model['deployments'][0]['id']}"

    writes = [
        ("PATCH", one, {"name": "x"}),
        ("DELETE", one, None),
        ("PATCH", deployment, {"weight": 2}),
        ("DELETE", deployment, None),
    ]
    for method, url, body in writes:
        answer(house.nobody.request(method, url, json=body), 401)
        answer(house.viewer.request(method, url, json=body), 403)
        answer(house.stranger.request(method, url, json=body), 404)
    answer(house.nobody.get(ROOT), 401)
    answer(house.nobody.get(one), 401)
    answer(house.stranger.get(one), 404)
    assert answer(house.stranger.get(ROOT), 200)["items"] == []
    assert answer(house.viewer.get(one), 200) == model
