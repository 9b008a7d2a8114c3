"""A vendor on the loopback: lists its models to whoever has the key."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from local_site import SiteHandler, local_site

KEY = "sk-right-key"
MODELS = ("gpt-4o-mini", "gpt-4o", "text-embedding-3-small", "gpt-realtime")


class _Handler(SiteHandler):
    def do_GET(self) -> None:
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            self._answer(401, {"error": {"message": "Incorrect API key provided", "type": "invalid_request_error"}})
        elif self.path == "/v1/models":
            self._answer(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in MODELS]})
        else:
            self._answer(404, {"error": {"message": "no such path"}})

    def _answer(self, status: int, body: object) -> None:
        self.reply(json.dumps(body).encode(), status=status)


@contextmanager
def running_vendor() -> Iterator[str]:
    """Its base URL."""
    with local_site(_Handler) as port:
        yield f"http://127.0.0.1:{port}/v1"
