"""Signing out for a client (OpenID Connect RP-Initiated Logout)."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from passgate.console.edge import MOUNT_PATH
from passgate.console.entrance.consent_card import Decision
from passgate.console.entrance.oauth_visit import OAuthPages
from passgate.console.entrance.origin import require_own_origin
from passgate.console.entrance.session_cookie import signed_out
from passgate.console.entrance.submission import submitted
from passgate.identity.oauth.logout import LogoutAsked, LogoutRequestError, read_logout
from passgate.identity.oauth.protocol import FieldsRefusedError, fields_of
from passgate.identity.service.sessions import sign_out
from passgate.kernel.errors import PassgateError
from passgate.kernel.session_cookie import SESSION_COOKIE

LOG_OUT = f"{MOUNT_PATH}/log-out"
_TITLE = "Sign out"


@dataclass(frozen=True, slots=True)
class LogOutPage:
    """Signs out at once where an ID token names the person, and asks otherwise."""

    pages: OAuthPages

    def routes(self) -> list[Route]:
        """What to register before the console itself."""
        return [Route(LOG_OUT, self.show, methods=["GET"]), Route(LOG_OUT, self.confirm, methods=["POST"])]

    async def show(self, request: Request) -> Response:
        """Sign out, or ask first."""
        return await asyncio.to_thread(self._answer, request, request.url.query, confirmed=False)

    async def confirm(self, request: Request) -> Response:
        """The person's answer."""
        try:
            require_own_origin(request)
            values = await submitted(request)
        except PassgateError as error:
            return self.pages.message(_TITLE, error.message, error.status)
        if values.get("decision") != "yes":
            return self.pages.message(_TITLE, "You stay signed in.")
        return await asyncio.to_thread(self._answer, request, values.get("request", ""), confirmed=True)

    def _answer(self, request: Request, query: str, *, confirmed: bool) -> Response:
        try:
            fields = {name: values[0] for name, values in fields_of(query).items()}
            with self.pages.console.storage.reading() as work:
                asked = read_logout(work, self.pages.site, fields)
                person = self.pages.person(work, request)
        except (LogoutRequestError, FieldsRefusedError) as error:
            return self.pages.message(_TITLE, str(error), HTTPStatus.BAD_REQUEST)
        if person is None:
            return self._gone(asked)
        if not confirmed and asked.subject != person.user.id:
            decision = Decision(
                action=LOG_OUT,
                yes="Sign out",
                no="Stay signed in",
                facts=[("You are", f"{person.user.name} ({person.user.email})")],
                hidden=[("request", query)],
            )
            lead = "Every application that you signed in to with Passgate is told."
            return self.pages.question(_TITLE, lead, decision, asked.target)
        with self.pages.console.storage.writing() as work:
            sign_out(work, request.cookies.get(SESSION_COOKIE, ""))
        return self._gone(asked)

    def _gone(self, asked: LogoutAsked) -> Response:
        answer = (
            self.pages.onward(asked.target)
            if asked.target is not None
            else self.pages.message("Signed out", "You are signed out. You can close this page.")
        )
        return signed_out(answer)
