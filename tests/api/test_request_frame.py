"""What surrounds every request."""

import asyncio
import logging
from collections.abc import Iterator

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.types import Message, Receive, Scope, Send

from api.house import URL, House, answer
from factories import ISSUER
from passgate.api.app import create_api
from passgate.api.dependencies import public
from passgate.api.edge import Edge
from passgate.api.request_frame import RequestFrame
from passgate.kernel.errors import UnavailableError
from passgate.storage.work import Storage

SESSION = "/api/v1/session"


@pytest.fixture
def app(house: House) -> FastAPI:
    """The application with routes that fail."""
    app = house.nobody.app
    assert isinstance(app, FastAPI)
    router = APIRouter(dependencies=[public("a test")])

    @router.get("/api/v1/broken")
    def broken() -> None:
        raise RuntimeError("the password is hunter2")

    @router.get("/api/v1/unavailable")
    def unavailable() -> None:
        raise UnavailableError("The vault is closed.")

    app.include_router(router)
    return app


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=URL) as client:
        yield client


def test_a_request_keeps_its_id(client: TestClient) -> None:
    reply = client.get(SESSION, headers={"x-request-id": "2f0c-4b"})
    assert reply.headers["x-request-id"] == reply.json()["request_id"] == "2f0c-4b"


@pytest.mark.parametrize("given", ["", "two words", "x" * 129, "<script>"])
def test_an_unfit_id_is_replaced(client: TestClient, given: str) -> None:
    made = client.get(SESSION, headers={"x-request-id": given}).headers["x-request-id"]
    assert made.startswith("req_")


def test_the_unforeseen_is_logged_and_answered_without_its_text(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "passgate.api"):
        reply = client.get("/api/v1/broken", headers={"x-request-id": "r1"})
    refused = answer(reply, 500)
    assert (refused["code"], refused["request_id"]) == ("internal_error", "r1")
    assert "hunter2" not in reply.text
    assert "r1" in caplog.text
    assert "hunter2" in caplog.text


def test_a_failure_of_ours_keeps_its_code(client: TestClient) -> None:
    assert answer(client.get("/api/v1/unavailable"), 503)["code"] == "unavailable"


def test_unknown_paths_and_methods_are_problems_too(client: TestClient) -> None:
    assert answer(client.get("/api/v1/nothing"), 404)["code"] == "not_found"
    reply = client.put("/api/v1/teams")
    assert answer(reply, 405)["code"] == "method_not_allowed"
    assert reply.headers["allow"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [(b"{", 400, "body_not_json"), (b"[]", 422, "invalid_input"), (b"", 422, "invalid_input"), (b"\xff", 400, None)],
)
def test_a_body_that_is_none_is_refused(client: TestClient, body: bytes, status: int, code: str | None) -> None:
    refused = answer(client.post(SESSION, content=body, headers={"content-type": "application/json"}), status)
    assert code in {None, refused["code"]}


def test_several_fields_at_fault_are_all_named(house: House) -> None:
    refused = answer(house.admin.post("/api/v1/users", json={"email": "x", "name": "", "password": "y"}), 422)
    assert [error["field"] for error in refused["errors"]] == ["email", "name", "password"]


def test_a_body_beyond_the_limit_is_refused(house: House) -> None:
    refused = answer(house.admin.post("/api/v1/users", json={"name": "x" * 5_000_000}), 413)
    assert refused["code"] == "request_entity_too_large"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://gate.example:8081"},
    ],
)
def test_a_write_that_another_site_sends_is_refused(house: House, headers: dict[str, str]) -> None:
    refused = answer(house.owner.post("/api/v1/applications", json={}, headers=headers), 403)
    assert refused["code"] == "cross_site_request"
    answer(house.nobody.post(SESSION, json={}, headers=headers), 403)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "same-origin", "origin": URL},
        {"sec-fetch-site": "none"},
        {"origin": URL},
    ],
)
def test_a_write_of_our_own_pages_and_of_programs_passes(house: House, headers: dict[str, str]) -> None:
    body = {"team_id": house.red, "name": "New"}
    answer(house.owner.post("/api/v1/applications", json=body, headers=headers), 201)


def test_behind_a_proxy_that_renames_the_host_the_public_url_is_our_own(storage: Storage) -> None:
    app = create_api(Edge(storage, ISSUER, "https://gate.example", secure_cookies=True))
    with TestClient(app, base_url="http://control:9000") as client:
        answer(client.delete(SESSION, headers={"origin": "https://gate.example"}), 204)


def test_a_cross_site_write_with_a_token_is_no_forgery(house: House) -> None:
    personal = answer(house.owner.post("/api/v1/tokens", json={"kind": "personal", "name": "n"}), 201)["token"]
    headers = {"authorization": f"Bearer {personal}", "origin": "https://dashboards.example"}
    body = {"team_id": house.red, "name": "New"}
    answer(house.nobody.post("/api/v1/applications", json=body, headers=headers), 201)


def test_reading_across_sites_is_left_to_the_browsers_own_rules(house: House) -> None:
    answer(house.owner.get("/api/v1/teams", headers={"sec-fetch-site": "cross-site"}), 200)


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/.well-known/jwks.json", "/api/docs", SESSION])
def test_every_answer_has_the_headers_that_keep_browsers_safe(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_fails_is_a_503(house: House) -> None:
    with house.storage.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE browser_sessions RENAME TO gone")
    assert answer(house.owner.get("/api/v1/teams"), 503)["code"] == "database_unavailable"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_can_only_be_read_is_a_503(house: House) -> None:
    """A replica after a failover, or one that an operator set so: no fault of Passgate's, and no traceback."""
    with house.storage.engine.begin() as connection:
        name = connection.engine.url.database
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    house.storage.engine.dispose()
    answer(house.owner.get("/api/v1/teams"), 200)
    refused = answer(house.owner.post("/api/v1/applications", json={"team_id": house.red, "name": "New"}), 503)
    assert refused["code"] == "database_unavailable"
    assert "only be read" in refused["detail"]


@pytest.mark.parametrize("leaves", [True, False], ids=["left", "waits"])
def test_an_answer_that_nobody_waits_for_is_not_missed(
    house: House, caplog: pytest.LogCaptureFixture, *, leaves: bool
) -> None:
    """As NiceGUI does it: Starlette's middleware around a page that gives up when its client is gone."""
    sent: list[Message] = []
    coming = iter([{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}])

    async def receive() -> Message:
        return next(coming)

    async def send(message: Message) -> None:
        sent.append(message)

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, send
        while leaves and (await receive())["type"] != "http.disconnect":
            pass

    app = house.nobody.app
    assert isinstance(app, FastAPI)
    around = BaseHTTPMiddleware(page, dispatch=lambda request, call_next: call_next(request))
    scope: Scope = {"type": "http", "method": "GET", "path": "/console/", "headers": []}
    with caplog.at_level(logging.ERROR, "passgate.api"):
        asyncio.run(RequestFrame(around, app.state.edge)(scope, receive, send))
    assert [message["status"] for message in sent if "status" in message] == ([] if leaves else [500])
    assert ("No response returned." in caplog.text) is not leaves
