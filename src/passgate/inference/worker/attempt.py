"""One call's way to one deployment and back."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from passgate.inference.policies.masked_exchange import MaskedExchange
from passgate.inference.policies.masker import Masker
from passgate.inference.routing_table import ServingDeployment
from passgate.inference.translation import ClientReply, Exchange, ParsedRequest
from passgate.inference.translator import open_exchange
from passgate.inference.vendor_stream import STREAM_TYPES
from passgate.inference.worker.ai_call import AiCall, Ending, Outcome
from passgate.inference.worker.answering import call_headers, send_refusal, send_whole
from passgate.inference.worker.incoming import Send
from passgate.inference.worker.options import WorkerLimits
from passgate.inference.worker.refusals import (
    VendorDeclinedError,
    VendorInvalidResponseError,
    VendorTimeoutError,
)
from passgate.inference.worker.stream_relay import StreamRelay
from passgate.inference.worker.vendor_client import VendorClient, VendorReply

_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500
_OK = 200
_SUCCESS = range(200, 300)
_NO_ANSWER = ("vendor_stream_truncated", "vendor_invalid_response")


@dataclass(frozen=True, slots=True)
class Attempt:
    """Carries a call to deployments; each gets a request made for it alone."""

    call: AiCall
    parsed: ParsedRequest
    client: VendorClient
    limits: WorkerLimits
    deadline: float
    settle: Callable[[AiCall, Ending], None]
    send: Send

    async def run(self, deployment: ServingDeployment, *, last: bool) -> None:
        """Answer the call from this deployment.

        Args:
            deployment: who is to answer.
            last: no other can be tried, so that the caller gets whatever this one says.

        Raises:
            VendorFailedError: no answer came, and nothing has been sent to the client; or the stream stalled.
        """
        call = self.call
        if call.ration is not None:
            await call.ration.enter(call, deployment)
        call.deployment = deployment
        exchange = open_exchange(self.parsed, deployment.target, created=int(call.started.timestamp()))
        if call.policy is not None and call.hits is not None and call.policy.on_reply:
            exchange = MaskedExchange(exchange, call.form, Masker(call.policy.on_reply, "reply", call.hits))
        call.dropped = exchange.dropped
        call.translator = None
        patience = self.limits.first_byte if call.stream else self.limits.first_byte_unstreamed
        first_byte = asyncio.get_running_loop().time() + patience
        try:
            async with asyncio.timeout_at(min(first_byte, self.deadline)) as limit:
                reply = await self.client.send(exchange.request)
                try:
                    await self._pass_back(exchange, reply, limit, last=last)
                finally:
                    reply.close()
        except TimeoutError as error:
            raise VendorTimeoutError("The vendor took too long.") from error

    async def _pass_back(self, exchange: Exchange, reply: VendorReply, limit: asyncio.Timeout, *, last: bool) -> None:
        if not last and (reply.status == _TOO_MANY_REQUESTS or reply.status >= _SERVER_ERROR):
            raise VendorDeclinedError("The vendor declined the call.", cause=f"status {reply.status}")
        if self.call.stream and reply.status in _SUCCESS and _is_event_stream(reply.content_type):
            await self._relay(exchange, reply, limit, last=last)
        else:
            await self._pass_whole(exchange, reply, limit)

    async def _relay(self, exchange: Exchange, reply: VendorReply, limit: asyncio.Timeout, *, last: bool) -> None:
        call = self.call
        translator = call.translator = exchange.stream()
        relay = StreamRelay(call, translator, reply, self.send)
        await relay.run(limit, self.limits, self.deadline)
        limit.reschedule(self.deadline)
        tail = relay.close()
        code = translator.error_code
        if code is not None and not call.head_sent:
            if not last:
                raise VendorDeclinedError("The vendor's stream began with an error.", cause=code)
            if code in _NO_ANSWER:
                raise VendorInvalidResponseError("The vendor's stream cannot be read.", code=code)
        outcome: Outcome = "ok" if code is None else "error"
        self.settle(call, Ending(_OK, outcome, code, translator.usage, translator.finish_reason))
        await relay.finish(tail)

    async def _pass_whole(self, exchange: Exchange, reply: VendorReply, limit: asyncio.Timeout) -> None:
        call = self.call
        if limit.when() != self.deadline:
            limit.reschedule(self.deadline)
        body = await self._read_whole(reply)
        answer = exchange.reply(reply.status, reply.content_type, body, request_id=call.request_id)
        if call.hooks is not None and not call.stream:
            answer = await call.hooks.after_answer(answer)
        if call.stream and answer.error_code is None:
            await self._refuse_unasked(answer)
            return
        outcome: Outcome = "ok" if answer.error_code is None else "error"
        self.settle(call, Ending(answer.status, outcome, answer.error_code, answer.usage, answer.finish_reason))
        headers = call_headers(call)
        if reply.retry_after is not None and answer.error_code is not None:
            headers.append((b"retry-after", reply.retry_after.encode("latin-1", "replace")))
        await send_whole(self.send, answer.status, answer.content_type, answer.body, headers)

    async def _read_whole(self, reply: VendorReply) -> bytes:
        parts: list[bytes] = []
        size = 0
        while (part := await reply.read()) is not None:
            parts.append(part)
            size += len(part)
            if size > self.limits.reply_bytes:
                message = f"The vendor's answer is larger than {self.limits.reply_bytes} bytes."
                raise VendorInvalidResponseError(message)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _refuse_unasked(self, answer: ClientReply) -> None:
        """A stream was asked for and a whole answer came: no client of a stream can read it, but it has its price."""
        call = self.call
        error = VendorInvalidResponseError("The vendor did not stream.")
        self.settle(call, Ending(int(error.status), "error", error.code, answer.usage, answer.finish_reason))
        await send_refusal(self.send, call.form, error, call.request_id, call_headers(call))


def _is_event_stream(content_type: str) -> bool:
    """Some servers of local models leave the type out."""
    return not content_type or content_type.lstrip().lower().startswith(STREAM_TYPES)
