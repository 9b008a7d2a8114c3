"""The upstreams of the story: one that answers, and a newer one that fails until it is mended."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer

from local_site import SiteHandler, serving


class Upstream(ThreadingHTTPServer):
    """Orders, of a release."""

    def __init__(self, release: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.release = release
        self.fails = False

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Handler(SiteHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Upstream)
        body = json.dumps({"release": server.release, "orders": [{"id": 17, "item": "A-17"}]}).encode()
        self.reply(body, status=500 if server.fails else 200)


@contextmanager
def running_upstream(release: str) -> Iterator[Upstream]:
    server = Upstream(release)
    with serving(server):
        yield server
