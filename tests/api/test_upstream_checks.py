"""Asking an upstream whether it answers, before a service is given to it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from api.house import House, answer

PATH = "/api/v1/upstream-checks"


class _Upstream(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(503 if self.path == "/down" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def upstream() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Upstream)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


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
