"""How calls of a model find a deployment, and a provider's pool of keys, as the API sets them."""

from collections.abc import Iterator
from typing import Any

import pytest

from api.house import House, answer, open_house
from passgate.catalog.published_state import inference_models, inference_providers
from passgate.contracts.routing import Resting, WorkerHealth
from passgate.gateway.models import NodeRow
from passgate.storage.work import Storage

MODELS = "/api/v1/models"
PROVIDERS = "/api/v1/providers"


@pytest.fixture
def house(storage: Storage) -> Iterator[House]:
    with open_house(storage) as house:
        yield house


def provider(house: House, name: str = "P", *models: str, **more: Any) -> tuple[str, list[dict[str, Any]]]:
    given = {"name": name, "vendor": "openai", "api_key": "sk-1", "team_id": house.red, **more}
    made = answer(house.owner.post(PROVIDERS, json=given), 201)["id"]
    if not models:
        return made, []
    body = {"models": [{"vendor_model": model, "kind": "chat"} for model in models]}
    return made, answer(house.owner.post(f"{PROVIDERS}/{made}/models", json=body), 201)["items"]


def test_a_models_rules_reach_the_workers(house: House, storage: Storage) -> None:
    _, (first, second) = provider(house, "P", "gpt-4o", "gpt-4o-mini")
    change = {
        "aliases": ["best", "default"],
        "strategy": "least-latency",
        "sticky": "conversation",
        "retries": 3,
        "time_limits": {"connect": 2, "first_token": 12.5},
        "fallbacks": [second["id"]],
    }
    changed = answer(house.owner.patch(f"{MODELS}/{first['id']}", json=change), 200)
    assert changed["fallbacks"] == [{"id": second["id"], "name": "gpt-4o-mini"}]
    assert changed["aliases"] == ["best", "default"]
    with storage.reading() as work:
        (published,) = [one for one in inference_models(work) if one.id == first["id"]]
    assert published.routing.model_dump(exclude_none=True) == {
        "strategy": "least-latency",
        "sticky": "conversation",
        "retries": 3,
        "time_limits": {"connect": 2.0, "first_token": 12.5},
        "fallbacks": (second["id"],),
    }
    back = answer(house.owner.patch(f"{MODELS}/{first['id']}", json={"sticky": None, "time_limits": None}), 200)
    assert (back["sticky"], back["time_limits"]["connect"], back["retries"]) == (None, None, 3)
    answer(house.owner.delete(f"{MODELS}/{second['id']}"), 204)
    assert answer(house.owner.get(f"{MODELS}/{first['id']}"), 200)["fallbacks"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"strategy": "best"}, "strategy"),
        ({"sticky": "always"}, "sticky"),
        ({"retries": 6}, "retries"),
        ({"time_limits": {"whole": 601}}, "time_limits.whole"),
        ({"time_limits": {"connect": 0}}, "time_limits.connect"),
        ({"fallbacks": ["mdl_no"]}, "fallbacks.0"),
        ({"aliases": ["a b"]}, "aliases.0"),
        ({"aliases": ["x", "x"]}, "aliases.1"),
    ],
)
def test_a_bad_rule_names_its_field_and_changes_nothing(house: House, change: dict[str, Any], field: str) -> None:
    _, (model,) = provider(house, "P", "gpt-4o")
    assert answer(house.owner.patch(f"{MODELS}/{model['id']}", json=change), 422)["field"] == field
    assert answer(house.owner.get(f"{MODELS}/{model['id']}"), 200) == model


def test_names_and_aliases_are_unique_together(house: House) -> None:
    made, (first, second) = provider(house, "P", "gpt-4o", "gpt-4o-mini")
    one, other = (f"{MODELS}/{model['id']}" for model in (first, second))
    answer(house.owner.patch(one, json={"aliases": ["best"]}), 200)
    for url, change in ((other, {"aliases": ["best"]}), (other, {"name": "best"}), (one, {"aliases": ["gpt-4o-mini"]})):
        assert answer(house.owner.patch(url, json=change), 409)["code"] == "name_taken"
    taken = {"models": [{"vendor_model": "gpt-4.1", "name": "best"}]}
    assert answer(house.owner.post(f"{PROVIDERS}/{made}/models", json=taken), 409)["code"] == "name_taken"


def test_deployments_are_added_and_ordered(house: House, storage: Storage) -> None:
    _, (model,) = provider(house, "P", "gpt-4o")
    url = "https://bedrock-runtime.us-east-1.amazonaws.com"
    bedrock, _ = provider(house, "B", vendor="bedrock", base_url=url)
    one = f"{MODELS}/{model['id']}"
    given = {"provider_id": bedrock, "vendor_model": "anthropic.claude", "weight": 3}
    answer(house.owner.post(f"{one}/deployments", json=given), 201)
    assert answer(house.owner.post(f"{one}/deployments", json=given), 409)["code"] == "deployment_exists"
    more = answer(house.owner.post(f"{one}/deployments", json={**given, "region": "eu-west-1"}), 201)
    ids = [row["id"] for row in more["deployments"]]
    assert [row["priority"] for row in more["deployments"]] == [0, 1, 2]
    ordered = answer(house.owner.put(f"{one}/order", json={"steps": [[ids[2], ids[1]], [ids[0]]]}), 200)
    assert {row["id"]: row["priority"] for row in ordered["deployments"]} == {ids[2]: 0, ids[1]: 0, ids[0]: 1}
    assert answer(house.owner.put(f"{one}/order", json={"steps": [[ids[0]]]}), 422)["field"] == "steps"
    with storage.reading() as work:
        (published,) = inference_models(work)
    asked = {row.id: row.base_url for row in published.deployments}
    assert asked == {ids[0]: None, ids[1]: None, ids[2]: "https://bedrock-runtime.eu-west-1.amazonaws.com"}
    refused = house.owner.patch(f"{one}/deployments/{ids[0]}", json={"region": "eu-west-1"})
    assert answer(refused, 422)["field"] == "region"
    moved = house.owner.patch(f"{PROVIDERS}/{bedrock}", json={"base_url": "https://proxy.example", "api_key": "k"})
    assert answer(moved, 422)["field"] == "base_url"


def test_a_pool_of_keys(house: House, storage: Storage) -> None:
    made, (model,) = provider(house, "P", "gpt-4o")
    pool = f"{PROVIDERS}/{made}/keys"
    key = answer(house.owner.post(pool, json={"label": "second", "api_key": "sk-2"}), 201)
    assert answer(house.owner.post(pool, json={"label": "second", "api_key": "sk-3"}), 409)["code"] == "name_taken"
    assert [one["label"] for one in answer(house.viewer.get(pool), 200)["items"]] == ["main", "second"]
    assert answer(house.owner.patch(f"{pool}/{key['id']}", json={"label": "spare"}), 200)["label"] == "spare"
    assert answer(house.owner.patch(f"{pool}/main", json={"label": "x"}), 422)["field"] == "key_id"
    with storage.reading() as work:
        (published,) = inference_providers(work)
        assert [(one.label, work.vault.open(one.sealed_key)) for one in published.keys] == [("spare", "sk-2")]
    deployment = f"{MODELS}/{model['id']}/deployments/{model['deployments'][0]['id']}"
    used = answer(house.owner.patch(deployment, json={"key_id": key["id"]}), 200)["deployments"][0]
    assert (used["key_id"], used["key_label"]) == (key["id"], "spare")
    assert answer(house.owner.delete(f"{pool}/{key['id']}"), 409)["code"] == "key_in_use"
    elsewhere = house.owner.patch(f"{PROVIDERS}/{made}", json={"base_url": "https://else.example/v1", "api_key": "k"})
    assert answer(elsewhere, 422)["field"] == "base_url"
    answer(house.owner.patch(deployment, json={"key_id": None}), 200)
    answer(house.owner.delete(f"{pool}/{key['id']}"), 204)
    assert answer(house.owner.patch(deployment, json={"key_id": key["id"]}), 422)["field"] == "key_id"


def test_what_the_nodes_found_out_is_told(house: House, storage: Storage) -> None:
    made, _ = provider(house)
    with storage.writing() as work:
        now = work.clock.now()
        until = int(now.timestamp()) + 60
        rests = Resting(id="main", provider_id=made, code="vendor_auth_failed", until=until)
        over = rests.model_copy(update={"until": until - 100})
        other = rests.model_copy(update={"provider_id": "prv_other"})
        health = WorkerHealth(keys=(rests, over, other)).model_dump(mode="json")
        work.session.add(NodeRow(name="n1", started_at=now, last_seen_at=now, routing=[health]))
    told = answer(house.viewer.get(f"{PROVIDERS}/{made}/health"), 200)
    assert (told["nodes"], told["workers"], told["deployments"]) == (1, 1, [])
    assert [(one["node"], one["id"], one["code"]) for one in told["keys"]] == [("n1", "main", "vendor_auth_failed")]


def test_who_may_not(house: House) -> None:
    made, (model,) = provider(house, "P", "gpt-4o")
    pool = f"{PROVIDERS}/{made}/keys"
    key = answer(house.owner.post(pool, json={"label": "second", "api_key": "sk-2"}), 201)
    one = f"{MODELS}/{model['id']}"
    given = {"provider_id": made, "vendor_model": "gpt-4.1"}
    calls = [
        ("POST", f"{one}/deployments", given),
        ("PUT", f"{one}/order", {"steps": [[model["deployments"][0]["id"]]]}),
        ("POST", pool, {"label": "third", "api_key": "sk-3"}),
        ("PATCH", f"{pool}/{key['id']}", {"label": "x"}),
        ("DELETE", f"{pool}/{key['id']}", None),
    ]
    reads = [("GET", pool, None), ("GET", f"{PROVIDERS}/{made}/health", None)]
    for method, url, body in [*calls, *reads]:
        answer(house.nobody.request(method, url, json=body), 401)
        answer(house.stranger.request(method, url, json=body), 404)
    for method, url, body in calls:
        answer(house.viewer.request(method, url, json=body), 403)
