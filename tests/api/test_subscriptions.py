from collections.abc import Iterator

import pytest

from api.house import House, answer, open_house
from passgate.publishing.published_state import active_subscriptions
from passgate.storage.work import Storage

ROOT = "/api/v1/subscriptions"


@pytest.fixture
def house(storage: Storage) -> Iterator[House]:
    with open_house(storage) as house:
        yield house


@pytest.fixture
def service(house: House) -> str:
    """A published service of the red team."""
    return make_service(house, "/orders", publish=True)


def make_service(house: House, path: str, *, publish: bool) -> str:
    body = {"team_id": house.red, "name": "Orders", "base_path": path, "upstream_url": "http://localhost:9000"}
    return str(answer(house.owner.post("/api/v1/services", json={**body, "publish": publish}), 201)["id"])


def live(house: House) -> list[tuple[str, str]]:
    with house.storage.reading() as work:
        return [(pair.service_id, pair.application_id) for pair in active_subscriptions(work)]


def test_a_subscription_s_life(house: House, service: str) -> None:
    body = {"service_id": service, "application_id": house.blue_application}

    made = answer(house.stranger.post(ROOT, json=body), 201)
    assert (made["service_name"], made["application_name"], made["status"]) == ("Orders", "Blue app", "active")
    assert live(house) == [(service, house.blue_application)]
    assert house.published[-1]
    assert answer(house.stranger.post(ROOT, json=body), 409)["code"] == "already_subscribed"
    one = f"{ROOT}/{made['id']}"
    assert answer(house.owner.get(one), 200) == answer(house.stranger.get(one), 200) == made
    ended = answer(house.stranger.delete(one), 200)
    assert (ended["status"], live(house), house.published[-1]) == ("ended", [], True)
    assert answer(house.stranger.get(ROOT, params={"status": "ended"}), 200)["items"] == [ended]
    assert answer(house.stranger.get(ROOT, params={"status": "active"}), 200)["items"] == []


def test_the_service_s_owners_may_end_it(house: House, service: str) -> None:
    body = {"service_id": service, "application_id": house.blue_application}
    made = answer(house.stranger.post(ROOT, json=body), 201)

    assert answer(house.owner.delete(f"{ROOT}/{made['id']}"), 422)["code"] == "reason_needed"
    ended = answer(house.owner.delete(f"{ROOT}/{made['id']}", params={"reason": "It moved."}), 200)
    assert (ended["status"], ended["reason"]) == ("ended", "It moved.")

    assert live(house) == []


def test_lists_are_filtered_by_either_side(house: House, service: str) -> None:
    for client, application in ((house.stranger, house.blue_application), (house.owner, house.red_application)):
        answer(client.post(ROOT, json={"service_id": service, "application_id": application}), 201)

    assert len(answer(house.viewer.get(ROOT, params={"service_id": service}), 200)["items"]) == 2
    found = answer(house.viewer.get(ROOT, params={"application_id": house.red_application}), 200)["items"]
    assert [row["application_name"] for row in found] == ["Red app"]
    assert len(answer(house.stranger.get(ROOT), 200)["items"]) == 1
    assert answer(house.viewer.get(ROOT, params={"status": "x"}), 422)["field"] == "status"


def test_bad_input_names_its_field(house: House, service: str) -> None:
    body = {"service_id": service, "application_id": house.red_application}

    for field in body:
        refused = answer(house.owner.post(ROOT, json={name: body[name] for name in body if name != field}), 422)
        assert refused["field"] == field
    assert answer(house.owner.post(ROOT, json={**body, "plan": "free"}), 422)["field"] == "plan"
    assert live(house) == []


def test_who_may_not(house: House, service: str) -> None:
    own = {"service_id": service, "application_id": house.red_application}
    made = answer(house.owner.post(ROOT, json=own), 201)
    one = f"{ROOT}/{made['id']}"
    draft = make_service(house, "/draft", publish=False)

    answer(house.nobody.get(ROOT), 401)
    answer(house.nobody.get(one), 401)
    answer(house.nobody.post(ROOT, json=own), 401)
    answer(house.nobody.delete(one), 401)
    answer(house.viewer.post(ROOT, json=own), 403)
    answer(house.viewer.delete(one), 403)
    answer(house.stranger.post(ROOT, json=own), 404)
    answer(house.stranger.get(one), 404)
    answer(house.stranger.delete(one), 404)
    answer(house.stranger.post(ROOT, json={"service_id": draft, "application_id": house.blue_application}), 404)
    assert answer(house.viewer.get(one), 200) == made
    assert live(house) == [(service, house.red_application)]
