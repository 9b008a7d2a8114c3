"""The OpenAPI document and the page to read it on."""

import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import sync_playwright

from api.house import House

_CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def test_the_document_describes_what_there_is(house: House) -> None:
    document = house.nobody.get("/api/v1/openapi.json").json()
    assert document["info"]["title"] == "Passgate"
    issue = document["paths"]["/api/v1/tokens"]["post"]
    assert issue["operationId"] == "issue_token"
    assert issue["security"] == [{"HTTPBearer": []}, {"APIKeyCookie": []}]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description") or operation.get("summary"), (method, path)
            assert operation["tags"], (method, path)
            assert "application/problem+json" in operation["responses"]["422"]["content"]


def test_every_reference_in_the_document_leads_somewhere(house: House) -> None:
    reply = house.nobody.get("/api/v1/openapi.json")
    known = set(reply.json()["components"]["schemas"])
    assert set(re.findall(r'"#/components/schemas/([^"]+)"', reply.text)) <= known


def test_operation_ids_are_unique(house: House) -> None:
    document = house.nobody.get("/api/v1/openapi.json").json()
    ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert sorted(ids) == sorted(set(ids))


def test_the_page_asks_for_nothing_from_elsewhere(house: House) -> None:
    page = house.nobody.get("/api/docs").text
    assets = re.findall(r'(?:src|href)="(?!data:)([^"]+)"', page)
    assert len(assets) >= 5
    for asset in assets:
        assert asset.startswith("/api/")
        assert house.nobody.get(asset).status_code == 200
    assert house.nobody.get("/api/docs/assets/docs.html").status_code == 404
    assert house.nobody.get("/api/docs/assets/..%2fapp.py").status_code == 404


def test_a_browser_finds_the_mark_where_it_looks_unasked(house: House) -> None:
    reply = house.nobody.get("/favicon.ico")
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("image/svg+xml")
    assert reply.text.startswith("<svg")


@pytest.fixture
def served(house: House) -> Iterator[str]:
    """The API on a port of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(house.nobody.app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the page is the same on both
@pytest.mark.skipif(_CHROMIUM is None, reason="no Chromium here")
def test_the_page_works_in_a_browser_that_reaches_nothing_else(served: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        asked: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.goto(f"{served}/api/docs")
        page.locator('[data-path="/api/v1/tokens/{jti}/revoke"]').wait_for()
        browser.close()
    assert [url for url in asked if not url.startswith((served, "data:"))] == []
    assert complaints == []
