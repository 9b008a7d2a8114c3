"""What the pages of OAuth have in common: who is at the browser, and how they answer."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from passgate.console.edge import MOUNT_PATH, Console
from passgate.console.entrance.consent_card import Decision, decision_card
from passgate.console.entrance.document import card_page, message_page
from passgate.console.headers import GUARDING_HEADERS
from passgate.console.theme import Theme
from passgate.identity.models import BrowserSession, User
from passgate.identity.oauth.protocol import OAuthSite
from passgate.identity.service import sessions
from passgate.identity.service.actors import actor_of_user
from passgate.kernel.session_cookie import SESSION_COOKIE
from passgate.storage.work import Work

NO_TRACE = {"Cache-Control": "no-store", **GUARDING_HEADERS, "Referrer-Policy": "no-referrer"}
"""Headers of pages whose address holds something of the flow."""
_POLICY = "Content-Security-Policy"


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in at the browser."""

    session: BrowserSession
    user: User


@dataclass(frozen=True, slots=True)
class OAuthPages:
    """How the pages find out who is there, and answer."""

    console: Console
    theme: Theme

    @property
    def site(self) -> OAuthSite:
        """Who the server is."""
        return OAuthSite(self.console.token_issuer, self.console.public_url)

    def person(self, work: Work, request: Request) -> Person | None:
        """Who is signed in, and so acts in this unit of work; None: nobody."""
        secret, agent = request.cookies.get(SESSION_COOKIE, ""), request.headers.get("user-agent", "")
        session = sessions.session_of(work, secret, agent) if secret else None
        user = work.session.get(User, session.user_id) if session is not None else None
        if session is None or user is None or not user.is_active:
            return None
        work.act_as(actor_of_user(work, user, via=session.id))
        return Person(session, user)

    def to_sign_in(self, page: str, query: str) -> Response:
        """To the sign-in, and back here."""
        return self.onward(f"{MOUNT_PATH}/sign-in?{urlencode({'next': f'{page}?{query}'})}")

    def onward(self, location: str) -> Response:
        """To another page (303: a form's fields are not sent on, RFC 9700 section 4.12)."""
        return RedirectResponse(location, HTTPStatus.SEE_OTHER, headers=NO_TRACE)

    def question(
        self, title: str, lead: str, decision: Decision, target: str | None = None, status: int = 200
    ) -> Response:
        """A page with a question; ``target`` is where its answer may lead the browser."""
        page = card_page(self.theme, title, lead, decision_card(decision))
        headers = dict(NO_TRACE)
        if target is not None:  # browsers hold a form's whole way to what the page names
            headers[_POLICY] = headers[_POLICY].replace("form-action 'self'", f"form-action 'self' {_source(target)}")
        return HTMLResponse(page, status, headers=headers)

    def message(self, title: str, text: str, status: int = 200, lead: str = "") -> Response:
        """A page that only says something."""
        return HTMLResponse(message_page(self.theme, title, lead, text), status, headers=NO_TRACE)


def _source(target: str) -> str:
    """The target as a source of a content security policy."""
    parts = urlsplit(target)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} else f"{parts.scheme}:"
