"""Roles, scopes, sessions, deletion and the access check at the API."""

import pytest
from fastapi.testclient import TestClient

from api.house import URL, House, answer
from factories import PASSWORD
from passgate.kernel.session_cookie import SESSION_COOKIE

API = "/api/v1"


def user_id(house: House, name: str) -> str:
    items = answer(house.admin.get(f"{API}/users", params={"search": f"{name}@"}), 200)["items"]
    return str(items[0]["id"])


def test_a_custom_role_from_making_to_removing(house: House) -> None:
    body = {"team_id": house.red, "name": "Caller", "permissions": ["call:read"]}
    answer(house.viewer.post(f"{API}/roles", json=body), 403)
    answer(house.stranger.post(f"{API}/roles", json=body), 404)
    beyond = body | {"permissions": ["key:write"]}
    assert answer(house.owner.post(f"{API}/roles", json=beyond), 403)["code"] == "permission_beyond"
    role = answer(house.owner.post(f"{API}/roles", json=body), 201)
    viewer = user_id(house, "viewer")
    member = f"{API}/teams/{house.red}/members/{viewer}"
    assert answer(house.owner.put(member, json={"role": role["id"]}), 200)["role_name"] == "Caller"
    answer(house.viewer.get(f"{API}/applications"), 403)  # in force at the next call
    session = answer(house.viewer.get(f"{API}/session"), 200)["teams"][0]
    assert (session["role"], session["permissions"]) == (role["id"], ["call:read"])
    assert answer(house.owner.delete(f"{API}/roles/{role['id']}"), 409)["code"] == "role_in_use"
    wider = {"permissions": ["application:read"]}
    answer(house.owner.patch(f"{API}/roles/{role['id']}", json=wider), 200)
    answer(house.viewer.get(f"{API}/applications"), 200)
    answer(house.stranger.get(f"{API}/roles/{role['id']}"), 404)
    answer(house.owner.put(member, json={"role": "viewer"}), 200)
    answer(house.owner.delete(f"{API}/roles/{role['id']}"), 204)


def test_scopes_and_application_roles(house: House) -> None:
    scope = answer(house.owner.post(f"{API}/scopes", json={"team_id": house.red, "name": "orders:read"}), 201)
    token = {"name": "t", "application_id": house.blue_application, "scopes": ["orders:read"]}
    assert answer(house.stranger.post(f"{API}/tokens", json=token), 403)["code"] == "scope_not_granted"
    grant = f"{API}/scopes/{scope['id']}/applications/{house.blue_application}"
    answer(house.stranger.put(grant), 404)
    answer(house.owner.put(grant), 204)
    answer(house.stranger.post(f"{API}/tokens", json=token), 201)
    answer(house.owner.delete(grant), 204)
    answer(house.stranger.post(f"{API}/tokens", json=token), 403)
    roles = f"{API}/applications/{house.red_application}/roles"
    answer(house.owner.put(roles, json={"roles": ["billing"]}), 403)
    assert answer(house.admin.put(roles, json={"roles": ["billing"]}), 200)["roles"] == ["billing"]
    assert answer(house.owner.get(roles), 200)["roles"] == ["billing"]
    answer(house.stranger.get(roles), 404)
    answer(house.admin.put(roles, json={"roles": ["a b"]}), 422)


def test_sessions_are_listed_and_ended(house: House) -> None:
    house.nobody.post(f"{API}/session", json={"email": "owner@example.com", "password": PASSWORD})
    listed = answer(house.owner.get(f"{API}/sessions"), 200)["items"]
    assert [row["is_current"] for row in listed] == [False, True]
    answer(house.stranger.delete(f"{API}/sessions/{listed[0]['id']}"), 404)
    answer(house.stranger.get(f"{API}/sessions", params={"user_id": listed[0]["user_id"]}), 403)
    answer(house.owner.delete(f"{API}/sessions/{listed[0]['id']}"), 204)
    answer(house.nobody.get(f"{API}/session"), 401)
    house.nobody.post(f"{API}/session", json={"email": "owner@example.com", "password": PASSWORD})
    assert answer(house.owner.delete(f"{API}/sessions", params={"keep_current": True}), 200) == {"count": 1}
    answer(house.owner.get(f"{API}/session"), 200)
    answer(house.admin.delete(f"{API}/sessions", params={"user_id": listed[0]["user_id"]}), 200)
    answer(house.owner.get(f"{API}/session"), 401)


def test_the_cookie_is_renewed_after_an_hour(house: House) -> None:
    browser = house.nobody
    browser.post(f"{API}/session", json={"email": "owner@example.com", "password": PASSWORD})
    first = browser.cookies.get(SESSION_COOKIE, path="/api")
    house.storage.clock.advance(hours=1)
    cookie = browser.get(f"{API}/session").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert browser.cookies.get(SESSION_COOKIE, path="/api") != first
    assert "set-cookie" not in browser.get(f"{API}/session").headers
    house.storage.clock.advance(minutes=2)
    stolen = TestClient(browser.app, base_url=URL, cookies={SESSION_COOKIE: first})
    answer(stolen.get(f"{API}/session"), 401)
    answer(browser.get(f"{API}/session"), 200)


def test_users_and_teams_are_deleted(house: House) -> None:
    viewer = user_id(house, "viewer")
    answer(house.owner.delete(f"{API}/users/{viewer}"), 403)
    answer(house.admin.delete(f"{API}/users/{viewer}"), 204)
    answer(house.viewer.get(f"{API}/session"), 401)
    answer(house.admin.get(f"{API}/users/{viewer}"), 404)
    refused = answer(house.admin.delete(f"{API}/teams/{house.blue}"), 409)
    assert (refused["code"], "Blue app" in refused["detail"]) == ("still_owns", True)
    answer(house.admin.delete(f"{API}/applications/{house.blue_application}"), 200)
    answer(house.admin.delete(f"{API}/teams/{house.blue}"), 204)
    answer(house.admin.get(f"{API}/teams/{house.blue}"), 404)


@pytest.fixture
def service(house: House) -> str:
    body = {
        "team_id": house.red,
        "name": "Orders",
        "base_path": "/orders",
        "access": "subscription",
        "upstream_url": "http://orders.internal:9000",
        "publish": True,
    }
    return str(answer(house.owner.post(f"{API}/services", json=body), 201)["id"])


def asked(house: House, **question: object) -> tuple[bool, str | None, dict[str, bool]]:
    found = answer(house.owner.post(f"{API}/access/explain", json=question), 200)
    return found["allowed"], found["decided_by"], {rule["name"]: rule["passed"] for rule in found["rules"]}


def test_why_a_call_may_be_made_or_not(house: House, service: str) -> None:
    given = {"name": "t", "application_id": house.red_application, "lifetime_seconds": 3600}
    jti = answer(house.owner.post(f"{API}/tokens", json=given), 201)["jti"]
    allowed, decided_by, rules = asked(house, jti=jti, path="/orders/17?x=1")
    assert (allowed, decided_by, rules["subscription"], rules["revocation"]) == (False, "subscription", False, True)
    answer(
        house.owner.post(f"{API}/subscriptions", json={"service_id": service, "application_id": house.red_application}),
        201,
    )
    assert asked(house, jti=jti, path="/orders")[:2] == (True, None)
    assert asked(house, application_id=house.red_application, path="/orders/1")[:2] == (True, None)
    assert asked(house, jti=jti, path="/ordersmore")[:2] == (False, "path")
    assert asked(house, jti=jti, path="/api/v1/users")[1] == "path"
    assert asked(house, jti=jti, path="/v1/chat/completions", model="gpt-none")[1] == "model"
    answer(house.owner.post(f"{API}/tokens/{jti}/revoke", json={"reason": "lost"}), 200)
    assert asked(house, jti=jti, path="/orders")[1] == "revocation"
    house.storage.clock.advance(hours=2)
    _, _, rules = asked(house, jti=jti, path="/orders")
    assert (rules["expiry"], rules["revocation"]) == (False, False)
    answer(house.admin.patch(f"{API}/services/{service}", json={"access": "public"}), 200)
    assert asked(house, jti=jti, path="/orders")[:2] == (True, None)


def test_the_access_check_tells_nothing_of_others(house: House) -> None:
    explain = f"{API}/access/explain"
    answer(house.owner.post(explain, json={"application_id": house.blue_application, "path": "/x"}), 404)
    answer(house.owner.post(explain, json={"jti": "tok_none", "path": "/x"}), 404)
    answer(house.nobody.post(explain, json={"jti": "tok_none", "path": "/x"}), 401)
    both = {"application_id": house.red_application, "jti": "tok_none", "path": "/x"}
    assert answer(house.owner.post(explain, json=both), 422)["field"] == "jti"
    no_path = {"application_id": house.red_application, "path": "x"}
    assert answer(house.owner.post(explain, json=no_path), 422)["field"] == "path"
