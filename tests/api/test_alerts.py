import pytest

from api.house import House, answer
from passgate.metering.alerts.models import Alert

ALERTS = "/api/v1/alerts"
HOOKS = "/api/v1/webhooks"


def alert(house: House, number: int, team: str | None) -> str:
    with house.storage.writing() as work:
        row = Alert(
            id=work.ids.new("alr"),
            key=f"k{number}",
            kind="budget",
            severity="warning",
            title="t",
            message="m",
            team_id=team,
            target_id="lim_1",
            created_at=work.clock.now(),
        )
        work.session.add(row)
        return row.id


def test_alerts_are_those_of_one_s_teams_and_are_acknowledged(house: House) -> None:
    red, _, everybody = (alert(house, number, team) for number, team in enumerate((house.red, house.blue, None)))
    assert [one["id"] for one in answer(house.viewer.get(ALERTS), 200)["items"]] == [red]
    assert answer(house.admin.get(f"{ALERTS}/unread"), 200) == {"count": 3}
    seen = answer(house.viewer.post(f"{ALERTS}/{red}/acknowledge"), 200)
    assert seen["acknowledged_at"] is not None
    assert answer(house.viewer.get(ALERTS, params={"unread": True}), 200)["items"] == []
    answer(house.stranger.post(f"{ALERTS}/{red}/acknowledge"), 404)
    answer(house.viewer.post(f"{ALERTS}/{everybody}/acknowledge"), 404)
    assert answer(house.admin.post(f"{ALERTS}/acknowledge"), 200) == {"count": 0}
    for path in (ALERTS, f"{ALERTS}/unread"):
        answer(house.nobody.get(path), 401)


def test_a_webhook_s_life(house: House) -> None:
    given = {"name": "On call", "url": "https://hooks.example.com/x", "team_id": house.red, "kinds": ["budget"]}
    made = answer(house.owner.post(HOOKS, json=given), 201)
    one = f"{HOOKS}/{made['id']}"
    assert made["secret"].startswith("whsec_")
    shown = answer(house.viewer.get(one), 200)
    assert "secret" not in shown
    assert answer(house.viewer.get(HOOKS), 200)["items"] == [shown]
    off = answer(house.owner.put(one, json={**given, "is_enabled": False}), 200)
    assert off["is_enabled"] is False
    assert answer(house.owner.post(f"{one}/secret"), 200)["secret"] != made["secret"]
    sent = answer(house.owner.post(f"{one}/test"), 200)
    assert answer(house.viewer.get(f"{one}/deliveries"), 200)["items"] == [sent]
    answer(house.owner.put(one, json={**given, "team_id": None}), 422)
    assert answer(house.owner.delete(one), 204) is None
    answer(house.owner.get(one), 404)


def test_who_may_do_what_with_webhooks(house: House) -> None:
    given = {"name": "On call", "url": "https://hooks.example.com/x", "team_id": house.red}
    one = f"{HOOKS}/{answer(house.owner.post(HOOKS, json=given), 201)['id']}"
    changes = (("PUT", one), ("DELETE", one), ("POST", f"{one}/test"), ("POST", f"{one}/secret"))
    for method, path in (("GET", one), ("GET", f"{one}/deliveries"), *changes):
        body = given if method == "PUT" else None
        answer(house.nobody.request(method, path, json=body), 401)
        answer(house.stranger.request(method, path, json=body), 404)
        if method != "GET":
            answer(house.viewer.request(method, path, json=body), 403)
    answer(house.owner.post(HOOKS, json={**given, "team_id": None}), 403)


@pytest.mark.parametrize("url", ["ftp://x", "https://", "https://u:p@x.example", "x", "https://x:99999999/"])
def test_an_address_is_one(house: House, url: str) -> None:
    assert answer(house.admin.post(HOOKS, json={"name": "n", "url": url}), 422)["field"] == "url"
