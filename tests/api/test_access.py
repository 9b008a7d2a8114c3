"""What would this request meet, by the API: the rules in order, and nothing of others' services behind the gate."""

from typing import Any

import pytest

from api.house import House, answer

EXPLAIN = "/api/v1/access/explain"
SERVICES = "/api/v1/services"
POLICIES: list[dict[str, Any]] = [
    {"kind": "access", "who": "subscription", "claims": [{"claim": "tier", "values": ["gold"]}]},
    {"kind": "address", "allow": ["10.0.0.0/8"]},
    {"kind": "rate_limit", "calls": 5, "window": "minute"},
    {"kind": "body_size", "max_bytes": 10},
    {"kind": "request_headers", "set": {"x-tenant": "secret-tenant"}},
]


def explained(client: Any, status: int = 200, **asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = answer(client.post(EXPLAIN, json={"path": "/orders/1", **asked}), status)
    return found


def names(found: dict[str, Any]) -> list[str]:
    return [rule["name"] for rule in found["rules"]]


@pytest.fixture
def service(house: House) -> str:
    """Of red, visible to all teams, with policies."""
    service = {
        "team_id": house.red,
        "name": "Orders",
        "base_path": "/orders",
        "upstream_url": "http://behind.internal:9000",
        "visibility": "all_teams",
        "publish": True,
    }
    made = answer(house.owner.post(SERVICES, json=service), 201)
    answer(house.owner.patch(f"{SERVICES}/{made['id']}", json={"policies": POLICIES}), 200)
    return str(made["id"])


def _token(client: Any, application_id: str) -> str:
    given = {"name": "t", "application_id": application_id}
    return str(answer(client.post("/api/v1/tokens", json=given), 201)["jti"])


def test_all_rules_are_named_in_order_and_the_first_that_refuses(house: House, service: str) -> None:
    found = explained(house.owner, address="10.1.2.3", body_bytes=3)
    assert (found["allowed"], found["decided_by"], found["code"], found["status"]) == (
        False,
        "token",
        "token_missing",
        401,
    )
    found = explained(house.owner, application_id=house.red_application, address="192.0.2.1", body_bytes=11)
    assert (found["decided_by"], found["code"], found["version"]) == ("address", "address_refused", "v1")
    wanted = {"service_id": service, "application_id": house.red_application}
    answer(house.owner.post("/api/v1/subscriptions", json=wanted), 201)
    found = explained(house.owner, application_id=house.red_application, address="10.1.2.3", body_bytes=10)
    assert (found["allowed"], found["service_id"]) == (True, service)
    assert names(found) == [
        *("path", "version", "revision", "address", "application", "subscription", "claims"),
        *("body_size", "rate_limit", "request_headers", "upstream", "timeout"),
    ]
    outcomes = {rule["name"]: rule["outcome"] for rule in found["rules"]}
    assert (outcomes["claims"], outcomes["rate_limit"], outcomes["request_headers"]) == (
        "depends",
        "depends",
        "changes",
    )
    jti = _token(house.owner, house.red_application)
    found = explained(house.owner, jti=jti, address="10.1.2.3")
    assert (found["decided_by"], found["code"]) == ("claims", "claim_missing")
    assert "gold" in next(rule["text"] for rule in found["rules"] if rule["name"] == "claims")


def test_a_subscription_that_is_not_in_force_is_told_with_the_reason(house: House, service: str) -> None:
    answer(house.owner.patch(f"{SERVICES}/{service}", json={"policies": []}), 200)

    def told() -> tuple[str | None, str]:
        found = explained(house.owner, application_id=house.red_application)
        return found["code"], next(rule["text"] for rule in found["rules"] if rule["name"] == "subscription")

    assert told() == ("subscription_missing", "The application is not subscribed to Orders.")
    wanted = {"service_id": service, "application_id": house.red_application}
    one = f"/api/v1/subscriptions/{answer(house.owner.post('/api/v1/subscriptions', json=wanted), 201)['id']}"
    assert told() == (None, "The application's subscription to Orders is active.")
    answer(house.owner.post(f"{one}/suspend", json={"reason": "Unpaid."}), 200)
    assert told() == ("subscription_suspended", "The application's subscription to Orders is suspended: Unpaid.")
    answer(house.owner.delete(one, params={"reason": "Too loud."}), 200)
    assert told() == ("subscription_ended", "The application's subscription to Orders is ended: Too loud.")


def test_another_team_learns_what_it_meets_and_nothing_behind_it(house: House, service: str) -> None:
    found = explained(house.stranger, application_id=house.blue_application, address="10.1.2.3")
    assert found["decided_by"] == "subscription"
    assert not {"upstream", "request_headers"} & set(names(found))
    answer(house.owner.patch(f"{SERVICES}/{service}", json={"visibility": "chosen", "chosen_teams": []}), 200)
    found = explained(house.stranger, application_id=house.blue_application)
    assert (found["service_id"], found["code"]) == (None, "route_not_found")
    assert "Orders" not in str(found)


def test_who_may_ask_what(house: House, service: str) -> None:
    answer(house.nobody.post(EXPLAIN, json={"path": "/orders/1"}), 401)
    explained(house.stranger, 404, application_id=house.red_application)
    explained(house.stranger, 404, jti=_token(house.owner, house.red_application))
    both = explained(house.owner, 422, application_id=house.red_application, jti="tok_1")
    assert both["errors"][0]["field"] == "jti" if "errors" in both else both["field"] == "jti"
    for field, bad in (("path", "orders"), ("path", "/a%2fb"), ("address", "here")):
        assert field in str(explained(house.owner, 422, **{field: bad}))
    assert service


def test_a_cache_is_named_for_the_calls_that_it_answers(house: House, service: str) -> None:
    answer(house.admin.patch(f"{SERVICES}/{service}", json={"policies": [{"kind": "response_cache"}]}), 200)
    asked = {"application_id": house.red_application}
    found = explained(house.owner, **asked)
    (rule,) = (rule for rule in found["rules"] if rule["name"] == "response_cache")
    assert rule["text"].startswith("A fresh answer that was kept for this caller is given again")
    assert names(found).index("response_cache") < names(found).index("upstream")
    assert "response_cache" not in names(explained(house.owner, method="POST", **asked))
