"""What surrounds every request: its id, the refusal of forged ones, headers of the answer, and the last catch."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from passgate.api.edge import Edge
from passgate.api.problem import problem
from passgate.kernel.origin import Origin, client_address, serving

_log = logging.getLogger("passgate.api")

MAX_BODY_BYTES = 4 * 1024 * 1024
MAX_DOCUMENT_BYTES = 8 * 1024 * 1024
"""Where OpenAPI documents of 5 MB come in as texts in JSON."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_MISSING = "No response returned."
"""Of Starlette's middleware, which NiceGUI puts around its pages; also where nobody waits for an answer any more."""
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_DOCUMENT_PATHS = ("/api/v1/openapi/", "/api/v1/declarations/")
_API_PATHS = ("/api/", "/.well-known/")

_HEADERS_EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}
_HEADERS_OF_API = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}


class _Incoming:
    """The body as it comes in, up to a limit that no honest request comes near."""

    def __init__(self, receive: Receive, path: str) -> None:
        self._receive = receive
        self._size = 0
        self._most = MAX_DOCUMENT_BYTES if path.startswith(_DOCUMENT_PATHS) else MAX_BODY_BYTES
        self.client_left = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self.client_left = self.client_left or message["type"] == "http.disconnect"
        self._size += len(message.get("body", b""))
        if self._size > self._most:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A body has at most {self._most} bytes.")
        return message


@dataclass(frozen=True, slots=True)
class RequestFrame:
    """ASGI middleware around the whole application."""

    app: ASGIApp
    edge: Edge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; anything but HTTP passes untouched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = self._request_id(headers)
        scope.setdefault("state", {})["request_id"] = request_id
        has_started = False

        async def send_framed(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                self._add_headers(MutableHeaders(scope=message), scope["path"], request_id)
            await send(message)

        refusal = self._forgery(scope, headers, request_id)
        if refusal is not None:
            await refusal(scope, receive, send_framed)
            return
        peer = scope["client"][0] if scope.get("client") else ""
        origin = Origin(ip=client_address(headers.get("x-forwarded-for", ""), peer), request_id=request_id)
        incoming = _Incoming(receive, scope["path"])
        try:
            with serving(origin):
                await self.app(scope, incoming, send_framed)
        except Exception as error:  # the edge of the process: whatever was not foreseen is logged and answered
            if incoming.client_left and not has_started and str(error) == _MISSING:
                _log.info("request %s was left by its client: %s", request_id, error)
                return
            _log.exception("request %s failed: %s %s", request_id, scope["method"], scope["path"])
            if has_started:
                raise
            text = "Something unforeseen went wrong. The log has it under the request id."
            answer = problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", text, request_id).response()
            await answer(scope, receive, send_framed)

    def _request_id(self, headers: Mapping[str, str]) -> str:
        given = headers.get("x-request-id", "")
        return given if _REQUEST_ID.fullmatch(given) else self.edge.storage.ids.new("req")

    def _forgery(self, scope: Scope, headers: Mapping[str, str], request_id: str) -> Response | None:
        """The refusal of a write that another site made a browser send; by the rules of Go's CrossOriginProtection.

        A request with an Authorization header needs no such rule: a cookie does not count beside one.
        """
        if scope["method"] in _SAFE_METHODS or not scope["path"].startswith(_API_PATHS) or "authorization" in headers:
            return None
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            is_forged = site not in {"same-origin", "none"}
        else:
            is_forged = origin is not None and urlsplit(origin).netloc != headers.get("host", "")
        if not is_forged or origin == self.edge.public_url:
            return None
        text = "Another site's page may not do this in your name."
        return problem(HTTPStatus.FORBIDDEN, "cross_site_request", text, request_id).response()

    def _add_headers(self, headers: MutableHeaders, path: str, request_id: str) -> None:
        headers["x-request-id"] = request_id
        wanted = _HEADERS_EVERYWHERE | (_HEADERS_OF_API if path.startswith(_API_PATHS) else {})
        for name, value in wanted.items():
            headers.setdefault(name, value)
        if self.edge.secure_cookies:
            headers.setdefault("strict-transport-security", "max-age=31536000")
