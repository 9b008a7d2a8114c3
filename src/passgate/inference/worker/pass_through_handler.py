"""Calls of a provider as it is: authorised, limited and charged like any other, and otherwise left alone."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from passgate.contracts.usage_record import TokenUsage, UsageSource
from passgate.inference.exchange.reading import is_success
from passgate.inference.limits.estimate import BYTES_A_TOKEN, output_bound
from passgate.inference.limits.uncounted_usage import estimated_usage
from passgate.inference.pass_through.address import PREFIX, read_address
from passgate.inference.pass_through.headers import reply_headers, request_headers
from passgate.inference.pass_through.reading_usage import UsageReader
from passgate.inference.routing_table import RoutingTable, ServingApplication
from passgate.inference.translation import Target
from passgate.inference.vertex_address import is_vertex, service_account
from passgate.inference.worker.ai_call import AiCall, Ending
from passgate.inference.worker.answering import call_headers
from passgate.inference.worker.call_frame import CallFrame
from passgate.inference.worker.client_request import ClientRequest
from passgate.inference.worker.incoming import Incoming
from passgate.inference.worker.raw_call import (
    FORMAT,
    PassThroughRefusedError,
    RawCall,
    raw_call,
    read_raw_body,
    to_be_reckoned,
)
from passgate.inference.worker.raw_client import RawClient, RawReply, RawRequest
from passgate.inference.worker.refusals import (
    MethodNotAllowedError,
    RouteNotFoundError,
    VendorFailedError,
    VendorTimeoutError,
)
from passgate.inference.worker.retry_after import read_retry_after
from passgate.kernel.sigv4 import with_credential

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_CLIENT_GONE = 499
_UNAUTHORIZED = 401
_LEFT = ("cancelled", "revoked")
"""Outcomes of calls that ended on the caller's account."""


@dataclass(slots=True)
class _Passage:
    """What is known of a call on its way."""

    asked: RawCall | None = None
    status: int = 0
    """The vendor's; 0: none yet."""
    reader: UsageReader | None = None


@dataclass(frozen=True, slots=True)
class PassThroughHandler:
    """Answers calls below ``/providers``."""

    frame: CallFrame
    client: RawClient
    judged: bool
    """A hook sees requests before vendors do; it cannot see these."""

    async def answer(self, request: ClientRequest, incoming: Incoming) -> None:
        """Answer a call; whatever happens from here on, it leaves a usage line.

        Raises:
            ClaimsMissingError: nobody knows who calls.
        """
        passage = _Passage()

        async def work(call: AiCall, tapped: Incoming) -> None:
            await self._run(call, passage, request, tapped)

        await self.frame.run(incoming, FORMAT, work, partial(self._settle, passage))

    async def _run(self, call: AiCall, passage: _Passage, request: ClientRequest, incoming: Incoming) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers}
        asked = passage.asked = await self._admit(call, request, incoming, headers)
        self.frame.state.refuse_revoked(call.caller.token)  # it may have come on the list while the body came
        book = self.frame.state.table.limits
        if call.caller.ceilings or not book.is_empty:
            await self.frame.rationing.begin(book, call, *to_be_reckoned(call, asked))
            if call.ration is not None:
                await call.ration.enter(call, asked.deployment)
        call.deployment = asked.deployment
        deadline = asyncio.get_running_loop().time() + self.frame.limits.whole
        try:
            async with asyncio.timeout_at(deadline) as limit:
                reply = await self._ask(asked, request, call)
                try:
                    await self._pass_back(call, passage, reply, incoming, limit)
                finally:
                    reply.close()
        except TimeoutError as error:
            raise VendorTimeoutError("The vendor took too long.") from error

    async def _ask(self, asked: RawCall, request: ClientRequest, call: AiCall) -> RawReply:
        """The vendor's answer; where it refuses a key, that of the next one, if the body can be sent again."""
        timer = asyncio.get_running_loop().time
        while True:
            key = asked.provider.key_at(timer())
            reply = await self.client.forward(_request(asked, request, call, key.target))
            said = next((value for name, value in reply.headers if name == b"retry-after"), None)
            told = read_retry_after(said.decode("latin-1") if said is not None else None, self.frame.clock.now())
            refused = key.learn(reply.status, told, timer())
            if not refused or asked.body.pieces is not None or asked.provider.key_at(timer()).until > timer():
                return reply
            reply.close()

    async def _admit(
        self, call: AiCall, request: ClientRequest, incoming: Incoming, headers: Mapping[str, str]
    ) -> RawCall:
        """Find the provider and read what is asked, or refuse it."""
        table, application = self.frame.state.admitted(call.caller.token)
        call.team_id = application.team_id
        if request.method not in _METHODS:
            raise MethodNotAllowedError(", ".join(_METHODS))
        address = read_address(request.raw_path)
        provider = table.raw_provider(application, address.provider)
        if provider is None:
            message = "There is no such provider, or this application may not call it as it is."
            raise RouteNotFoundError(message)
        application = application.limited_to(call.caller.models)
        whole = provider.target.dialect == "bedrock"
        most = self.frame.limits.request_bytes
        body = await read_raw_body(request.method, incoming.receive, headers, most, whole=whole)
        asked = raw_call(table, application, provider, address, body)
        self._refuse_unheld(table, application, asked.model.name)
        call.model, call.model_name, call.table, call.application = asked.model, asked.model.name, table, application
        call.stream = (body.document or {}).get("stream") is True or "stream" in address.rest.lower()
        return asked

    def _refuse_unheld(self, table: RoutingTable, application: ServingApplication, model: str) -> None:
        """Refuse where a rule holds for the caller that a call could get round which passes as it is."""
        policy = table.policies.of(application.team_id, application.id, model)
        bounds = policy is not None and (
            policy.on_request or policy.on_reply or policy.max_prompt_bytes or policy.max_output_tokens
        )
        if bounds:
            message = "A policy holds for this application that cannot be applied to calls that pass as they are."
            raise PassThroughRefusedError(message)
        if self.judged:
            raise PassThroughRefusedError("A hook judges requests, and cannot judge calls that pass as they are.")

    async def _pass_back(
        self, call: AiCall, passage: _Passage, reply: RawReply, incoming: Incoming, limit: asyncio.Timeout
    ) -> None:
        passage.status = reply.status
        if reply.status == _UNAUTHORIZED:
            raise VendorFailedError("The vendor refused the gate's credential.", code="vendor_auth_failed")
        reader = passage.reader = UsageReader(reply.content_type)
        asked = passage.asked
        here = incoming.path[: incoming.path.find("/", len(PREFIX))] if "/" in incoming.path[len(PREFIX) :] else ""
        base_url = asked.provider.target.base_url if asked is not None else ""
        headers = call_headers(call)
        own = {name for name, _ in headers}
        headers += [one for one in reply_headers(reply.headers, base_url, here) if one[0] not in own]
        call.head_sent = True
        await incoming.send({"type": "http.response.start", "status": reply.status, "headers": headers})
        deadline = limit.when()
        held = b""
        while (chunk := await self._next(reply, reader, limit, deadline)) is not None:
            if call.first_token_ms is None:
                call.first_token_ms = call.elapsed_ms()
            reader.feed(chunk)
            out, held = (chunk, b"") if reader.streams else (held, chunk)
            if out:
                await incoming.send({"type": "http.response.body", "body": out, "more_body": True})
        reader.close()
        self._settle(passage, call, Ending(reply.status, "ok" if is_success(reply.status) else "error"))
        await incoming.send({"type": "http.response.body", "body": held, "more_body": False})

    async def _next(
        self, reply: RawReply, reader: UsageReader, limit: asyncio.Timeout, deadline: float | None
    ) -> bytes | None:
        """The next piece; a stream may not be silent for long."""
        if not reader.streams or deadline is None:
            return await reply.read()
        limit.reschedule(min(deadline, asyncio.get_running_loop().time() + self.frame.limits.silence))
        chunk = await reply.read()
        limit.reschedule(deadline)
        return chunk

    def _settle(self, passage: _Passage, call: AiCall, ending: Ending) -> None:
        """Charge the call and write its usage line, once."""
        if call.settled:
            return
        call.settled = True
        told = passage.reader.usage if passage.reader is not None and _sends(passage.asked) else None
        if ending.outcome == "error" and ending.error_code is None:
            ending = ending._replace(error_code="vendor_error")
        if passage.status and (call.head_sent or ending.outcome == "cancelled"):
            ending = ending._replace(status=passage.status)
        usage, source = _charged(call, passage, told, left=ending.outcome in _LEFT)
        ending = ending._replace(usage=usage)
        if call.ration is not None:
            call.ration.settle(call, ending)
        self.frame.write(call, ending, format_in=FORMAT, usage_source=source)


def _sends(asked: RawCall | None) -> bool:
    """Whether a call brings something; what only fetches may be told the usage of an earlier one."""
    return asked is not None and (asked.body.whole is not None or asked.body.pieces is not None)


def _charged(
    call: AiCall, passage: _Passage, told: TokenUsage | None, *, left: bool
) -> tuple[TokenUsage | None, UsageSource]:
    """What is charged, at the price that the call's deployment then has, and who counted it; None: nothing.

    A vendor's error costs nothing. What the vendor tells is charged at the model's price, with an estimate of what it
    had not counted of a stream that was left; a stream that tells nothing is charged by its size; all else costs the
    flat charge.
    """
    asked, reader = passage.asked, passage.reader
    source: UsageSource = "vendor" if told is not None else "none"
    if asked is None or reader is None or not is_success(passage.status):
        return None, source
    if told is not None and asked.priced:
        if not left or not reader.uncounted:
            return told, source
        most = output_bound(asked.body.document or {}, asked.deployment.target.max_output_tokens)
        return estimated_usage(told, reader.uncounted, input_tokens=0, most_output=most), "estimate"
    if asked.priced and reader.streams and asked.body.whole:
        by_size = TokenUsage(input=len(asked.body.whole) // BYTES_A_TOKEN + 1, output=reader.events)
        return by_size, "estimate" if left else source
    call.deployment = replace(asked.deployment, price=asked.provider.charge)
    return told or TokenUsage(), source


def _request(asked: RawCall, request: ClientRequest, call: AiCall, target: Target) -> RawRequest:
    """The request for the vendor."""
    body = asked.body
    headers = request_headers(request.headers, target)
    path = asked.address.target(target.base_url, request.query)
    if target.dialect == "bedrock" and target.api_key is not None:
        url = "/".join(target.base_url.split("/", 3)[:3]) + path
        headers = dict(
            with_credential(
                target.api_key,
                method=request.method,
                url=url,
                headers=headers,
                body=body.whole or b"",
                service="bedrock",
                seconds=int(call.started.timestamp()),
            )
        )
    account = service_account(target) if is_vertex(target) else None
    return RawRequest(
        request.method, target.base_url, path, headers, body.whole, body.pieces, body.length, service_account=account
    )
