"""A vendor on a local port that answers what a test tells it to."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local_site import SiteHandler, local_site


@dataclass
class ListingVendor:
    """Answers GET; ``answers`` maps a path to status and body."""

    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    port: int = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def lists(self, *models: str | dict[str, Any], path: str = "/v1/models") -> None:
        entries = [{"id": model, "object": "model"} if isinstance(model, str) else model for model in models]
        self.answers[path] = (200, json.dumps({"object": "list", "data": entries}).encode())


@contextmanager
def listing_vendor() -> Iterator[ListingVendor]:
    vendor = ListingVendor()

    class Handler(SiteHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            vendor.seen.append((self.path, headers))
            status, body = vendor.answers.get(self.path.split("?")[0], (404, b"{}"))
            self.reply(body, status=status)

    with local_site(Handler) as vendor.port:
        yield vendor


@contextmanager
def silent_port() -> Iterator[int]:
    """A port that accepts and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


@contextmanager
def closed_port() -> Iterator[int]:
    """A port on which nothing listens, kept from others."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])
