"""Every route of the application declares who may take it, and means it."""

import re
from collections.abc import Iterator

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from fastapi.testclient import TestClient

from api.house import House
from factories import ISSUER
from passgate.api.app import create_api
from passgate.api.dependencies import Needs, Public, SignedIn, needs
from passgate.api.edge import Edge
from passgate.kernel.clock import SystemClock
from passgate.kernel.ids import IdFactory
from passgate.kernel.permissions import Permission
from passgate.kernel.sealing import Vault
from passgate.storage.engine import open_engine
from passgate.storage.work import Storage

_OPEN_TO_ALL = {
    ("GET", "/api/v1/declarations/schema"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/.well-known/oauth-authorization-server"),
    ("GET", "/.well-known/oauth-protected-resource"),
    ("GET", "/.well-known/oauth-protected-resource/mcp"),
    ("GET", "/.well-known/oauth-protected-resource/mcp/{path:path}"),
    ("GET", "/.well-known/openid-configuration"),
    ("GET", "/oauth2/authorize"),
    ("POST", "/oauth2/authorize"),
    ("GET", "/oauth2/device"),
    ("GET", "/oauth2/logout"),
    ("POST", "/oauth2/logout"),
    ("POST", "/oauth2/token"),
    ("POST", "/oauth2/device_authorization"),
    ("POST", "/oauth2/introspect"),
    ("POST", "/oauth2/revoke"),
    ("POST", "/oauth2/register"),
    ("GET", "/oauth2/userinfo"),
    ("POST", "/oauth2/userinfo"),
    ("OPTIONS", "/oauth2/{endpoint}"),
    ("GET", "/api/v1/portal/facets"),
    ("GET", "/api/v1/portal/services"),
    ("GET", "/api/v1/portal/services/{service_id}"),
    ("GET", "/api/v1/portal/services/{service_id}/openapi.json"),
    ("GET", "/api/v1/portal/services/{service_id}/docs"),
    ("GET", "/api/docs"),
    ("GET", "/api/docs/assets/{name}"),
    ("GET", "/favicon.ico"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/setup"),
    ("GET", "/oauth2/revocations"),
    ("POST", "/api/v1/tokens/narrow"),
    ("POST", "/api/v1/setup"),
    ("POST", "/api/v1/session"),
    ("DELETE", "/api/v1/session"),
}
"""Routes without a credential; a new one belongs here only after some thought."""


def application() -> FastAPI:
    """The whole application; no route is called, so no database is needed."""
    clock = SystemClock()
    storage = Storage(open_engine("sqlite://"), clock, IdFactory(clock), Vault.of(bytes(32)))
    return create_api(Edge(storage, ISSUER, "http://gate.example", secure_cookies=False))


def rules_of(route: RouteContext) -> list[Needs | SignedIn | Public]:
    asked = [each.dependency for each in route.dependencies]
    return [rule for rule in asked if isinstance(rule, Needs | SignedIn | Public)]


def undeclared(app: FastAPI) -> Iterator[str]:
    for route in iter_route_contexts(app.routes):
        if not isinstance(route.original_route, APIRoute) or len(rules_of(route)) != 1:
            yield f"{sorted(route.methods or ())} {route.path}"


def test_every_route_declares_one_rule() -> None:
    assert list(undeclared(application())) == []


def test_a_route_without_a_rule_or_with_two_is_found() -> None:
    app, router = application(), APIRouter(prefix="/api/v1")
    router.add_api_route("/open", lambda: None)
    router.add_api_route(
        "/double", lambda: None, dependencies=[needs(Permission.TEAM_READ), needs(Permission.KEY_READ)]
    )
    app.include_router(router)
    app.add_route("/raw", lambda _request: None)
    assert list(undeclared(app)) == ["['GET'] /api/v1/open", "['GET'] /api/v1/double", "['GET', 'HEAD'] /raw"]


def test_the_public_routes_are_those_and_no_others() -> None:
    found = {
        (method, route.path)
        for route in iter_route_contexts(application().routes)
        for method in route.methods or ()
        if any(isinstance(rule, Public) for rule in rules_of(route))
    }
    assert found == _OPEN_TO_ALL


def guarded_routes() -> list[tuple[str, str]]:
    return sorted(
        (method, re.sub(r"\{[^}]+\}", "none", str(route.path)))
        for route in iter_route_contexts(application().routes)
        for method in route.methods or ()
        if not any(isinstance(rule, Public) for rule in rules_of(route))
    )


@pytest.fixture(scope="module")
def bare_client() -> TestClient:
    """No database is behind it: who is nobody is refused before one is asked."""
    return TestClient(application())


@pytest.mark.parametrize(("method", "path"), guarded_routes())
def test_nobody_gets_in_without_a_credential(bare_client: TestClient, method: str, path: str) -> None:
    answer = bare_client.request(method, path, json={})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_user_of_no_team_gets_nothing_but_the_own_session(house: House) -> None:
    house.admin.post("/api/v1/users", json={"email": "new@example.com", "name": "New", "password": "x" * 12})
    house.nobody.post("/api/v1/session", json={"email": "new@example.com", "password": "x" * 12})
    answers = {
        (method, path): house.nobody.request(method, path, json={}).status_code
        for method, path in guarded_routes()
        if not path.startswith(("/api/v1/session", "/api/v1/consents"))
    }
    assert {route: status for route, status in answers.items() if status not in {403, 422}} == {}
    reading = {path: status for (method, path), status in answers.items() if method == "GET"}
    assert set(reading.values()) == {403}
    assert house.nobody.get("/api/v1/session").json()["teams"] == []


@pytest.mark.parametrize("path", ["teams/%00", "applications/%00", "tokens/%00", "users/%00", "users?search=%00"])
def test_letters_that_a_database_cannot_hold_are_refused_or_not_found(house: House, path: str) -> None:
    assert house.admin.get(f"/api/v1/{path}").status_code in {200, 404, 422}
