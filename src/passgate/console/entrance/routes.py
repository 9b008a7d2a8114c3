"""The routes in front of the console. They set and clear the session's cookie."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from passgate.console.edge import MOUNT_PATH, Console
from passgate.console.entrance.document import Field, Form, Way, form_page, message_page, onward_page
from passgate.console.entrance.external import ExternalEntrance, way_to
from passgate.console.entrance.oauth_routes import oauth_routes
from passgate.console.entrance.origin import require_own_origin
from passgate.console.entrance.session_cookie import signed_in, signed_out
from passgate.console.entrance.submission import address_of, inner_path, submitted
from passgate.console.headers import GUARDING_HEADERS
from passgate.console.problems import by_field, problems_of
from passgate.console.theme import Theme
from passgate.identity.issuers.logout import sign_out_address
from passgate.identity.issuers.providers import sign_in_choices
from passgate.identity.schemas import MIN_PASSWORD_LETTERS, SetupIn
from passgate.identity.service.sessions import sign_in, sign_out
from passgate.identity.service.setup import check_setup_link, complete_setup, has_administrator
from passgate.kernel.errors import PassgateError
from passgate.kernel.session_cookie import SESSION_COOKIE

SIGN_IN = f"{MOUNT_PATH}/sign-in"
SET_UP = f"{MOUNT_PATH}/setup"
_HEADERS = {"Cache-Control": "no-store", **GUARDING_HEADERS}
SIGN_OUT = f"{MOUNT_PATH}/sign-out"


@dataclass(frozen=True)
class Entrance:
    """Sign-in, set-up and sign-out."""

    console: Console
    theme: Theme

    def routes(self) -> list[Route]:
        """What to register before the console itself."""
        return [
            Route(SIGN_IN, self.show_sign_in, methods=["GET"]),
            Route(SIGN_IN, self.sign_in, methods=["POST"]),
            Route(SET_UP, self.show_setup, methods=["GET"]),
            Route(SET_UP, self.set_up, methods=["POST"]),
            Route(SIGN_OUT, self.sign_out, methods=["POST"]),
            *ExternalEntrance(self.console, self.theme).routes(),
            *oauth_routes(self.console, self.theme),
        ]

    async def show_sign_in(self, request: Request) -> Response:
        """The sign-in form; before the set-up, what to do first."""
        if not await asyncio.to_thread(self._is_set_up):
            return self._message(
                "Welcome to Passgate",
                "One step before the first sign-in.",
                "Open the one-time set-up link that Passgate printed when it started. It creates the first "
                "administrator. If it is lost or too old, restart Passgate: it then prints a new one.",
            )
        ended = "Your session has ended. Sign in again." if "ended" in request.query_params else ""
        target = inner_path(request.query_params.get("next"))
        return self._page(_sign_in_form(target, problem=ended, ways=await self._ways(target)))

    async def sign_in(self, request: Request) -> Response:
        """Check a password; give the browser its session."""
        values: Mapping[str, str] = {}
        try:
            require_own_origin(request)
            values = await submitted(request)
            secret = await asyncio.to_thread(self._sign_in, values, request)
        except (PassgateError, ValidationError) as error:
            target = inner_path(values.get("next"))
            form = _sign_in_form(target, email=values.get("email", ""), ways=await self._ways(target))
            return self._refused(form, error)
        return signed_in(self.console, secret, inner_path(values.get("next")))

    async def show_setup(self, request: Request) -> Response:
        """The form that makes the first administrator."""
        if await asyncio.to_thread(self._is_set_up):
            return RedirectResponse(SIGN_IN, status_code=303)
        key = request.query_params.get("key", "")
        try:
            await asyncio.to_thread(self._check_link, key)
        except PassgateError as error:
            return self._message("Set up Passgate", "This link cannot be used.", error.message, error.status)
        return self._page(_setup_form({"key": key}))

    async def set_up(self, request: Request) -> Response:
        """Make the first administrator and sign them in."""
        values: Mapping[str, str] = {}
        try:
            require_own_origin(request)
            values = await submitted(request)
            secret = await asyncio.to_thread(self._set_up, values, request)
        except (PassgateError, ValidationError) as error:
            return self._refused(_setup_form(values), error)
        return signed_in(self.console, secret, f"{MOUNT_PATH}/")

    async def sign_out(self, request: Request) -> Response:
        """End the browser's session."""
        try:
            require_own_origin(request)
        except PassgateError as error:
            return self._refused(_sign_in_form(f"{MOUNT_PATH}/"), error)
        secret = request.cookies.get(SESSION_COOKIE)
        elsewhere = await asyncio.to_thread(self._sign_out, secret) if secret else None
        response: Response = RedirectResponse(SIGN_IN, status_code=303)
        if elsewhere is not None:
            address, name = elsewhere
            text = f"You are signed out of Passgate. Going on to {name}, to sign out there as well."
            page = onward_page(self.theme, "Signed out", "One more step.", text, Way(f"Sign out of {name}", address))
            response = HTMLResponse(page, headers=_HEADERS)
        return signed_out(response)

    def _is_set_up(self) -> bool:
        with self.console.storage.reading() as work:
            return has_administrator(work)

    def _check_link(self, key: str) -> None:
        with self.console.storage.reading() as work:
            check_setup_link(work, key)

    def _sign_in(self, values: Mapping[str, str], request: Request) -> str:
        agent = request.headers.get("user-agent", "")
        with self.console.storage.writing() as work:
            _, secret = sign_in(
                work,
                values.get("email", ""),
                values.get("password", ""),
                address_of(request),
                agent,
                self.console.session_limits,
            )
        return secret

    def _set_up(self, values: Mapping[str, str], request: Request) -> str:
        given = SetupIn(email=values.get("email", ""), name=values.get("name", ""), password=values.get("password", ""))
        with self.console.storage.writing() as work:
            complete_setup(work, values.get("key", ""), given)
        return self._sign_in(values, request)

    def _sign_out(self, secret: str) -> tuple[str, str] | None:
        with self.console.storage.writing() as work:
            elsewhere = sign_out_address(work, secret, self.console.public_url + SIGN_IN)
            sign_out(work, secret)
        return elsewhere

    async def _ways(self, target: str) -> list[Way]:
        def ask() -> list[Way]:
            with self.console.storage.reading() as work:
                return [way_to(choice, target) for choice in sign_in_choices(work)]

        return await asyncio.to_thread(ask)

    def _refused(self, form: Form, error: PassgateError | ValidationError) -> Response:
        inline, others = by_field(problems_of(error), [field.name for field in form.fields])
        fields = [replace(field, error=inline.get(field.name, "")) for field in form.fields]
        status = error.status if isinstance(error, PassgateError) else 422
        return self._page(replace(form, fields=fields, problem=" ".join(others)), status)

    def _page(self, form: Form, status: int = 200) -> Response:
        return HTMLResponse(form_page(self.theme, form), status, headers=_HEADERS)

    def _message(self, title: str, lead: str, text: str, status: int = 200) -> Response:
        return HTMLResponse(message_page(self.theme, title, lead, text), status, headers=_HEADERS)


def _sign_in_form(target: str, *, email: str = "", problem: str = "", ways: Sequence[Way] = ()) -> Form:
    return Form(
        title="Sign in to Passgate",
        lead="One gate for your APIs and AI models.",
        action=SIGN_IN,
        submit="Sign in",
        hidden=[("next", target)],
        problem=problem,
        ways=ways,
        fields=[
            Field("email", "E-mail", kind="email", autocomplete="username", value=email, autofocus=not email),
            Field("password", "Password", kind="password", autocomplete="current-password", autofocus=bool(email)),
        ],
        foot="No account? Ask an administrator of this Passgate.",
    )


def _setup_form(values: Mapping[str, str]) -> Form:
    return Form(
        title="Set up Passgate",
        lead="Create the first administrator. This link works once.",
        action=SET_UP,
        submit="Create administrator",
        hidden=[("key", values.get("key", ""))],
        fields=[
            Field("name", "Your name", autocomplete="name", value=values.get("name", ""), autofocus=True),
            Field("email", "E-mail", kind="email", autocomplete="username", value=values.get("email", "")),
            Field(
                "password",
                "Password",
                kind="password",
                autocomplete="new-password",
                help=f"At least {MIN_PASSWORD_LETTERS} characters. A few words in a row are easy to keep.",
            ),
        ],
    )
