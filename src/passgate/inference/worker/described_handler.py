"""Calls of services that are mocked, and what the gate asks about calls on their way to an upstream."""

import asyncio
import base64
import binascii
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson

from passgate.contracts.described_revision import (
    MOCK_HEADER,
    ROUTE_HEADER,
    UPSTREAM_TOKEN_HEADER,
    UPSTREAM_TOKEN_PATH,
    VALIDATION_PATH,
)
from passgate.contracts.verified_claims import CLAIMS_HEADER
from passgate.inference.described.mock import NotDescribedError, mock_answer
from passgate.inference.described.operations import description_of
from passgate.inference.described.request_check import Asked, RequestRefusedError, check_of
from passgate.inference.worker.answering import send_whole
from passgate.inference.worker.caller import read_caller
from passgate.inference.worker.client_request import ClientRequest
from passgate.inference.worker.incoming import Incoming
from passgate.inference.worker.live_state import LiveState
from passgate.inference.worker.refusals import MethodNotAllowedError, RouteNotFoundError
from passgate.inference.worker.request_body import read_body
from passgate.kernel.clock import Clock
from passgate.kernel.errors import UnavailableError
from passgate.kernel.ids import IdFactory

_PROBLEM = "application/problem+json"
_LARGE = 16 * 1024
"""Bytes of a body that is judged beside the event loop, so that streams go on."""
_MOST_BYTES = 10 * 1024 * 1024
_ROUTE, _REVISION, _BASE = 1, 0, 2
_VALIDATION_PARTS = 4
_TOKEN_PARTS = 3


@dataclass(frozen=True, slots=True)
class DescribedHandler:
    """Answers from the documents of services."""

    state: LiveState
    clock: Clock
    ids: IdFactory

    async def answer(self, request: ClientRequest, incoming: Incoming) -> None:
        """Answer a mocked call, or a question of the gate's."""
        path = request.raw_path.decode("latin-1")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers}
        if path.startswith(f"{VALIDATION_PATH}/"):
            await self._validate(request, incoming, path.removeprefix(f"{VALIDATION_PATH}/"), headers)
        elif path.startswith(f"{UPSTREAM_TOKEN_PATH}/"):
            await self._give_token(incoming, path.removeprefix(f"{UPSTREAM_TOKEN_PATH}/"), headers)
        elif MOCK_HEADER in headers:
            await self._mock(request, incoming, path, headers)
        else:
            raise RouteNotFoundError("There is nothing at this path.")

    async def _mock(self, request: ClientRequest, incoming: Incoming, path: str, headers: dict[str, str]) -> None:
        description = description_of(self._packed(headers[MOCK_HEADER]))
        method = "GET" if request.method == "HEAD" else request.method
        found = description.at(headers.get(ROUTE_HEADER, ""), request.method, path) or description.at("", method, path)
        if found is None:
            methods = description.methods_at(path)
            if methods:
                raise MethodNotAllowedError(", ".join(methods))
            raise NotDescribedError("The document has no such path.")
        given = mock_answer(description, found[0], headers.get("prefer", ""), headers.get("accept", ""))
        answer_headers = [*incoming.own_headers(), *given.headers]
        if given.media_type is None:
            sized = [] if given.status == HTTPStatus.NO_CONTENT else [(b"content-length", b"0")]
            await incoming.send(
                {"type": "http.response.start", "status": given.status, "headers": [*answer_headers, *sized]}
            )
            await incoming.send({"type": "http.response.body", "body": b""})
            return
        await send_whole(incoming.send, given.status, given.media_type, given.body, answer_headers)

    async def _validate(self, request: ClientRequest, incoming: Incoming, rest: str, headers: dict[str, str]) -> None:
        parts = rest.split("/", _VALIDATION_PARTS - 1)
        if len(parts) != _VALIDATION_PARTS or not parts[_BASE].isdigit():
            raise RouteNotFoundError("There is nothing at this path.")
        path = f"/{parts[-1]}"[int(parts[_BASE]) :] or "/"
        body = await read_body(incoming.receive, headers, _MOST_BYTES)
        check = check_of(self._packed(parts[_REVISION]))
        asked = Asked(request.method, path, request.query, headers, body)
        try:
            if len(body) > _LARGE:
                await asyncio.to_thread(check.require, parts[_ROUTE], asked)
            else:
                check.require(parts[_ROUTE], asked)
        except RequestRefusedError as error:
            await _refuse(incoming, error)
            return
        await send_whole(incoming.send, HTTPStatus.OK, "text/plain", b"", [])

    async def _give_token(self, incoming: Incoming, rest: str, headers: dict[str, str]) -> None:
        parts = rest.split("/", _TOKEN_PARTS - 1)
        tokens = self.state.table.upstream_tokens
        if tokens is None:
            raise UnavailableError("There is no key to sign a token for the upstream with.", code="signing_key_missing")
        caller = read_caller(headers, self.state.issuers)
        self.state.refuse_revoked(caller.token)
        claims = caller.foreign or _claims(headers[CLAIMS_HEADER])
        token = tokens.token(
            claims,
            (caller.token.subject, caller.token.application),
            _decoded(parts[1]).decode(),
            int(parts[0]),
            now=int(self.clock.now().timestamp()),
            jti=self.ids.new("jti"),
        )
        own = [(UPSTREAM_TOKEN_HEADER.encode(), token.encode())]
        await send_whole(incoming.send, HTTPStatus.OK, "text/plain", b"", own)

    def _packed(self, revision_id: str) -> str:
        found = self.state.table.described(revision_id)
        if found is None:
            raise UnavailableError("This worker does not know the revision yet.", code="revision_unknown")
        return found


async def _refuse(incoming: Incoming, error: RequestRefusedError) -> None:
    document = {
        "type": "about:blank",
        "title": HTTPStatus(error.answer_status).phrase,
        "status": error.answer_status,
        "detail": error.message,
        "code": error.code,
        "field": error.place,
        "rule": error.rule,
        "request_id": incoming.request_id,
    }
    await send_whole(incoming.send, error.answer_status, _PROBLEM, orjson.dumps(document), incoming.own_headers())


def _claims(encoded: str) -> dict[str, Any]:
    return orjson.loads(_decoded(encoded))  # type: ignore[no-any-return]  # verified by Envoy, so an object


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise RouteNotFoundError("There is nothing at this path.") from None
