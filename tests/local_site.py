"""A site on the loopback, answered by a thread of the test's own process."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from threading import Thread


class SiteHandler(BaseHTTPRequestHandler):
    """Answers requests, and writes no log of them."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""

    def reply(self, body: bytes = b"", content_type: str = "application/json", status: int = 200) -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(server: HTTPServer) -> Iterator[int]:
    """Its port; when the block ends, however it does, so do the thread and the socket."""
    thread = Thread(target=server.serve_forever, args=(0.01,))  # the end is looked for that often, not twice a second
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def local_site(handler: type[SiteHandler]) -> Iterator[int]:
    """The port of a site whose requests that class answers."""
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as port:
        yield port
