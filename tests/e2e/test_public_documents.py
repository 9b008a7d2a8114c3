"""OpenAPI documents of others (npm, @readme/oas-examples): imported, published, mocked, validated and routed."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from e2e.running import Administrator
from local_site import SiteHandler, local_site
from publishing.openapi.documents import public

DOCUMENTS = (
    ("3.0/yaml/petstore.yaml", "/store/inventory", "/pet", {"name": 5}),
    ("2.0/json/petstore.json", "/store/inventory", "/pet", {"name": 5}),
    ("3.1/json/train-travel.json", "/stations", "/bookings", {"trip_id": 5}),
)
"""Each with something to get, and something that is no request to post."""


class _Upstream(SiteHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("x-seen", self.path)
        self.send_header("content-length", "0")
        self.end_headers()


@pytest.fixture
def upstream() -> Iterator[int]:
    with local_site(_Upstream) as port:
        yield port


def _published(ada: Administrator, number: int, text: str) -> tuple[str, dict[str, Any]]:
    """The service's path, and what its first revision says."""
    kept = ada.post("/openapi/documents", {"team_id": ada.team_id, "text": text})
    definition = {
        "document": kept["digest"],
        "routes": [one["route"] for one in kept["operations"]],
        "mock": True,
        "policies": [{"kind": "access", "who": "public"}, {"kind": "validation"}],
    }
    named = {"name": f"Public {number}", "base_path": f"/public-{number}", "definition": definition}
    made = ada.post("/services", {"team_id": ada.team_id, "publish": True, **named})
    return f"/services/{made['id']}", definition


def test_public_documents_are_published_mocked_validated_and_routed(
    pytestconfig: pytest.Config, ada: Administrator, upstream: int
) -> None:
    texts = [public(pytestconfig, path) for path, *_ in DOCUMENTS]
    made = [_published(ada, number, text) for number, text in enumerate(texts)]
    ada.in_force()
    for number, (_, wanted, posted, wrong) in enumerate(DOCUMENTS):
        url = f"{ada.passgate.url}/public-{number}"
        mocked = httpx.get(f"{url}{wanted}")
        assert (mocked.status_code, mocked.headers["content-type"]) == (200, "application/json"), mocked.text
        refused = httpx.post(f"{url}{posted}", json=wrong)
        assert (refused.status_code, refused.json()["code"]) == (400, "request_invalid"), refused.text
        assert httpx.get(f"{url}/nowhere").status_code == 404
        assert httpx.put(f"{url}{wanted}").status_code == 405
    for one, definition in made:
        pools = [{"endpoints": [{"host": "127.0.0.1", "port": upstream}]}]
        given = {"definition": {**definition, "mock": False, "pools": pools}}
        revision = ada.post(f"{one}/versions/v1/revisions", given)
        ada.post(f"{one}/revisions/{revision['id']}/publish")
    ada.in_force()
    for number, (_, wanted, posted, wrong) in enumerate(DOCUMENTS):
        url = f"{ada.passgate.url}/public-{number}"
        assert httpx.get(f"{url}{wanted}").headers["x-seen"] == wanted
        assert httpx.post(f"{url}{posted}", json=wrong).status_code == 400
    _require_refusal(ada, texts[0])


def _require_refusal(ada: Administrator, text: str) -> None:
    """A broken document is refused with the place, and nothing is made of what comes with it."""
    broken = text.replace("#/components/schemas/Pet'", "#/components/schemas/Pit'").replace('/Pet"', '/Pit"')
    assert broken != text
    before = [ada.get(path)["items"] for path in ("/services", "/applications")]
    refused = ada.request("POST", "/openapi/documents", {"team_id": ada.team_id, "text": broken}, expect=422)
    assert "Pit" in refused["detail"]
    team = ada.get("/teams")["items"][0]["name"]
    service = {"kind": "Service", "team": team, "name": "Broken", "base_path": "/broken"}
    service |= {"versions": [{"name": "v1", "mock": True, "document": {"text": broken}}]}
    documents = [{"content": {"kind": "Application", "team": team, "name": "New"}}, {"content": service}]
    applied = ada.request("POST", "/declarations/apply", {"documents": documents}, expect=422)
    assert "versions.v1.document: " in applied["detail"]
    assert [ada.get(path)["items"] for path in ("/services", "/applications")] == before
