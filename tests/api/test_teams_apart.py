"""Nothing of a team's is seen by another: every GET route of the API, walked by an owner of another team."""

import re

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient

from api.house import House, answer

_OPEN = (
    "/api/v1/portal",
    "/api/docs",
    "/.well-known",
    "/oauth2",
    "/favicon.ico",
    "/api/v1/openapi.json",
    "/api/v1/declarations/schema",
)
"""What is meant for everybody; the portal has a test of its own."""
_ID = re.compile(r"\b[a-z]{2,8}_[0-9a-hjkmnp-tv-z]{26}\b")


def get_routes(client: TestClient) -> list[str]:
    """The paths of all GET routes."""
    return sorted(
        str(route.path)
        for route in iter_route_contexts(client.app.routes)  # type: ignore[attr-defined]
        if isinstance(route.original_route, APIRoute)
        and "GET" in (route.methods or ())
        and not str(route.path).startswith(_OPEN)
    )


@pytest.fixture
def belongings(house: House) -> set[str]:
    """Ids of things of the red team, which chose to show none of them to anybody."""
    service = answer(
        house.owner.post(
            "/api/v1/services",
            json={
                "team_id": house.red,
                "name": "Secret",
                "base_path": "/secret",
                "upstream_url": "http://secret.internal:9000",
                "visibility": "chosen",
                "publish": True,
            },
        ),
        201,
    )["id"]
    plan = answer(
        house.owner.post(
            "/api/v1/plans",
            json={"team_id": house.red, "name": "Secret plan", "service_ids": [service], "needs_approval": True},
        ),
        201,
    )["id"]
    subscription = answer(
        house.owner.post(
            "/api/v1/subscriptions",
            json={"service_id": service, "application_id": house.red_application, "plan_id": plan},
        ),
        201,
    )["id"]
    limit = answer(
        house.owner.post(
            "/api/v1/limits",
            json={
                "name": "Secret limit",
                "scope": "application",
                "target": house.red_application,
                "measure": "money",
                "window": "month",
                "amount": 5,
            },
        ),
        201,
    )["id"]
    token = answer(
        house.owner.post("/api/v1/tokens", json={"name": "Secret token", "application_id": house.red_application}), 201
    )["jti"]
    people = {row["id"] for row in answer(house.admin.get("/api/v1/users"), 200)["items"]}
    own = answer(house.stranger.get("/api/v1/session"), 200)["user"]["id"]
    return {service, plan, subscription, limit, token, house.red, house.red_application, *people} - {own}


def test_no_list_and_no_id_tells_of_another_team(house: House, belongings: set[str]) -> None:
    """Lists are read as they are; ids are put into every place of every path."""
    told: dict[str, set[str]] = {}
    for path in get_routes(house.stranger):
        places = re.findall(r"\{[^}]+\}", path)
        tried = [path] if not places else [re.sub(r"\{[^}]+\}", one, path) for one in sorted(belongings)]
        for address in tried:
            response = house.stranger.get(address)
            if places:
                assert response.status_code in {400, 403, 404, 405, 422}, f"{address}: {response.status_code}"
            else:
                found = belongings & set(_ID.findall(response.text))
                if found or "secret.internal" in response.text or "Secret" in response.text:
                    told[address] = found
    assert told == {}
