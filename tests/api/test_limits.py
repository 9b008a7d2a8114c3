from collections.abc import Iterator

import pytest

from api.house import House, answer, open_house
from passgate.publishing.limits.published_state import limit_rules
from passgate.storage.work import Storage

ROOT = "/api/v1/limits"


@pytest.fixture
def house(storage: Storage) -> Iterator[House]:
    with open_house(storage) as house:
        yield house


def wanted(house: House, **more: object) -> dict[str, object]:
    on = {"name": "Month", "scope": "application", "target": house.red_application}
    return on | {"measure": "money", "window": "month", "amount": 5_000_000} | more


def rules(house: House) -> list[tuple[str, int]]:
    with house.storage.reading() as work:
        return [(rule.target, rule.amount) for rule in limit_rules(work)]


def test_a_limit_from_making_to_lifting(house: House) -> None:
    made = answer(house.owner.post(ROOT, json=wanted(house)), 201)
    assert (made["target_name"], made["team_id"], house.published[-1]) == ("Red app", house.red, True)
    one = f"{ROOT}/{made['id']}"
    assert answer(house.viewer.get(one), 200) == made
    assert answer(house.viewer.get(ROOT, params={"scope": "application", "target": house.red_application}), 200)[
        "items"
    ] == [made]
    fill = answer(house.viewer.get(f"{one}/fill"), 200)
    assert (fill["spent_micro_dollars"], fill["counted"]) == (0, "by the ledger")
    assert answer(house.owner.patch(one, json={"amount": 7}), 200)["amount"] == 7
    assert rules(house) == [(house.red_application, 7)]
    assert house.owner.delete(one).status_code == 204
    assert rules(house) == []


def test_others_neither_see_nor_touch_it(house: House) -> None:
    one = f"{ROOT}/{answer(house.owner.post(ROOT, json=wanted(house)), 201)['id']}"
    for path in (one, f"{one}/fill"):
        assert (house.nobody.get(path).status_code, house.stranger.get(path).status_code) == (401, 404)
    assert answer(house.stranger.get(ROOT), 200)["items"] == []
    for client, status in ((house.nobody, 401), (house.viewer, 403), (house.stranger, 404)):
        assert client.patch(one, json={"amount": 0}).status_code == status
        assert client.delete(one).status_code == status
        assert client.post(ROOT, json=wanted(house)).status_code == status
    assert house.nobody.get(ROOT).status_code == 401


def test_a_limit_on_a_whole_team_is_not_the_teams_own_to_lift(house: House) -> None:
    on_team = wanted(house, scope="team", target=house.red)
    assert house.owner.post(ROOT, json=on_team).status_code == 403
    one = f"{ROOT}/{answer(house.admin.post(ROOT, json=on_team), 201)['id']}"
    assert house.owner.get(one).status_code == 200
    assert (house.owner.delete(one).status_code, house.owner.patch(one, json={"amount": 9}).status_code) == (403, 403)


@pytest.mark.parametrize(
    "wrong",
    [
        {"measure": "requests"},
        {"window": "minute"},
        {"amount": -1},
        {"scope": "planet"},
        {"name": ""},
        {"colour": "red"},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(house: House, wrong: dict[str, object]) -> None:
    assert house.owner.post(ROOT, json=wanted(house, **wrong)).status_code == 422
    assert rules(house) == []


def test_what_is_not_there_cannot_be_limited(house: House) -> None:
    for scope in ("application", "team", "user", "token", "model", "provider"):
        assert house.admin.post(ROOT, json=wanted(house, scope=scope, target="none")).status_code == 404
