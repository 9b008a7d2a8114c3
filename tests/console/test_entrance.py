"""The routes in front of the console, over HTTP."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from console.realistic_data import EMAIL, PASSWORD, set_up
from passgate.console.edge import Console
from passgate.console.entrance.routes import Entrance
from passgate.console.entrance.submission import inner_path
from passgate.console.theme import Theme
from passgate.identity.schemas import TokenIssuer
from passgate.identity.service.setup import new_setup_link
from passgate.storage.engine import open_engine
from passgate.storage.work import Storage

HOST = "http://gate.example.com"


@pytest.fixture
def storage(sqlite_url: str, clock, ids, vault) -> Iterator[Storage]:  # noqa: ANN001 - shared fixtures
    engine = open_engine(sqlite_url)
    yield Storage(engine, clock, ids, vault)
    engine.dispose()


@pytest.fixture
def client(storage: Storage) -> Iterator[TestClient]:
    console = Console(storage, TokenIssuer(issuer=HOST, audience="passgate"), HOST)
    app = Starlette(routes=Entrance(console, Theme()).routes())
    with TestClient(app, base_url=HOST, follow_redirects=False) as client:
        yield client


def _post(client: TestClient, path: str, fields: dict[str, str], **headers: str):  # noqa: ANN202 - httpx's own
    content = urlencode(fields)
    return client.post(path, content=content, headers={"content-type": "application/x-www-form-urlencoded", **headers})


def _credentials(password: str = PASSWORD, target: str = "/console/calls") -> dict[str, str]:
    return {"email": EMAIL, "password": password, "next": target}


def test_before_the_set_up_the_sign_in_says_what_to_do(client: TestClient) -> None:
    assert "one-time set-up link" in client.get("/console/sign-in").text


def test_the_set_up_link_works_once(client: TestClient, storage: Storage) -> None:
    with storage.writing() as work:
        key = new_setup_link(work)
    assert "Create administrator" in client.get(f"/console/setup?key={key}").text
    fields = {"key": key, "name": "Ada", "email": EMAIL, "password": PASSWORD}
    answer = _post(client, "/console/setup", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    assert _post(client, "/console/setup", fields).status_code == 409
    assert client.get("/console/setup").headers["location"] == "/console/sign-in"


def test_a_wrong_set_up_link_is_refused_before_its_form(client: TestClient) -> None:
    answer = client.get("/console/setup?key=setup_nonsense")
    assert answer.status_code == 403
    assert "Create administrator" not in answer.text
    fields = {"key": "setup_nonsense", "name": "Eve", "email": EMAIL, "password": PASSWORD}
    assert _post(client, "/console/setup", fields).status_code == 403


def test_signing_in_and_out(client: TestClient, storage: Storage) -> None:
    set_up(storage)
    answer = _post(client, "/console/sign-in", _credentials())
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/calls")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=lax" in answer.headers["set-cookie"]
    assert _post(client, "/console/sign-out", {}).status_code == 303
    assert "passgate_session" not in client.cookies


def test_a_wrong_password_is_told_and_keeps_the_e_mail(client: TestClient, storage: Storage) -> None:
    set_up(storage)
    answer = _post(client, "/console/sign-in", _credentials("wrong"))
    assert answer.status_code == 401
    assert "The e-mail or the password is wrong." in answer.text
    assert f'value="{EMAIL}"' in answer.text
    assert "wrong&quot;" not in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
    ],
)
def test_forms_of_other_sites_are_refused(client: TestClient, storage: Storage, headers: dict[str, str]) -> None:
    set_up(storage)
    for path in ("/console/sign-in", "/console/setup", "/console/sign-out"):
        answer = _post(client, path, _credentials(), **headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_its_own_form_is_accepted_without_fetch_metadata(client: TestClient, storage: Storage) -> None:
    set_up(storage)
    assert _post(client, "/console/sign-in", _credentials(), origin=HOST).status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/console",
        "/consoleevil",
        "/console/\\evil",
        "javascript:alert(1)",
        "/console/../orders/page",
        "/console/%2E./orders/page",
        "/console/.\t./orders/page",
        "",
    ],
)
def test_after_signing_in_one_stays_in_the_console(target: str) -> None:
    assert inner_path(target) == "/console/"


def test_an_oversized_form_is_refused(client: TestClient) -> None:
    assert _post(client, "/console/sign-in", {"email": "x" * 20_000}).status_code == 422


def test_what_was_typed_is_escaped(client: TestClient, storage: Storage) -> None:
    set_up(storage)
    answer = _post(client, "/console/sign-in", {**_credentials("wrong"), "email": '"><script>alert(1)</script>'})
    assert "<script>alert" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
