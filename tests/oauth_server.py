"""A whole OAuth server on a loopback port, with its pages, for clients of other people."""

import base64
import hashlib
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import uvicorn
from fastapi import FastAPI

from factories import PASSWORD, make_user
from passgate.api.app import create_api
from passgate.api.edge import Edge
from passgate.console.edge import Console
from passgate.console.entrance.routes import Entrance
from passgate.console.theme import Theme
from passgate.identity.oauth.protocol import OAuthSite
from passgate.identity.schemas import TokenIssuer
from passgate.storage.work import Storage

EMAIL = "ada@example.com"


@dataclass(frozen=True)
class OAuthHost:
    url: str
    storage: Storage
    issuer: TokenIssuer
    opened: list[httpx.Client] = field(default_factory=list)
    """Browsers, closed at the end."""

    @property
    def site(self) -> OAuthSite:
        return OAuthSite(self.issuer, self.url)


def oauth_application(storage: Storage, issuer: TokenIssuer, url: str) -> FastAPI:
    """API and pages as the control process has them, without NiceGUI."""
    app = create_api(Edge(storage=storage, token_issuer=issuer, public_url=url, secure_cookies=False))
    app.router.routes.extend(Entrance(Console(storage, issuer, url), Theme()).routes())
    return app


@contextmanager
def serving_oauth(storage: Storage) -> Iterator[OAuthHost]:
    """The server on a free port; Ada is an administrator there."""
    with storage.writing() as work:
        make_user(work, EMAIL, is_admin=True)
    server = uvicorn.Server(uvicorn.Config(lambda: None, port=0, log_config=None, lifespan="off"))
    config = server.config
    socket = config.bind_socket()
    url = f"http://127.0.0.1:{socket.getsockname()[1]}"
    issuer = TokenIssuer(url, "passgate")
    config.app = oauth_application(storage, issuer, url)
    host = OAuthHost(url, storage, issuer)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
    thread.start()
    try:
        with httpx.Client(base_url=url, timeout=30) as probe:
            while not server.started:
                thread.join(0.01)
            assert probe.get("/.well-known/openid-configuration").is_success
        yield host
    finally:
        for client in host.opened:
            client.close()
        server.should_exit = True
        thread.join(10)
        socket.close()


class Browser:
    """What a person's browser does: keeps the cookie, fills in forms, follows redirects within the server."""

    def __init__(self, host: OAuthHost) -> None:
        self.host = host
        self.http = httpx.Client(base_url=host.url, timeout=30, headers={"User-Agent": "Mozilla/5.0 Firefox/130.0"})
        host.opened.append(self.http)

    def sign_in(self) -> "Browser":
        fields = {"email": EMAIL, "password": PASSWORD}
        answer = self.http.post("/console/sign-in", data=fields, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 303, answer.text
        return self

    def go(self, url: str) -> httpx.Response:
        """The page at that address, after the redirects within the server."""
        answer = self.http.get(url)
        while answer.status_code == 303 and answer.headers["location"].startswith("/"):
            answer = self.http.get(answer.headers["location"])
        return answer

    def decide(self, page: httpx.Response, decision: str = "yes") -> httpx.Response:
        """Press a button of the page's form."""
        action = re.search(r'action="([^"]+)"', page.text)
        assert action is not None, page.text
        hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        fields = {name: unescape(value) for name, value in hidden} | {"decision": decision}
        return self.http.post(unescape(action[1]), data=fields, headers={"Sec-Fetch-Site": "same-origin"})

    def agree(self, url: str) -> str:
        """Allow what a client asks for at that address; where the browser is sent."""
        page = self.go(url)
        if page.status_code == 303:
            return page.headers["location"]
        answer = self.decide(page)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]


@dataclass(frozen=True)
class Pkce:
    verifier: str
    challenge: str

    @classmethod
    def new(cls) -> "Pkce":
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        return cls(verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode())


def authorize_url(client_id: str, redirect_uri: str, challenge: str, **more: str) -> str:
    fields = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"/oauth2/authorize?{urlencode({name: value for name, value in (fields | more).items() if value})}"


def fields_of(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
