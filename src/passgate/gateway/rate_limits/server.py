"""The gRPC service that Envoy asks (``envoy.service.ratelimit.v3.RateLimitService``), on a Unix socket."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import grpc
from google.protobuf.message import Message

from passgate.gateway.envoy.messages import MessageFactory
from passgate.gateway.rate_limits.counts import Standing
from passgate.gateway.rate_limits.limiter import CountsAwayError, Limiter

_SERVICE = "envoy.service.ratelimit.v3"
_OK, _OVER_LIMIT = 1, 2
_OWNER_ONLY = 0o600


class RateLimitServer:
    """Answers Envoy.

    Args:
        factory: messages of the Envoy that will connect.
        socket: path of the Unix socket.
        limiter: what judges.
        clock: the time, as a NumericDate.
    """

    def __init__(self, factory: MessageFactory, socket: Path, limiter: Limiter, clock: Callable[[], float]) -> None:
        self._request = factory.message_class(f"{_SERVICE}.RateLimitRequest")
        self._response = factory.message_class(f"{_SERVICE}.RateLimitResponse")
        self._socket = socket
        self._limiter = limiter
        self._clock = clock
        self._server: Any = None

    async def start(self) -> None:
        """Listen; only the owner may connect."""
        self._server = grpc.aio.server(options=[("grpc.http2.max_ping_strikes", 0)])
        handler = grpc.unary_unary_rpc_method_handler(
            self._judge, request_deserializer=self._request.FromString, response_serializer=_serialized
        )
        generic = grpc.method_handlers_generic_handler(f"{_SERVICE}.RateLimitService", {"ShouldRateLimit": handler})
        self._server.add_generic_rpc_handlers((generic,))
        self._server.add_insecure_port(f"unix:{self._socket}")
        await self._server.start()
        self._socket.chmod(_OWNER_ONLY)

    async def stop(self) -> None:
        """Answer nobody any more."""
        if self._server is not None:
            await self._server.stop(grace=None)

    async def _judge(self, request: Any, context: Any) -> Message:  # noqa: ANN401  # classes made while running
        told = {entry.key: entry.value for one in request.descriptors for entry in one.entries}
        try:
            found = await self._limiter.judge(told, self._clock())
        except (CountsAwayError, ValueError) as error:
            await context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
            raise
        return self._answer(request, found)

    def _answer(self, request: Any, found: Sequence[Standing]) -> Message:  # noqa: ANN401  # as above
        refused = [one for one in found if one.refused]
        code = _OVER_LIMIT if refused else _OK
        response: Any = self._response(overall_code=code)
        for _ in request.descriptors:
            response.statuses.add(code=code)
        if found:
            # Of several limits the tightest; of those that refuse, the one that lasts longest.
            told = max(refused, key=lambda one: one.resets_in) if refused else min(found, key=lambda one: one.left)
            headers = {"limit": told.calls, "remaining": told.left, "reset": told.resets_in}
            for name, value in headers.items():
                response.response_headers_to_add.add(key=f"x-ratelimit-{name}", value=str(value))
            if refused:
                response.response_headers_to_add.add(key="retry-after", value=str(told.resets_in))
        return cast("Message", response)


def _serialized(message: Message) -> bytes:
    return cast("bytes", message.SerializeToString())
