"""Signing in with an identity provider, and being signed out by it."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from passgate.console.edge import MOUNT_PATH, Console
from passgate.console.entrance.document import Way, message_page
from passgate.console.entrance.session_cookie import signed_in
from passgate.console.entrance.submission import address_of, inner_path, submitted
from passgate.console.headers import GUARDING_HEADERS
from passgate.console.theme import Theme
from passgate.identity.issuers.code_flow import STATE_LIFETIME, begin, redeem, take_state
from passgate.identity.issuers.following import look_at, note
from passgate.identity.issuers.logout import key_to_look_for, logged_out_there
from passgate.identity.issuers.people import sign_in_with
from passgate.identity.issuers.schemas import SignInChoice
from passgate.kernel.clock import epoch_seconds
from passgate.kernel.errors import PassgateError
from passgate.storage.audit.capture import Act

SIGN_IN_WITH = f"{MOUNT_PATH}/sign-in/with"
BROWSER_COOKIE = "passgate_sign_in"
_HEADERS = {"Cache-Control": "no-store", **GUARDING_HEADERS}
_LONGEST_ID = 200
_log = logging.getLogger("passgate.console")


def way_to(choice: SignInChoice, target: str) -> Way:
    """The link on the sign-in page."""
    return Way(f"Sign in with {choice.name}", f"{SIGN_IN_WITH}/{choice.id}?next={quote(target, safe='')}")


def callback_address(public_url: str, provider_id: str) -> str:
    """The redirect URI to register at the provider: one a provider, so that no answer passes for another's."""
    return f"{public_url}{SIGN_IN_WITH}/{provider_id}/callback"


def back_channel_address(public_url: str, provider_id: str) -> str:
    """Where the provider tells of sessions that have ended there."""
    return f"{public_url}{SIGN_IN_WITH}/{provider_id}/signed-out"


@dataclass(frozen=True)
class ExternalEntrance:
    """The way out to a provider, the way back, and the provider's own word that a session has ended."""

    console: Console
    theme: Theme

    def routes(self) -> list[Route]:
        """What to register beside the sign-in page."""
        base = f"{SIGN_IN_WITH}/{{provider_id}}"
        return [
            Route(base, self.leave, methods=["GET"]),
            Route(f"{base}/callback", self.come_back, methods=["GET"]),
            Route(f"{base}/signed-out", self.signed_out_there, methods=["POST"]),
        ]

    async def leave(self, request: Request) -> Response:
        """Send the browser to the provider, with a cookie that binds the answer to it."""
        provider_id = request.path_params["provider_id"]
        redirect_uri = callback_address(self.console.public_url, provider_id)
        target = inner_path(request.query_params.get("next"))

        def job() -> tuple[str, str]:
            with self.console.storage.writing() as work:
                left = begin(work, provider_id, redirect_uri, target, request.cookies.get(BROWSER_COOKIE))
            return left.url, left.browser_secret

        try:
            url, browser_secret = await asyncio.to_thread(job)
        except PassgateError as error:
            return self._refused(error)
        response = RedirectResponse(url, status_code=303, headers=_HEADERS)
        response.set_cookie(
            BROWSER_COOKIE,
            browser_secret,
            max_age=int(STATE_LIFETIME.total_seconds()),
            path=SIGN_IN_WITH,
            httponly=True,
            samesite="lax",  # it comes back by a link of the provider's
            secure=self.console.secure_cookies,
        )
        return response

    async def come_back(self, request: Request) -> Response:
        """Take the provider's answer; give the browser its session."""
        try:
            secret, target = await asyncio.to_thread(self._come_back, request)
        except PassgateError as error:
            provider_id = request.path_params["provider_id"]
            _log.warning("a sign-in with %s was refused: %s", provider_id, error.message)
            await asyncio.to_thread(self._tell, provider_id[:_LONGEST_ID], error)
            return self._refused(error)
        response = signed_in(self.console, secret, inner_path(target))
        response.headers.update(_HEADERS)
        return response

    async def signed_out_there(self, request: Request) -> Response:
        """End the sessions that the provider says have ended (OpenID Connect Back-Channel Logout 1.0)."""
        headers = {"Cache-Control": "no-store"}
        try:
            values = await submitted(request)
            await asyncio.to_thread(self._end, request.path_params["provider_id"], values.get("logout_token", ""))
        except PassgateError as error:
            _log.warning("a logout token was refused: %s", error.message)
            answer = {"error": "invalid_request", "error_description": error.message}
            return JSONResponse(answer, 400, headers=headers)
        return Response(status_code=200, headers=headers)

    def _come_back(self, request: Request) -> tuple[str, str]:
        storage, provider_id = self.console.storage, request.path_params["provider_id"]
        answer: Mapping[str, str] = dict(request.query_params)
        with storage.writing() as work:
            arrival = take_state(work, provider_id, answer, request.cookies.get(BROWSER_COOKIE))
        redirect_uri = callback_address(self.console.public_url, provider_id)
        proof = redeem(arrival, answer, redirect_uri, epoch_seconds(storage.clock.now()))
        with storage.writing() as work:
            agent = request.headers.get("user-agent", "")
            _, secret = sign_in_with(work, proof, address_of(request), agent, self.console.session_limits)
        return secret, arrival.target

    def _end(self, provider_id: str, logout_token: str) -> None:
        with self.console.storage.reading() as work:
            followed = key_to_look_for(work, provider_id, logout_token)
        seen = look_at(followed) if followed is not None else None
        with self.console.storage.writing() as work:
            if followed is not None and seen is not None:
                note(work, followed, seen)
            logged_out_there(work, provider_id, logout_token)

    def _tell(self, provider_id: str, error: PassgateError) -> None:
        """Have the audit log tell of a sign-in that was refused."""
        act = Act("sign_in.refused", "identity_provider", provider_id)
        act.after, act.refused_for = {"message": error.message}, error.code
        self.console.storage.tell_refusal(error, act=act)

    def _refused(self, error: PassgateError) -> Response:
        again = Way("Back to the sign-in page", f"{MOUNT_PATH}/sign-in")
        page = message_page(self.theme, "Not signed in", "The sign-in did not work.", error.message, again)
        return HTMLResponse(page, error.status, headers=_HEADERS)
