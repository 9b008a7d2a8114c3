from collections.abc import Iterator
from typing import Any

import pytest

from api.house import House, answer, open_house
from passgate.publishing.published_state import published_services
from passgate.storage.work import Storage

ROOT = "/api/v1/services"


@pytest.fixture
def house(storage: Storage) -> Iterator[House]:
    with open_house(storage) as house:
        yield house


def given(house: House, **fields: object) -> dict[str, Any]:
    service = {"name": "Orders", "base_path": "/orders", "upstream_url": "http://localhost:9000"}
    return {"team_id": house.red, **service, **fields}


def routes(house: House) -> list[str]:
    with house.storage.reading() as work:
        return [service.base_path for service in published_services(work) if service.versions[0].revisions]


def test_a_service_s_life(house: House) -> None:
    draft = answer(house.owner.post(ROOT, json=given(house)), 201)
    one = f"{ROOT}/{draft['id']}"
    assert (draft["status"], draft["access"], routes(house)) == ("draft", "subscription", [])

    published = answer(house.owner.post(f"{one}/publish"), 200)
    assert (published["status"], house.published[-1], routes(house)) == ("published", True, ["/orders"])
    moved = answer(house.owner.patch(one, json={"base_path": "/sales", "access": "public"}), 200)
    assert (moved["base_path"], moved["access"], routes(house)) == ("/sales", "public", ["/sales"])
    assert answer(house.viewer.get(one), 200) == moved
    assert answer(house.owner.delete(one), 409)["code"] == "wrong_status"
    assert answer(house.owner.post(f"{one}/retire"), 200)["status"] == "retired"
    assert routes(house) == []
    assert answer(house.owner.delete(one), 204) is None
    answer(house.owner.get(one), 404)


def test_created_and_published_at_once(house: House) -> None:
    assert answer(house.owner.post(ROOT, json=given(house, publish=True)), 201)["status"] == "published"
    assert routes(house) == ["/orders"]


def test_a_draft_cannot_be_retired(house: House) -> None:
    draft = answer(house.owner.post(ROOT, json=given(house)), 201)

    assert answer(house.owner.post(f"{ROOT}/{draft['id']}/retire"), 409)["code"] == "wrong_status"


def test_lists_are_searched_filtered_and_paged(house: House) -> None:
    for number in range(3):
        body = given(house, base_path=f"/s{number}", name=f"S {number}", publish=number == 1)
        answer(house.owner.post(ROOT, json=body), 201)

    page = answer(house.viewer.get(ROOT, params={"limit": 2}), 200)
    rest = answer(house.viewer.get(ROOT, params={"limit": 2, "after": page["next_cursor"]}), 200)
    assert {row["base_path"] for row in [*page["items"], *rest["items"]]} == {"/s0", "/s1", "/s2"}
    assert [row["name"] for row in answer(house.viewer.get(ROOT, params={"search": "s 2"}), 200)["items"]] == ["S 2"]
    found = answer(house.viewer.get(ROOT, params={"status": "published"}), 200)["items"]
    assert [row["name"] for row in found] == ["S 1"]
    assert answer(house.viewer.get(ROOT, params={"status": "gone"}), 422)["field"] == "status"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"base_path": "/v1/chat"}, "base_path"),
        ({"base_path": "/Orders"}, "base_path"),
        ({"base_path": "orders"}, "base_path"),
        ({"upstream_url": "http://localhost:9000?x=1"}, "upstream_url"),
        ({"upstream_url": "http://u:p@localhost"}, "upstream_url"),
        ({"upstream_url": "localhost"}, "upstream_url"),
        ({"host_header": "a b"}, "host_header"),
        ({"access": "all"}, "access"),
        ({"timeout_ms": 3_600_001}, "timeout_ms"),
        ({"connect_timeout_ms": 1}, "connect_timeout_ms"),
        ({"description": "a\u0000b"}, "description"),
        ({"team_id": 7}, "team_id"),
        ({"status": "published"}, "status"),
    ],
)
def test_bad_input_names_its_field_and_changes_nothing(house: House, fields: dict[str, object], field: str) -> None:
    assert answer(house.owner.post(ROOT, json=given(house, **fields)), 422)["field"] == field
    service = answer(house.owner.post(ROOT, json=given(house)), 201)
    if field in {"team_id", "status"}:
        return
    assert answer(house.owner.patch(f"{ROOT}/{service['id']}", json=fields), 422)["field"] == field
    assert answer(house.owner.get(f"{ROOT}/{service['id']}"), 200) == service


def test_base_paths_of_others_are_kept_apart(house: House) -> None:
    answer(house.owner.post(ROOT, json=given(house, base_path="/shop")), 201)

    for path in ("/shop", "/shop/new"):
        refused = answer(house.stranger.post(ROOT, json=given(house, team_id=house.blue, base_path=path)), 409)
        assert (refused["code"], refused["field"]) == ("base_path_taken", "base_path")
    assert (
        answer(house.admin.post(ROOT, json=given(house, team_id="team_none", base_path="/x")), 404)["field"]
        == "team_id"
    )


def test_who_may_not(house: House) -> None:
    service = answer(house.owner.post(ROOT, json=given(house)), 201)
    one = f"{ROOT}/{service['id']}"

    writes = [
        ("POST", ROOT, given(house, base_path="/new")),
        ("PATCH", one, {"name": "New"}),
        ("POST", f"{one}/publish", None),
        ("POST", f"{one}/retire", None),
        ("DELETE", one, None),
    ]
    for method, url, body in writes:
        answer(house.nobody.request(method, url, json=body), 401)
        answer(house.viewer.request(method, url, json=body), 403)
        answer(house.stranger.request(method, url, json=body), 404)
    answer(house.nobody.get(ROOT), 401)
    answer(house.nobody.get(one), 401)
    answer(house.stranger.get(one), 404)
    assert answer(house.stranger.get(ROOT), 200)["items"] == []


def test_another_team_sees_a_published_service_without_its_upstream(house: House) -> None:
    service = answer(house.owner.post(ROOT, json=given(house, publish=True, host_header="secret.example")), 201)

    response = house.stranger.get(f"{ROOT}/{service['id']}")

    assert answer(response, 200)["upstream_url"] is None
    assert "localhost:9000" not in response.text
    assert "secret.example" not in response.text
    assert len(answer(house.stranger.get(ROOT), 200)["items"]) == 1
