"""Services offered as MCP tools, at the management API."""

import pytest

from api.house import House, answer, newest
from passgate.contracts.described_revision import unpacked
from publishing.openapi.documents import orders, text_of


@pytest.fixture
def service(house: House) -> str:
    made = answer(
        house.owner.post("/api/v1/openapi/documents", json={"team_id": house.red, "text": text_of(orders())}), 201
    )
    routes = [operation["route"] for operation in made["operations"]]
    said = {"document": made["digest"], "routes": routes, "mock": True}
    given = {"team_id": house.red, "name": "Shop", "base_path": "/shop", "definition": said, "publish": True}
    return str(answer(house.owner.post("/api/v1/services", json=given), 201)["id"])


def test_operations_are_offered_one_by_one(house: House, service: str) -> None:
    url = f"/api/v1/services/{service}/mcp"
    before = answer(house.owner.get(url), 200)
    assert [tool["offered"] for tool in before["tools"]] == [False, False, False]
    assert newest(house).tools == ()
    post = next(tool for tool in before["tools"] if tool["method"] == "POST")
    assert (post["name"], post["input_schema"]["required"], before["path"]) == ("order", ["body"], "/mcp/shop")
    after = answer(house.owner.put(url, json={"routes": [post["route"]]}), 200)
    assert [tool["route"] for tool in after["tools"] if tool["offered"]] == [post["route"]]
    (offer,) = newest(house).tools
    assert (offer.service_id, offer.prefix, offer.base_path, offer.subscribers) == (service, "shop", "/shop", ())
    assert b'"order"' in unpacked(offer.packed)
    assert offer.access[post["route"]].who == "subscription"
    assert answer(house.owner.put(url, json={"routes": ["nothing"]}), 422)["field"] == "routes"
    answer(house.owner.put(url, json={"routes": []}), 200)
    assert newest(house).tools == ()


def test_one_operation_is_offered_and_taken_back(house: House, service: str) -> None:
    url = f"/api/v1/services/{service}/mcp"
    route = answer(house.owner.get(url), 200)["tools"][0]["route"]
    after = answer(house.owner.put(f"{url}/tools/{route}", json={"offered": True}), 200)
    assert [tool["state"] for tool in after["tools"]] == ["offered", "new", "new"]
    after = answer(house.owner.put(f"{url}/tools/{route}", json={"offered": False}), 200)
    assert [tool["state"] for tool in after["tools"]] == ["new", "new", "new"]
    answer(house.owner.put(f"{url}/tools/nothing", json={"offered": True}), 404)
    pinned = {"offered": True, "digest": "0" * 64}
    assert answer(house.owner.put(f"{url}/tools/{route}", json=pinned), 422)["field"] == "digest"
    assert answer(house.owner.post(f"{url}/refresh"), 422)["field"] == "service_id"


def test_who_may_offer(house: House, service: str) -> None:
    url = f"/api/v1/services/{service}/mcp"
    answer(house.nobody.get(url), 401)
    answer(house.viewer.get(url), 200)
    answer(house.stranger.get(url), 404)
    for person, status in ((house.nobody, 401), (house.viewer, 403), (house.stranger, 404)):
        answer(person.put(url, json={"routes": []}), status)
        answer(person.put(f"{url}/tools/get_orders", json={"offered": False}), status)
        answer(person.post(f"{url}/refresh"), status)
