"""Asking an upstream whether it answers, before a service is given to it."""

from collections.abc import Iterator

import pytest

from api.house import House, answer
from local_site import SiteHandler, local_site

PATH = "/api/v1/upstream-checks"


class _Upstream(SiteHandler):
    def do_GET(self) -> None:
        self.reply(status=503 if self.path == "/down" else 404)


@pytest.fixture
def upstream() -> Iterator[str]:
    with local_site(_Upstream) as port:
        yield f"http://127.0.0.1:{port}"


def test_an_upstream_is_asked(house: House, upstream: str) -> None:
    def asked(url: str) -> tuple[bool, int | None]:
        told = answer(house.owner.post(PATH, json={"team_id": house.red, "upstream_url": url}), 200)
        return told["answers"], told["status"]

    assert asked(upstream) == (True, 404)
    assert asked(f"{upstream}/down") == (False, 503)
    assert asked("http://127.0.0.1:1") == (False, None)
    refused = house.owner.post(PATH, json={"team_id": house.red, "upstream_url": "ftp://files"})
    assert answer(refused, 422)["field"] == "upstream_url"


def test_only_who_may_write_services_may_ask(house: House) -> None:
    body = {"team_id": house.red, "upstream_url": "http://127.0.0.1:1"}
    assert house.nobody.post(PATH, json=body).status_code == 401
    assert house.viewer.post(PATH, json=body).status_code == 403
    assert house.stranger.post(PATH, json=body).status_code == 404
