"""Plans, and what becomes of subscriptions, by the API."""

import pytest

from api.house import House, answer

PLANS = "/api/v1/plans"
SUBSCRIPTIONS = "/api/v1/subscriptions"


@pytest.fixture
def service(house: House) -> str:
    """A published service of the red team."""
    body = {"team_id": house.red, "name": "Orders", "base_path": "/orders", "upstream_url": "http://localhost:9000"}
    return str(answer(house.owner.post("/api/v1/services", json={**body, "publish": True}), 201)["id"])


@pytest.fixture
def plan(house: House, service: str) -> str:
    """A plan that needs approval."""
    body = {
        "team_id": house.red,
        "name": "Partner",
        "service_ids": [service],
        "rates": [{"calls": 100, "window": "minute"}],
        "needs_approval": True,
    }
    return str(answer(house.owner.post(PLANS, json=body), 201)["id"])


def test_a_plan_s_life(house: House, service: str, plan: str) -> None:
    one = f"{PLANS}/{plan}"
    shown = answer(house.viewer.get(one), 200)
    assert (shown["rates"], shown["service_ids"]) == ([{"calls": 100, "window": "minute"}], [service])
    assert answer(house.viewer.get(PLANS, params={"search": "part"}), 200)["items"] == [shown]
    assert [seen["id"] for seen in answer(house.stranger.get(f"/api/v1/services/{service}/plans"), 200)] == [plan]
    changed = answer(house.owner.patch(one, json={"budget": 5, "budget_window": "day"}), 200)
    assert (changed["budget"], changed["budget_window"]) == (5, "day")
    assert answer(house.owner.patch(one, json={"budget": None}), 200)["budget_window"] is None
    assert answer(house.owner.patch(one, json={"budget": 5}), 422)["field"] == "budget_window"
    assert answer(house.owner.patch(one, json={"price": 5}), 422)["field"] == "price"
    assert answer(house.owner.patch(one, json={"models": ["no-model"]}), 422)["field"] == "models"
    made = {"team_id": house.red, "name": "Bounded", "models": ["no-model"]}
    assert answer(house.owner.post(PLANS, json=made), 422)["field"] == "models"
    assert answer(house.owner.patch(one, json={"models": []}), 200)["models"] == []
    answer(house.owner.delete(one), 204)
    answer(house.owner.get(one), 404)


def test_who_may_not_touch_plans(house: House, service: str, plan: str) -> None:
    one, body = f"{PLANS}/{plan}", {"team_id": house.red, "name": "Mine", "service_ids": [service]}
    for client, status in ((house.nobody, 401), (house.viewer, 403), (house.stranger, 404)):
        answer(client.post(PLANS, json=body), status)
        answer(client.patch(one, json={"name": "Mine"}), status)
        answer(client.delete(one), status)
    answer(house.nobody.get(PLANS), 401)
    answer(house.nobody.get(one), 401)
    answer(house.stranger.get(one), 404)
    assert answer(house.stranger.get(PLANS), 200)["items"] == []


def test_a_request_is_decided(house: House, service: str, plan: str) -> None:
    body = {"service_id": service, "application_id": house.blue_application, "note": "For the shop."}
    assert answer(house.stranger.post(SUBSCRIPTIONS, json=body), 422)["code"] == "plan_needed"
    made = answer(house.stranger.post(SUBSCRIPTIONS, json={**body, "plan_id": plan}), 201)
    one = f"{SUBSCRIPTIONS}/{made['id']}"
    assert made["status"] == "requested"
    queue = answer(house.owner.get(SUBSCRIPTIONS, params={"side": "service", "undecided": True}), 200)["items"]
    assert queue == [made]
    assert answer(house.owner.get(SUBSCRIPTIONS, params={"side": "application"}), 200)["items"] == []
    steps = ("approve", "reject", "suspend", "resume")
    for step in steps:
        answer(house.nobody.post(f"{one}/{step}", json={"reason": "x"}), 401)
        answer(house.viewer.post(f"{one}/{step}", json={"reason": "x"}), 403)
    answer(house.stranger.post(f"{one}/approve", json={}), 403)
    agreed = answer(house.owner.post(f"{one}/approve", json={"expires_at": "2100-01-01T00:00:00Z"}), 200)
    assert (agreed["status"], agreed["expires_at"][:10]) == ("active", "2100-01-01")
    assert answer(house.owner.post(f"{one}/suspend", json={}), 422)["field"] == "reason"
    assert answer(house.owner.post(f"{one}/suspend", json={"reason": "Abuse."}), 200)["held_by"] == "service"
    answer(house.stranger.post(f"{one}/resume", json={}), 403)
    assert answer(house.owner.post(f"{one}/resume", json={}), 200)["status"] == "active"
    answer(house.stranger.put(f"{one}/expiry", json={"expires_at": None}), 403)
    assert answer(house.owner.put(f"{one}/expiry", json={"expires_at": None}), 200)["expires_at"] is None
    assert answer(house.stranger.put(f"{one}/plan", json={"plan_id": "plan_none"}), 422)["code"] == "plan_unavailable"
    kinds = [notice["kind"] for notice in answer(house.stranger.get("/api/v1/notices"), 200)["items"]]
    assert kinds == [f"subscription.{event}" for event in ("expiry", "resumed", "suspended", "approved")]


def test_a_third_team_knows_nothing_of_it(house: House, service: str, plan: str) -> None:
    body = {"service_id": service, "application_id": house.red_application, "plan_id": plan}
    made = answer(house.owner.post(SUBSCRIPTIONS, json=body), 201)
    one = f"{SUBSCRIPTIONS}/{made['id']}"
    assert made["status"] == "active"
    for step in ("approve", "reject", "suspend", "resume"):
        answer(house.stranger.post(f"{one}/{step}", json={"reason": "x"}), 404)
    answer(house.stranger.put(f"{one}/plan", json={"plan_id": plan}), 404)
    answer(house.stranger.put(f"{one}/expiry", json={"expires_at": None}), 404)


def test_notices_are_put_away(house: House, service: str, plan: str) -> None:
    body = {"service_id": service, "application_id": house.blue_application, "plan_id": plan}
    answer(house.stranger.post(SUBSCRIPTIONS, json=body), 201)
    notice = answer(house.owner.get("/api/v1/notices", params={"unread": True}), 200)["items"][0]
    one = f"/api/v1/notices/{notice['id']}/read"
    answer(house.nobody.get("/api/v1/notices"), 401)
    answer(house.nobody.get("/api/v1/notices/unread"), 401)
    counts = [answer(who.get("/api/v1/notices/unread"), 200)["count"] for who in (house.owner, house.viewer)]
    assert counts[0] == counts[1] > 0
    answer(house.nobody.post(one), 401)
    answer(house.viewer.post(one), 403)
    answer(house.stranger.post(one), 404)
    assert answer(house.owner.post(one), 200)["read_at"] is not None
    assert answer(house.owner.get("/api/v1/notices", params={"unread": True}), 200)["items"] == []
    assert answer(house.owner.get("/api/v1/notices/unread"), 200) == {"count": 0}
