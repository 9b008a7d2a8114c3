"""One call's way to one deployment and back."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from passgate.inference.exchange.failure import INVALID_RESPONSE, STREAM_TRUNCATED
from passgate.inference.policies.masked_exchange import MaskedExchange
from passgate.inference.policies.masker import Masker
from passgate.inference.routing_table import ServingDeployment, ServingKey
from passgate.inference.translation import ClientReply, Exchange, ParsedRequest, StreamTranslator
from passgate.inference.translator import open_exchange
from passgate.inference.vendor_stream import STREAM_TYPES
from passgate.inference.worker.ai_call import AiCall, Ending, Outcome
from passgate.inference.worker.answering import call_headers, send_refusal, send_whole
from passgate.inference.worker.incoming import Send
from passgate.inference.worker.options import WorkerLimits
from passgate.inference.worker.refusals import VendorDeclinedError, VendorInvalidResponseError, VendorTimeoutError
from passgate.inference.worker.retry_after import read_retry_after
from passgate.inference.worker.stream_relay import StreamRelay
from passgate.inference.worker.time_limit import TimeLimit, TimeLimits
from passgate.inference.worker.uncounted_answer import of_whole_answer, with_estimate
from passgate.inference.worker.vendor_client import VendorClient, VendorReply

_SERVER_ERROR = 500
_OK = 200
_SUCCESS = range(200, 300)
_ELSEWHERE = frozenset({401, 402, 403, 404, 408, 429})
"""What a vendor says of its key, its quota or its own list of models; another one may well have an answer."""
_MAY_PASS = frozenset({408, 429})
_PASSING_CODES = frozenset({"vendor_error", "vendor_overloaded", "vendor_rate_limited", STREAM_TRUNCATED})
_NO_ANSWER = (STREAM_TRUNCATED, INVALID_RESPONSE)
_ERROR_BYTES = 1024 * 1024
"""What is read of an answer that is an error."""
_BROKE = b"insufficient_quota"
"""OpenAI's code of an account without money (https://platform.openai.com/docs/guides/error-codes)."""


@dataclass(slots=True)  # not frozen: every call makes one, and freezing takes three times as long
class Attempt:
    """Carries a call to deployments, to each with a request of its own: no credential meets another vendor."""

    call: AiCall
    parsed: ParsedRequest
    client: VendorClient
    limits: WorkerLimits
    deadline: float
    settle: Callable[[AiCall, Ending], None]
    send: Send
    timers: TimeLimits

    async def run(self, deployment: ServingDeployment, key: ServingKey) -> str | None:
        """Answer the call from this deployment; gives the stable code where the answer is an error all the same.

        Raises:
            VendorDeclinedError: it has no answer, but words that can be told.
            VendorFailedError: no answer came, and nothing has been sent to the client; or the stream stalled.
            UntranslatableError: it cannot be asked what the client asks.
        """
        call = self.call
        if call.ration is not None and call.ration.book.bounds_deployments:
            await call.ration.enter(call, deployment)
        call.deployment, call.key = deployment, key
        exchange = open_exchange(self.parsed, key.target, created=int(call.started.timestamp()))
        if call.policy is not None and call.hits is not None and call.policy.on_reply:
            exchange = MaskedExchange(exchange, call.form, Masker(call.policy.on_reply, "reply", call.hits))
        call.dropped = exchange.dropped
        call.translator = call.first_token_ms = None
        limits = self.limits
        patience = (limits.first_token or limits.first_byte) if call.stream else limits.first_byte_unstreamed
        first_byte = call.timer() + patience
        try:
            with self.timers.until(min(first_byte, self.deadline), call.task) as limit:
                reply = await self.client.send(exchange.request, connect_seconds=limits.connect)
                try:
                    return await self._pass_back(exchange, reply, limit)
                finally:
                    reply.close()
        except TimeoutError as error:
            raise VendorTimeoutError("The vendor took too long.") from error

    def _pass_back(self, exchange: Exchange, reply: VendorReply, limit: TimeLimit) -> Coroutine[Any, Any, str | None]:
        if self.call.stream and reply.status in _SUCCESS and _is_event_stream(reply.content_type):
            return self._relay(exchange, reply, limit)
        return self._pass_whole(exchange, reply, limit)

    async def _relay(self, exchange: Exchange, reply: VendorReply, limit: TimeLimit) -> str | None:
        call = self.call
        translator = call.translator = exchange.stream()
        relay = StreamRelay(call, translator, reply, self.send)
        try:
            await relay.run(limit, self.limits, self.deadline)
        finally:
            relay.stop()
        limit.move(self.deadline)
        tail = relay.close()
        code = translator.error_code
        if code is not None and not call.head_sent:
            raise self._declined_stream(relay, translator, tail, code)
        outcome: Outcome = "ok" if code is None else "error"
        ending = Ending(_OK, outcome, code, translator.usage, translator.finish_reason)
        if ending.usage is None and code is None:
            ending = with_estimate(call, ending, None, translator.uncounted)
        self.settle(call, ending)
        await relay.finish(tail)
        return code

    def _declined_stream(
        self, relay: StreamRelay, translator: StreamTranslator, tail: bytes, code: str
    ) -> VendorDeclinedError:
        """A stream that began with an error, or with nothing."""

        async def tell() -> None:
            if code in _NO_ANSWER:
                raise VendorInvalidResponseError("The vendor's stream cannot be read.", code=code)
            self.settle(self.call, Ending(_OK, "error", code, translator.usage, translator.finish_reason))
            await relay.finish(tail)

        return VendorDeclinedError(code, tell, vendor_status=None, may_pass=code in _PASSING_CODES)

    async def _pass_whole(self, exchange: Exchange, reply: VendorReply, limit: TimeLimit) -> str | None:
        call = self.call
        limit.move(self.deadline)
        body = await self._read_whole(reply)
        answer = exchange.reply(reply.status, reply.content_type, body, request_id=call.request_id)
        code = answer.error_code
        if code is not None:
            status = answer.status if reply.status in _SUCCESS else reply.status
            if status in _ELSEWHERE or status >= _SERVER_ERROR or code == INVALID_RESPONSE:
                raise self._declined(answer, reply, status, body)
        elif call.stream:
            await self._refuse_unasked(answer)
            return INVALID_RESPONSE
        await self._tell(answer, reply.retry_after)
        return code

    def _declined(self, answer: ClientReply, reply: VendorReply, status: int, body: bytes) -> VendorDeclinedError:
        call, told = self.call, reply.retry_after
        is_broke = _BROKE in body
        now = call.started + timedelta(milliseconds=call.elapsed_ms())
        code = answer.error_code or ""
        return VendorDeclinedError(
            code,
            lambda: self._tell(answer, told),
            vendor_status=status if code != INVALID_RESPONSE else reply.status,
            retry_after=read_retry_after(told, now),
            is_broke=is_broke,
            may_pass=code != INVALID_RESPONSE and not is_broke and (status in _MAY_PASS or status >= _SERVER_ERROR),
        )

    async def _tell(self, answer: ClientReply, retry_after: str | None) -> None:
        call = self.call
        if call.hooks is not None and not call.stream:
            answer = await call.hooks.after_answer(answer)
        outcome: Outcome = "ok" if answer.error_code is None else "error"
        ending = Ending(answer.status, outcome, answer.error_code, answer.usage, answer.finish_reason)
        self.settle(call, of_whole_answer(call, ending, answer.body))
        headers = call_headers(call)
        if retry_after is not None and answer.error_code is not None:
            headers.append((b"retry-after", retry_after.encode("latin-1", "replace")))
        await send_whole(self.send, answer.status, answer.content_type, answer.body, headers)

    async def _read_whole(self, reply: VendorReply) -> bytes:
        """The body; of an error's no more than its beginning."""
        parts: list[bytes] = []
        size = 0
        succeeded = reply.status in _SUCCESS
        while (part := reply.rest() or await reply.read()) is not None:
            parts.append(part)
            size += len(part)
            if size > self.limits.reply_bytes and succeeded:
                message = f"The vendor's answer is larger than {self.limits.reply_bytes} bytes."
                raise VendorInvalidResponseError(message)
            if size > _ERROR_BYTES and not succeeded:
                break
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
