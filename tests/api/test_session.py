"""Setting up, signing in and out."""

import pytest
from fastapi.testclient import TestClient

from api.house import URL, House, answer
from factories import ISSUER, PASSWORD, make_user
from passgate.api.app import create_api
from passgate.api.edge import Edge
from passgate.identity.models import BrowserSession
from passgate.identity.service.setup import new_setup_link
from passgate.kernel.session_cookie import SESSION_COOKIE, SESSION_PATHS
from passgate.publishing.base_path import checked_base_path
from passgate.storage.work import Storage

SESSION = "/api/v1/session"
OWNER = {"email": "owner@example.com", "password": PASSWORD}


@pytest.fixture
def client(storage: Storage) -> TestClient:
    """A door to an installation that nobody has set up."""
    return TestClient(create_api(Edge(storage, ISSUER, URL, secure_cookies=False)), base_url=URL)


def test_from_set_up_to_signed_in(client: TestClient, storage: Storage) -> None:
    assert answer(client.get("/api/v1/setup"), 200) == {"is_needed": True}
    with storage.writing() as work:
        secret = new_setup_link(work)
    first = {"email": "ada@example.com", "name": "Ada", "password": "correct horse battery"}
    refused = answer(client.post("/api/v1/setup", json=first | {"secret": "guess"}), 403)
    assert refused["code"] == "setup_link_invalid"
    user = answer(client.post("/api/v1/setup", json=first | {"secret": secret}), 201)
    assert user["is_admin"]
    assert answer(client.post("/api/v1/setup", json=first | {"secret": secret}), 409)["code"] == "already_set_up"
    assert answer(client.get("/api/v1/setup"), 200) == {"is_needed": False}
    answer(client.post(SESSION, json={"email": first["email"], "password": first["password"]}), 201)
    session = answer(client.get(SESSION), 200)
    assert session["user"]["id"] == user["id"]
    assert "key:write" in session["permissions"]
    assert [(member["team"]["name"], member["role"]) for member in session["teams"]] == [("Default", "owner")]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(house: House) -> None:
    cookie = house.nobody.post(SESSION, json=OWNER).headers["set-cookie"]
    assert cookie.startswith(f"{SESSION_COOKIE}=pgs_")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie


def test_the_cookie_goes_to_no_service(house: House) -> None:
    set_ = house.nobody.post(SESSION, json=OWNER).headers.get_list("set-cookie")
    kept = [one for one in set_ if one.startswith(f"{SESSION_COOKIE}=pgs_")]
    assert {part.strip() for one in kept for part in one.split(";") if "Path" in part} == {"Path=/api", "Path=/console"}
    assert {cookie.path for cookie in house.nobody.cookies.jar} == {"/api", "/console"}
    (former,) = [one for one in set_ if one not in kept]
    assert former.startswith(f'{SESSION_COOKIE}="";')
    assert "Path=/;" in former


def test_no_service_can_answer_where_the_cookie_goes() -> None:
    for path in SESSION_PATHS:
        with pytest.raises(ValueError, match="gate's own path"):
            checked_base_path(f"{path}/orders")


def test_over_https_the_cookie_is_secure_and_browsers_stay_there(storage: Storage) -> None:
    with storage.writing() as work:
        make_user(work, OWNER["email"])
    edge = Edge(storage, ISSUER, "https://gate.example", secure_cookies=True)
    signed_in = TestClient(create_api(edge), base_url="https://gate.example").post(SESSION, json=OWNER)
    assert "Secure" in signed_in.headers["set-cookie"]
    assert signed_in.headers["strict-transport-security"]


def test_signing_out_ends_the_session_for_every_holder_of_the_cookie(house: House) -> None:
    house.nobody.post(SESSION, json=OWNER)
    cookie = {SESSION_COOKIE: house.nobody.cookies.get(SESSION_COOKIE, path="/api")}
    left = house.nobody.delete(SESSION)
    assert left.status_code == 204
    assert 'passgate_session=""' in left.headers["set-cookie"]
    thief = TestClient(house.nobody.app, base_url=URL, cookies=cookie)
    answer(thief.get(SESSION), 401)
    assert house.nobody.delete(SESSION).status_code == 204


def test_wrong_passwords_are_refused_then_throttled(house: House) -> None:
    wrong = OWNER | {"password": "wrong"}
    for _ in range(10):
        assert answer(house.nobody.post(SESSION, json=wrong), 401)["code"] == "sign_in_failed"
    assert answer(house.nobody.post(SESSION, json=OWNER), 429)["code"] == "sign_in_throttled"


def test_a_made_up_address_does_not_escape_the_throttle(house: House) -> None:
    wrong = OWNER | {"password": "wrong"}
    for number in range(10):
        seen = {"x-forwarded-for": f"10.0.0.{number}, 192.0.2.7"}
        answer(house.nobody.post(SESSION, json=wrong, headers=seen), 401)
    seen = {"x-forwarded-for": "10.9.9.9, 192.0.2.7"}
    answer(house.nobody.post(SESSION, json=OWNER, headers=seen), 429)
    answer(house.nobody.post(SESSION, json=OWNER, headers={"x-forwarded-for": "192.0.2.8"}), 201)


def test_a_changed_password_signs_out_everywhere(house: House) -> None:
    house.nobody.post(SESSION, json=OWNER)
    change = {"current_password": PASSWORD, "new_password": "another long password"}
    assert house.nobody.put(f"{SESSION}/password", json=change).status_code == 204
    answer(house.nobody.get(SESSION), 401)
    answer(house.owner.get(SESSION), 401)
    answer(house.nobody.post(SESSION, json=OWNER | {"password": "another long password"}), 201)


def test_use_is_noted_at_most_once_a_minute(house: House, storage: Storage) -> None:
    house.nobody.post(SESSION, json=OWNER)
    for seconds in (0, 59, 1):
        storage.clock.advance(seconds=seconds)
        answer(house.nobody.get(SESSION), 200)
    with storage.reading() as work:
        seen = sorted(row.last_seen_at for row in work.session.query(BrowserSession))
    assert seen[-1] == storage.clock.now()


def test_a_password_is_in_no_answer(house: House) -> None:
    body = {"email": "owner@example.com", "password": "secret-" * 200}
    assert "secret-" not in house.nobody.post(SESSION, json=body).text
    body = {"email": "x@example.com", "name": "X", "password": "secret"}
    assert '"secret"' not in house.admin.post("/api/v1/users", json=body).text
