"""OAuth clients that tests start from."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from factories import ISSUER, make_application, make_team, make_user
from passgate.identity.models import Application, BrowserSession, Team
from passgate.identity.oauth.authorizing import approve, read_request
from passgate.identity.oauth.live_tokens import live_token
from passgate.identity.oauth.protocol import OAuthRequest, OAuthSite, Reply
from passgate.identity.oauth.schemas import ClientSettingsIn
from passgate.identity.oauth.secrets import rotate_secret
from passgate.identity.oauth.settings import set_client_settings
from passgate.identity.oauth.token_endpoint import token_reply
from passgate.identity.service.sessions import open_session
from passgate.kernel.actor import SYSTEM
from passgate.storage.work import Storage, Work

SITE = OAuthSite(ISSUER, "https://gate.example")
CALLBACK = "https://app.example/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True)
class MadeClient:
    id: str
    secret: str
    application: Application

    def credentials(self) -> dict[str, str]:
        return {"client_id": self.id} | ({"client_secret": self.secret} if self.secret else {})


def make_client(work: Work, kind: str = "web", team: Team | None = None, name: str = "Shop", **more: Any) -> MadeClient:
    """An application with OAuth settings, and a secret where it has one."""
    application = make_application(work, team or make_team(work, f"Team of {name}"), name)
    usual: dict[str, Any] = {"kind": kind}
    if kind != "service":
        usual["redirect_uris"] = [CALLBACK]
    given = ClientSettingsIn(**(usual | more))
    set_client_settings(SYSTEM, work, ISSUER, application.id, given)
    secret = rotate_secret(SYSTEM, work, application.id).text if given.method == "client_secret" else ""
    return MadeClient(application.id, secret, application)


def ask(storage: Storage, client: MadeClient | None, **fields: Any) -> Reply:
    """What the token endpoint answers, committed as the edge does."""
    given = (client.credentials() if client else {}) | fields
    request = OAuthRequest(
        "POST", {name: value if isinstance(value, list) else [value] for name, value in given.items()}, {}
    )
    with storage.writing() as work:
        reply = token_reply(work, SITE, request)
        if reply.is_refusal and not reply.keeps_changes:
            work.session.rollback()
    return reply


def sign_in_person(work: Work, email: str = "dana@example.com") -> BrowserSession:
    """A person's open browser session."""
    session, _ = open_session(work, make_user(work, email), "127.0.0.1", "Firefox")
    work.session.flush()
    return session


def authorization_fields(client: MadeClient, **more: str) -> dict[str, list[str]]:
    fields = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return {name: [value] for name, value in (fields | more).items() if value}


def code_of(storage: Storage, client: MadeClient, session: BrowserSession, **more: str) -> str:
    """The code that a person's approval gives the client."""
    with storage.writing() as work:
        asked = read_request(work, SITE, authorization_fields(client, **more))
        assert not isinstance(asked, str), asked
        location = approve(work, SITE, asked, session)
    return parse_qs(urlsplit(location).query)["code"][0]


def redeem(storage: Storage, client: MadeClient, code: str, /, **more: Any) -> Reply:
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return ask(storage, client, **(fields | more))


def refresh(storage: Storage, client: MadeClient, token: str, **more: Any) -> Reply:
    return ask(storage, client, grant_type="refresh_token", refresh_token=token, **more)


def is_live(storage: Storage, token: str) -> bool:
    """Whether an access token holds."""
    with storage.reading() as work:
        return live_token(work, ISSUER, token) is not None
