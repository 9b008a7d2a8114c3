"""Users, teams, applications, tokens and keys through the API, by everyone at the door."""

from typing import Any

import pytest

from api.house import House, answer
from passgate.identity.models import Application, Membership, User
from passgate.storage.work import Storage

API = "/api/v1"


def issue(house: House, **changes: Any) -> dict[str, Any]:
    body = {"name": "ci", "application_id": house.red_application} | changes
    return answer(house.owner.post(f"{API}/tokens", json=body), 201)


def user_id_of(storage: Storage, email: str) -> str:
    with storage.reading() as work:
        return work.session.query(User).filter_by(email=email).one().id


# What each route answers: (method, path, body, owner of the team, viewer in the team, owner of another team).
_MATRIX = [
    ("GET", "teams/{red}", None, 200, 200, 404),
    ("PATCH", "teams/{red}", {"name": "Crimson"}, 200, 403, 404),
    ("POST", "teams", {"name": "Green"}, 403, 403, 403),
    ("GET", "teams/{red}/members", None, 200, 200, 404),
    ("PUT", "teams/{red}/members/{viewer_id}", {"role": "developer"}, 200, 403, 404),
    ("DELETE", "teams/{red}/members/{viewer_id}", None, 204, 403, 404),
    ("GET", "users", None, 200, 403, 200),
    ("GET", "users/{viewer_id}", None, 200, 403, 404),
    ("POST", "users", {"email": "n@example.com", "name": "N", "password": "x" * 12}, 403, 403, 403),
    ("PATCH", "users/{viewer_id}", {"name": "N"}, 403, 403, 403),
    ("GET", "applications/{app}", None, 200, 200, 404),
    ("POST", "applications", {"team_id": "{red}", "name": "New"}, 201, 403, 404),
    ("PATCH", "applications/{app}", {"name": "New"}, 200, 403, 404),
    ("POST", "applications/{app}/revoke-tokens", {}, 200, 403, 404),
    ("DELETE", "applications/{app}", None, 200, 403, 404),
    ("POST", "tokens", {"name": "n", "application_id": "{app}"}, 201, 403, 404),
    ("GET", "tokens/{jti}", None, 200, 200, 404),
    ("POST", "tokens/{jti}/revoke", {}, 200, 403, 404),
    ("GET", "keys", None, 403, 403, 403),
    ("POST", "keys/rotate", None, 403, 403, 403),
    ("POST", "keys/none/revoke", {}, 403, 403, 403),
    ("POST", "keys/import", {"key": "x"}, 403, 403, 403),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "by_owner", "by_viewer", "by_stranger"),
    _MATRIX,
    ids=[f"{method} {path}" for method, path, *_ in _MATRIX],
)
def test_who_may(
    house: House, method: str, path: str, body: Any, by_owner: int, by_viewer: int, by_stranger: int
) -> None:
    values = {
        "red": house.red,
        "app": house.red_application,
        "jti": issue(house)["jti"],
        "viewer_id": user_id_of(house.storage, "viewer@example.com"),
    }
    filled = {name: str(value).format(**values) for name, value in body.items()} if body is not None else None
    for client, status in ((house.viewer, by_viewer), (house.stranger, by_stranger), (house.owner, by_owner)):
        answer(client.request(method, f"{API}/{path.format(**values)}", json=filled), status)


def test_a_token_is_shown_once_and_may_not_be_cached(house: House) -> None:
    made = house.owner.post(f"{API}/tokens", json={"name": "ci", "application_id": house.red_application})
    issued = answer(made, 201)
    assert made.headers["cache-control"] == "no-store"
    assert issued["token"].count(".") == 2
    for path in (f"tokens/{issued['jti']}", "tokens"):
        assert issued["token"] not in house.owner.get(f"{API}/{path}").text
    assert answer(house.owner.get(f"{API}/tokens/{issued['jti']}"), 200)["status"] == "active"


def test_a_revocation_says_where_it_stands_in_the_list(house: House) -> None:
    first, second = issue(house), issue(house)
    revoked = [
        answer(house.owner.post(f"{API}/tokens/{token['jti']}/revoke", json={"reason": "leaked"}), 200)
        for token in (first, second)
    ]
    assert revoked == [{"count": 1, "seq": 1}, {"count": 1, "seq": 2}]
    row = answer(house.owner.get(f"{API}/tokens/{first['jti']}"), 200)
    assert (row["status"], row["revoked_reason"]) == ("revoked", "leaked")
    everything = f"{API}/applications/{house.red_application}/revoke-tokens"
    issue(house)
    assert answer(house.owner.post(everything, json={}), 200) == {"count": 1, "seq": 3}


def test_tokens_are_listed_by_application_status_and_page(house: House) -> None:
    made = [issue(house, name=f"t{number}")["jti"] for number in range(3)]
    answer(house.owner.post(f"{API}/tokens/{made[0]}/revoke", json={}), 200)
    query = {"application_id": house.red_application, "limit": 2}
    first = answer(house.viewer.get(f"{API}/tokens", params=query), 200)
    rest = answer(house.viewer.get(f"{API}/tokens", params=query | {"after": first["next_cursor"]}), 200)
    assert [row["jti"] for row in first["items"] + rest["items"]] == made[::-1]
    assert rest["next_cursor"] is None
    active = answer(house.viewer.get(f"{API}/tokens", params={"status": "revoked"}), 200)["items"]
    assert [row["jti"] for row in active] == [made[0]]
    assert answer(house.stranger.get(f"{API}/tokens"), 200)["items"] == []
    answer(house.viewer.get(f"{API}/tokens", params={"limit": 201}), 422)


def test_a_personal_token_calls_the_api_and_shows_when_it_was_used(house: House) -> None:
    personal = answer(house.owner.post(f"{API}/tokens", json={"kind": "personal", "name": "laptop"}), 201)
    headers = {"authorization": f"Bearer {personal['token']}"}
    teams = answer(house.nobody.get(f"{API}/teams", headers=headers), 200)["items"]
    assert [team["id"] for team in teams] == [house.red]
    assert answer(house.owner.get(f"{API}/tokens/{personal['jti']}"), 200)["last_used_at"] is not None
    answer(house.owner.post(f"{API}/tokens/{personal['jti']}/revoke", json={}), 200)
    refused = answer(house.nobody.get(f"{API}/teams", headers=headers), 401)
    assert refused["code"] == "token_revoked"


def test_an_application_token_does_not_open_the_management_api(house: House) -> None:
    headers = {"authorization": f"Bearer {issue(house)['token']}"}
    assert answer(house.nobody.get(f"{API}/teams", headers=headers), 401)["code"] == "token_audience_wrong"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a b", "Token x", "Bearer x.y.z"])
def test_a_broken_authorization_header_is_refused_even_beside_a_good_cookie(house: House, header: str) -> None:
    answer(house.owner.get(f"{API}/teams", headers={"authorization": header}), 401)


def test_users_are_made_changed_and_found(house: House) -> None:
    body = {"email": "New@example.com", "name": "New", "password": "long enough a password"}
    made = answer(house.admin.post(f"{API}/users", json=body), 201)
    assert "password" not in str(made)
    changed = answer(house.admin.patch(f"{API}/users/{made['id']}", json={"is_active": False}), 200)
    assert not changed["is_active"]
    found = answer(house.admin.get(f"{API}/users", params={"search": "NEW@"}), 200)["items"]
    assert found == [changed]
    assert answer(house.admin.post(f"{API}/users", json=body), 409)["code"] == "email_taken"


def test_a_member_of_a_new_team_sees_it(house: House) -> None:
    team = answer(house.admin.post(f"{API}/teams", json={"name": "Green"}), 201)
    viewer = user_id_of(house.storage, "viewer@example.com")
    assert answer(house.viewer.get(f"{API}/teams/{team['id']}"), 404)
    answer(house.admin.put(f"{API}/teams/{team['id']}/members/{viewer}", json={"role": "viewer"}), 200)
    assert answer(house.viewer.get(f"{API}/teams/{team['id']}"), 200) == team
    answer(house.admin.put(f"{API}/teams/{team['id']}/members/{viewer}", json={"role": "admin"}), 422)


def test_a_refusal_changes_nothing(house: House) -> None:
    body = {"name": "New", "models": ["a"], "nonsense": 1}
    refused = answer(house.owner.patch(f"{API}/applications/{house.red_application}", json=body), 422)
    assert (refused["field"], refused["errors"][0]["rule"]) == ("nonsense", "extra_forbidden")
    answer(house.owner.patch(f"{API}/applications/{house.red_application}", json={"name": "x\0"}), 422)
    with house.storage.reading() as work:
        assert work.session.get(Application, house.red_application).name == "Red app"
        assert work.session.query(Membership).count() == 3
