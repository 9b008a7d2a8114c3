"""The consent page: a client asks, a person decides (RFC 6749 section 4.1, OpenID Connect Core section 3.1.2)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from passgate.console.edge import MOUNT_PATH
from passgate.console.entrance.consent_card import Decision
from passgate.console.entrance.document import Way, onward_page
from passgate.console.entrance.oauth_visit import NO_TRACE, OAuthPages, Person
from passgate.console.entrance.origin import require_own_origin
from passgate.console.entrance.submission import submitted
from passgate.identity.oauth import authorizing as service
from passgate.identity.oauth.consent_words import words_of
from passgate.identity.oauth.protocol import FieldsRefusedError, fields_of
from passgate.kernel.errors import PassgateError
from passgate.storage.work import Work

AUTHORIZE = f"{MOUNT_PATH}/authorize"
_TITLE = "Sign in with Passgate"
_SIGNED_IN = "passgate_signed_in"
"""Stands in the request when the person comes from the sign-in."""


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """Asks the person, unless they have agreed before."""

    pages: OAuthPages

    def routes(self) -> list[Route]:
        """What to register before the console itself."""
        return [Route(AUTHORIZE, self.show, methods=["GET"]), Route(AUTHORIZE, self.decide, methods=["POST"])]

    async def show(self, request: Request) -> Response:
        """The question, or at once the answer where nobody has to be asked."""
        return await asyncio.to_thread(self._show, request)

    async def decide(self, request: Request) -> Response:
        """The person's answer."""
        try:
            require_own_origin(request)
            values = await submitted(request)
        except PassgateError as error:
            return self.pages.message(_TITLE, error.message, error.status)
        return await asyncio.to_thread(self._decide, request, values.get("request", ""), values)

    def _show(self, request: Request) -> Response:
        try:
            fields = fields_of(request.url.query)
            with self.pages.console.storage.reading() as work:
                asked = service.read_request(work, self.pages.site, fields)
                if isinstance(asked, str):
                    return self._outward(request, asked)
                first = self._before_approval(work, request, asked, fields)
                if first is not None:
                    return first
            with self.pages.console.storage.writing() as work:
                return self._approved(work, request, fields)
        except (service.NotRedirectableError, FieldsRefusedError) as error:
            return self.pages.message("This request cannot be served", str(error), HTTPStatus.BAD_REQUEST)

    def _before_approval(
        self, work: Work, request: Request, asked: service.Asked, fields: dict[str, list[str]]
    ) -> Response | None:
        """What has to happen first: a sign-in or a question; None: nothing."""
        person, is_silent = self.pages.person(work, request), "none" in asked.prompts
        if person is None or not service.is_fresh_enough(work, asked, person.session):
            if is_silent:
                return self._refused(request, asked, "login_required", "Nobody is signed in, or not lately enough.")
            return self.pages.to_sign_in(AUTHORIZE, _after_sign_in(fields))
        if not service.needs_consent(work, asked, person.user.id):
            return None
        if is_silent:
            return self._refused(request, asked, "consent_required", "The person has not agreed yet.")
        return self._question(work, asked, person, request.url.query)

    def _decide(self, request: Request, query: str, values: Mapping[str, str]) -> Response:
        try:
            fields = fields_of(query)
            with self.pages.console.storage.writing() as work:
                person = self.pages.person(work, request)
                if person is None or person.session.id != values.get("session"):
                    return self.pages.onward(f"{AUTHORIZE}?{query}")
                if values.get("decision") == "yes":
                    return self._approved(work, request, fields)
                asked = service.read_request(work, self.pages.site, fields)
                return self.pages.onward(asked if isinstance(asked, str) else service.deny(self.pages.site, asked))
        except (service.NotRedirectableError, FieldsRefusedError) as error:
            return self.pages.message("This request cannot be served", str(error), HTTPStatus.BAD_REQUEST)

    def _approved(self, work: Work, request: Request, fields: dict[str, list[str]]) -> Response:
        asked = service.read_request(work, self.pages.site, fields)
        person = self.pages.person(work, request)
        if isinstance(asked, str):
            return self.pages.onward(asked)
        if person is None or not service.is_fresh_enough(work, asked, person.session):
            return self.pages.to_sign_in(AUTHORIZE, _after_sign_in(fields))
        return self._outward(request, service.approve(work, self.pages.site, asked, person.session))

    def _question(self, work: Work, asked: service.Asked, person: Person, query: str) -> Response:
        again = f"{MOUNT_PATH}/sign-in?{urlencode({'next': f'{AUTHORIZE}?{query}'})}"
        decision = Decision(
            action=AUTHORIZE,
            yes="Allow",
            no="Refuse",
            facts=[
                ("You are", f"{person.user.name} ({person.user.email})"),
                ("It returns to", _place(asked.redirect_uri)),
            ],
            wishes=words_of(work, asked.client, asked.scopes),
            hidden=[("request", query), ("session", person.session.id)],
            other=("Not you? Sign in as somebody else", again),
        )
        return self.pages.question(
            asked.client.name, "wants to do the following in your name.", decision, asked.redirect_uri
        )

    def _refused(self, request: Request, asked: service.Asked, error: str, words: str) -> Response:
        location = service.refused_location(self.pages.site, asked.redirect_uri, asked.state, error, words)
        return self._outward(request, location)

    def _outward(self, request: Request, location: str) -> Response:
        """Back to the client.

        Straight after the sign-in, by a page: the redirects that follow a form must stay where its page allows, which
        for the sign-in is here.
        """
        if _SIGNED_IN not in request.query_params:
            return self.pages.onward(location)
        page = onward_page(
            self.pages.theme, "Signed in", "One more step.", "Going on to the application.", Way("Go on", location)
        )
        return HTMLResponse(page, headers=NO_TRACE)


def _after_sign_in(fields: dict[str, list[str]]) -> str:
    """The request for after the sign-in, which then need not be asked for again."""
    kept = dict(fields)
    prompts = [each for each in " ".join(kept.pop("prompt", [])).split() if each not in {"login", "select_account"}]
    if prompts:
        kept["prompt"] = [" ".join(prompts)]
    return urlencode(kept | {_SIGNED_IN: ["1"]}, doseq=True)


def _place(redirect_uri: str) -> str:
    """Where the browser goes, without what stands behind it."""
    return redirect_uri.partition("?")[0]
