"""The upstreams of the story: one that answers, and a newer one that fails until it is mended."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Upstream(ThreadingHTTPServer):
    """Orders, of a release."""

    def __init__(self, release: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.release = release
        self.fails = False

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Upstream)
        body = json.dumps({"release": server.release, "orders": [{"id": 17, "item": "A-17"}]}).encode()
        self.send_response(500 if server.fails else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def running_upstream(release: str) -> Iterator[Upstream]:
    server = Upstream(release)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
