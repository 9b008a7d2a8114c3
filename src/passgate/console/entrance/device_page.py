"""The page where a person types the code that a device shows (RFC 8628 section 3.3)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from passgate.console.edge import MOUNT_PATH
from passgate.console.entrance.consent_card import Decision
from passgate.console.entrance.document import Field, Form, form_page
from passgate.console.entrance.oauth_visit import OAuthPages
from passgate.console.entrance.origin import require_own_origin
from passgate.console.entrance.submission import submitted
from passgate.console.headers import GUARDING_HEADERS
from passgate.identity.oauth.consent_words import words_of
from passgate.identity.oauth.device_approval import UserCodeError, decide, waiting_device
from passgate.kernel.errors import PassgateError

DEVICE = f"{MOUNT_PATH}/device"
_TITLE = "Connect a device"


@dataclass(frozen=True, slots=True)
class DevicePage:
    """Asks for the code, shows what the device wants, and takes the decision. Nothing is approved by a link alone."""

    pages: OAuthPages

    def routes(self) -> list[Route]:
        """What to register before the console itself."""
        return [Route(DEVICE, self.show, methods=["GET"]), Route(DEVICE, self.decide, methods=["POST"])]

    async def show(self, request: Request) -> Response:
        """The form for the code; with a code, what the device wants."""
        return await asyncio.to_thread(self._show, request, request.query_params.get("user_code", "")[:40])

    async def decide(self, request: Request) -> Response:
        """The code, or the decision."""
        try:
            require_own_origin(request)
            values = await submitted(request)
        except PassgateError as error:
            return self.pages.message(_TITLE, error.message, error.status)
        code = values.get("user_code", "")[:40]
        if "decision" in values:
            return await asyncio.to_thread(self._decide, request, code, values)
        return await asyncio.to_thread(self._show, request, code)

    def _show(self, request: Request, code: str) -> Response:
        with self.pages.console.storage.reading() as work:
            person = self.pages.person(work, request)
            if person is None:
                return self.pages.to_sign_in(DEVICE, urlencode({"user_code": code}) if code else "")
            if not code:
                return self._form("")
            try:
                row, client = waiting_device(work, code)
            except UserCodeError as error:
                return self._form(code, error)
            decision = Decision(
                action=DEVICE,
                yes="Connect",
                no="Refuse",
                facts=[("You are", f"{person.user.name} ({person.user.email})"), ("Code", row.user_code)],
                wishes=words_of(work, client, row.scopes),
                hidden=[("user_code", row.user_code), ("session", person.session.id)],
            )
            lead = "on a device wants to act in your name. Go on only if that very device shows this code."
            return self.pages.question(client.name, lead, decision)

    def _decide(self, request: Request, code: str, values: Mapping[str, str]) -> Response:
        approved = values["decision"] == "yes"
        with self.pages.console.storage.writing() as work:
            person = self.pages.person(work, request)
            if person is None or person.session.id != values.get("session"):
                return self.pages.onward(f"{DEVICE}?{urlencode({'user_code': code})}")
            try:
                client = decide(work, code, person.session, approved=approved)
            except UserCodeError as error:
                return self._form(code, error)
        if approved:
            return self.pages.message("Connected", f"{client.name} is connected. You can close this page.")
        return self.pages.message("Refused", f"{client.name} was refused. You can close this page.")

    def _form(self, code: str, error: UserCodeError | None = None) -> Response:
        form = Form(
            title=_TITLE,
            lead="Type the code that the device shows.",
            action=DEVICE,
            submit="Go on",
            fields=[Field("user_code", "Code", value=code, autofocus=True, error=error.message if error else "")],
        )
        page = form_page(self.pages.theme, form)
        return HTMLResponse(
            page, error.status if error else 200, headers={"Cache-Control": "no-store", **GUARDING_HEADERS}
        )
