from collections.abc import Iterator

import pytest

from api.house import House, answer
from local_site import SiteHandler, local_site
from passgate.kernel.fetching import Fetching, FetchRefusedError
from passgate.publishing.openapi.models import OpenApiDocument
from passgate.publishing.openapi.reading import read_document
from publishing.openapi.documents import orders, text_of

ROOT = "/api/v1/openapi"
DOCUMENTS = f"{ROOT}/documents"


def stored(house: House) -> int:
    with house.storage.reading() as work:
        return work.session.query(OpenApiDocument).count()


def test_a_document_is_kept_once_and_given_out_in_both_syntaxes(house: House) -> None:
    given = {"team_id": house.red, "text": text_of(orders())}
    made = answer(house.owner.post(DOCUMENTS, json=given), 201)
    assert [one["route"]["id"] for one in made["operations"]] == ["get_orders", "post_orders", "get_orders_id"]
    assert answer(house.owner.post(DOCUMENTS, json=given), 201) == made
    answer(house.stranger.post(DOCUMENTS, json=given | {"team_id": house.blue}), 201)
    assert (stored(house), any(house.published)) == (1, False)
    one = f"{DOCUMENTS}/{made['digest']}"
    assert answer(house.viewer.get(one), 200) == made
    plain = house.viewer.get(f"{one}/text")
    assert (plain.text, plain.headers["content-type"]) == (text_of(orders()), "application/json")
    yaml = house.viewer.get(f"{one}/text", params={"syntax": "yaml"})
    assert (read_document(yaml.text), yaml.headers["content-type"]) == (orders(), "application/yaml")


def test_others_neither_keep_nor_read(house: House) -> None:
    given = {"team_id": house.red, "text": text_of(orders())}
    for client, status in ((house.nobody, 401), (house.viewer, 403), (house.stranger, 404)):
        assert client.post(DOCUMENTS, json=given).status_code == status
    one = f"{DOCUMENTS}/{answer(house.owner.post(DOCUMENTS, json=given), 201)['digest']}"
    for path in (one, f"{one}/text"):
        assert (house.nobody.get(path).status_code, house.stranger.get(path).status_code) == (401, 404)
    assert house.admin.get(one).status_code == 200
    assert house.nobody.post(f"{ROOT}/check", json={"text": ""}).status_code == 401
    assert house.viewer.post(f"{ROOT}/check", json={"text": ""}).status_code == 403


def test_a_broken_document_is_refused_with_places_and_nothing_is_kept(house: House) -> None:
    text = "openapi: 3.1.0\ninfo: {version: '1'}\npaths:\n  /a: {get: {responses: 7}}\n"
    refused = answer(house.owner.post(DOCUMENTS, json={"team_id": house.red, "text": text}), 422)
    assert (refused["code"], refused["field"]) == ("document_refused", "text")
    assert {(one["field"], one["rule"], one["line"]) for one in refused["errors"]} == {
        ("/info", "required", 2),
        ("/paths/~1a/get/responses", "type", 4),
    }
    report = answer(house.owner.post(f"{ROOT}/check", json={"text": text}), 200)
    assert (report["valid"], [one["line"] for one in report["faults"]]) == (False, [2, 4])
    assert stored(house) == 0
    assert answer(house.owner.post(f"{ROOT}/check", json={"text": text_of(orders())}), 200)["valid"]
    assert stored(house) == 0


def test_exactly_one_source_and_a_blank_one_too(house: House) -> None:
    blank = answer(house.owner.post(DOCUMENTS, json={"team_id": house.red, "title": "New: thing"}), 201)
    assert (blank["title"], blank["syntax"], len(blank["operations"])) == ("New: thing", "yaml", 1)
    for wrong in ({}, {"text": "{}", "title": "A"}, {"text": "{}", "url": "https://a.example"}):
        assert answer(house.owner.post(DOCUMENTS, json={"team_id": house.red, **wrong}), 422)["field"] == "text"
    missing = house.admin.post(DOCUMENTS, json={"team_id": "team_none", "title": "A"})
    assert missing.status_code == 404


class _Site(SiteHandler):
    def do_GET(self) -> None:
        self.send_response(302 if self.path.startswith("/away") else 200)
        if self.path.startswith("/away"):
            self.send_header("location", self.path.partition("?to=")[2])
        self.end_headers()
        chunks = 200 if self.path == "/large" else 1
        body = b"x" * 65_536 if self.path == "/large" else text_of(orders()).encode()
        for _ in range(chunks):
            self.wfile.write(body)


@pytest.fixture
def site() -> Iterator[str]:
    with local_site(_Site) as port:
        yield f"http://127.0.0.1:{port}"


def test_a_url_of_the_own_network_is_refused_unless_allowed(house: House, site: str) -> None:
    refused = answer(house.owner.post(DOCUMENTS, json={"team_id": house.red, "url": f"{site}/openapi.json"}), 422)
    assert (refused["code"], refused["field"]) == ("document_not_fetched", "url")
    assert read_document(Fetching(private_addresses=True).text_at(f"{site}/openapi.json")) == orders()
    moved = f"{site}/away?to={site}/openapi.json"
    assert read_document(Fetching(private_addresses=True).text_at(moved)) == orders()


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/a",
        "http://127.0.0.1/a",
        "http://[::1]/a",
        "http://[::ffff:10.0.0.1]/a",
        "http://169.254.169.254/latest/meta-data",
        "http://0.0.0.0/a",
        "http://2130706433/a",
        "http://100.64.0.1/",
        "file:///etc/passwd",
        "ftp://example.com/a",
        "http://user:pass@example.com/",
        "https://",
    ],
)
def test_addresses_that_are_never_asked(url: str) -> None:
    with pytest.raises(FetchRefusedError):
        Fetching().text_at(url)


def test_bounds_of_fetching(site: str) -> None:
    fetching = Fetching(private_addresses=True)
    with pytest.raises(FetchRefusedError, match="larger than"):
        fetching.text_at(f"{site}/large")
    with pytest.raises(FetchRefusedError, match="redirects more than"):
        fetching.text_at(f"{site}/away?to=/away?to=/away?to=/away?to=/a")
    with pytest.raises(FetchRefusedError, match="form https"):
        fetching.text_at(f"{site}/away?to=file:///etc/passwd")
