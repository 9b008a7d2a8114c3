"""From document to what workers get: imported, taken into a revision, published."""

import orjson
import pytest

from api.house import House, answer, newest
from passgate.contracts.described_revision import unpacked
from passgate.kernel.errors import InvalidInputError
from publishing.openapi.documents import orders, public, text_of


def published(house: House, text: str, **definition: object) -> str:
    """The id of a revision that has the document's routes."""
    made = answer(house.owner.post("/api/v1/openapi/documents", json={"team_id": house.red, "text": text}), 201)
    routes = [operation["route"] for operation in made["operations"]]
    said = {"document": made["digest"], "routes": routes, **definition}
    given = {"team_id": house.red, "name": "Shop", "base_path": "/shop", "definition": said, "publish": True}
    service = answer(house.owner.post("/api/v1/services", json=given), 201)
    (version,) = answer(house.owner.get(f"/api/v1/services/{service['id']}/versions"), 200)
    found = answer(house.owner.get(f"/api/v1/services/{service['id']}/versions/{version['id']}/revisions"), 200)
    return str(found["items"][0]["id"])


@pytest.mark.parametrize("path", ["3.0/yaml/petstore.yaml", "2.0/json/petstore.json", "3.1/json/train-travel.json"])
def test_public_documents_are_published_as_mocks(pytestconfig: pytest.Config, house: House, path: str) -> None:
    revision = published(house, public(pytestconfig, path), mock=True)
    described = newest(house).described
    assert [one.revision_id for one in described] == [revision]
    assert len(orjson.loads(unpacked(described[0].packed))["operations"]) in {7, 20}


def test_a_document_of_another_team_is_not_taken_into_use(house: House) -> None:
    given = {"team_id": house.blue, "text": text_of(orders())}
    digest = answer(house.stranger.post("/api/v1/openapi/documents", json=given), 201)["digest"]
    service = {"team_id": house.red, "name": "Shop", "base_path": "/shop", "definition": {"document": digest}}
    assert answer(house.owner.post("/api/v1/services", json=service), 404)["field"] == "document"


def test_workers_get_only_what_they_need(house: House) -> None:
    published(house, text_of(orders()), pools=[{"endpoints": [{"host": "orders.internal", "port": 80}]}])
    config = newest(house)
    assert (config.described, config.token_signing) == ((), None)


@pytest.mark.parametrize("audience", ["orders", "https://orders", "orders/"])
def test_a_gate_that_is_called_otherwise_now_publishes_no_token_for_itself(house: House, audience: str) -> None:
    policy = {"kind": "upstream_token", "audience": audience}
    published(
        house, text_of(orders()), pools=[{"endpoints": [{"host": "orders.internal", "port": 80}]}], policies=[policy]
    )
    with pytest.raises(InvalidInputError, match="gate's own audience") as refused:
        newest(house, "orders")
    assert refused.value.field == "policies.audience"


@pytest.mark.parametrize("name", ["x-passgate-claims", "host"])
def test_no_policy_sets_a_header_of_the_gate(house: House, name: str) -> None:
    given = {"team_id": house.red, "name": "Shop", "base_path": "/shop", "upstream_url": "http://orders.internal"}
    policy = {"kind": "upstream_token", "audience": "orders", "header": name}
    refused = answer(house.owner.post("/api/v1/services", json=given | {"policies": [policy]}), 422)
    assert refused["field"] == "policies.0.header"
