"""A small issuer over real HTTP: its keys, its deny list (which it holds until there is news), its token endpoint."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc.jwk import ECKey

from local_site import SiteHandler, serving
from sdk.signing import encoded, signed

AUDIENCE = "orders"
Answer = tuple[int, dict[str, str], Any]


def new_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "alg": "ES256", "use": "sig"})


@dataclass
class IssuerStub:
    """What it publishes can be changed at any time; what it was asked stands in ``asked``."""

    keys: list[ECKey] = field(default_factory=lambda: [new_key("key_1")])
    entries: list[dict[str, Any]] = field(default_factory=list)
    seq: int = 0
    holds_questions: bool = True
    broken: bool = False
    asked: list[str] = field(default_factory=list)
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    token_answer: tuple[int, dict[str, Any]] = (200, {})
    port: int = 0
    _news: threading.Condition = field(default_factory=threading.Condition)
    _ended: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def token(self, key: ECKey | None = None, header: dict[str, Any] | None = None, **changes: Any) -> str:
        key = key or self.keys[0]
        now = int(time.time())
        claims = {"iss": self.url, "sub": "app_1", "aud": AUDIENCE, "client_id": "app_1", "jti": "tok_1", "iat": now}
        claims |= {"exp": now + 600, "scope": "orders.read"} | changes
        return signed({"alg": "ES256", "kid": key.kid, "typ": "at+jwt"} | (header or {}), claims, key)

    def revoke(self, kind: str, value: str, not_before: int | None = None) -> None:
        with self._news:
            self.seq += 1
            entry = {"seq": self.seq, "kind": kind, "value": value, "not_before": not_before}
            self.entries.append(entry | {"expires_at": int(time.time()) + 3600})
            self._news.notify_all()

    def count(self, path: str) -> int:
        return sum(one.startswith(path) for one in self.asked)

    def end(self) -> None:
        with self._news:
            self._ended = True
            self._news.notify_all()

    def answer(self, target: str, etag: str | None) -> Answer:
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        self.asked.append(target)
        if self.broken:
            return 500, {}, {}
        if path == "/.well-known/jwks.json":
            document = {"keys": [key.as_dict(private=False) for key in self.keys]}
            tag = f'"{hash(json.dumps(document))}"'
            return (304, {"ETag": tag}, None) if etag == tag else (200, {"ETag": tag}, document)
        if path != "/oauth2/revocations":
            return 404, {}, {}
        with self._news:
            if etag == f'"{self.seq}"' and self.holds_questions and "wait" in query:
                self._news.wait_for(
                    lambda: self._ended or self.broken or etag != f'"{self.seq}"', float(query["wait"][0])
                )
            tag = f'"{self.seq}"'
            if etag == tag:
                return 304, {"ETag": tag}, None
            return 200, {"ETag": tag}, {"seq": self.seq, "entries": list(self.entries)}


@contextmanager
def issuer(port: int = 0, **changes: Any) -> Iterator[IssuerStub]:
    stub = IssuerStub(**changes)

    class Handler(SiteHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._say(stub.answer(self.path, self.headers.get("If-None-Match")))

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            stub.forms.append(form | {"authorization": [self.headers.get("Authorization", "")]})
            status, document = stub.token_answer
            self._say((status, {}, document))

        def _say(self, answer: Answer) -> None:
            status, headers, document = answer
            body = b"" if document is None else json.dumps(document).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_args: object) -> None:
            """A client that left is no trouble."""

    with serving(Server(("127.0.0.1", port), Handler)) as stub.port:
        try:
            yield stub
        finally:
            stub.end()


__all__ = ["AUDIENCE", "IssuerStub", "encoded", "issuer", "new_key"]
