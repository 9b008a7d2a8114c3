"""An AI call from the client's request to the last byte of its answer."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from passgate.contracts.routing import SESSION_HEADER
from passgate.inference.files.ids import FilesApartError, OwnIds, names_files
from passgate.inference.hooks.chain import HookChain
from passgate.inference.policies.answer_cache import CACHE_HEADER, asked_seconds, cache_key
from passgate.inference.policies.masker import ContentBlockedError, Hits
from passgate.inference.policies.shared_answers import SharedAnswers
from passgate.inference.routing_table import RoutingTable, ServingApplication, ServingModel
from passgate.inference.translation import ParsedRequest
from passgate.inference.translator import kind_for, parse, render_stream_error
from passgate.inference.worker.ai_call import AiCall, Ending, Outcome, hooked_call, usage_line
from passgate.inference.worker.answering import call_headers, send_refusal
from passgate.inference.worker.attempts import Attempts
from passgate.inference.worker.body_log import BodyLog, BodyTap
from passgate.inference.worker.broken_stream import CLIENT_GONE, charged_as_far_as_it_came, ending_of_gone_client
from passgate.inference.worker.call_guard import CallGuard
from passgate.inference.worker.caller import read_caller
from passgate.inference.worker.failure_log import log_failure
from passgate.inference.worker.incoming import Incoming, Send
from passgate.inference.worker.live_state import LiveState
from passgate.inference.worker.options import WorkerLimits
from passgate.inference.worker.rationing import Rationing
from passgate.inference.worker.recorded_answer import RecordedAnswer, send_stored
from passgate.inference.worker.refusals import (
    ModelKindError,
    ModelNotAllowedError,
    ModelNotFoundError,
    TokenRevokedError,
    VendorFailedError,
    WorkerStoppingError,
)
from passgate.inference.worker.request_body import ClientGoneError, read_body
from passgate.inference.worker.spool import UsageSpool
from passgate.kernel.clock import Clock
from passgate.kernel.errors import PassgateError

_log = logging.getLogger("passgate.inference")

UNFORESEEN = "The gate failed. Its log says more, under this request id."

_LAST_WORDS_SECONDS = 1.0
"""For a cut stream's client to take the event that says why."""


@dataclass(frozen=True, slots=True)
class CallHandler:
    """Answers AI calls."""

    state: LiveState
    attempts: Attempts
    spool: UsageSpool
    limits: WorkerLimits
    clock: Clock
    rationing: Rationing
    cache: SharedAnswers
    timer: Callable[[], float]
    """The event loop's."""
    hooks: HookChain | None = None
    bodies: BodyLog | None = None

    async def answer(self, incoming: Incoming) -> None:
        """Answer a call; whatever happens from here on, it leaves a usage line.

        Raises:
            ClaimsMissingError: nobody knows who calls.
        """
        caller = read_caller(incoming.headers, self.state.issuers)
        call = AiCall(
            incoming.form,
            incoming.request_id,
            caller,
            self.clock.now(),
            self.timer,
            self.timer(),
            prompt=incoming.prompt,
            task=incoming.task,
        )
        tap: BodyTap | None = None
        try:
            parsed, model = await self._admit(call, incoming)
            if self.bodies is not None and call.application is not None and call.application.logs_bodies:
                tap = BodyTap(incoming.send, incoming.headers.get("content-type", ""), parsed.raw)
                incoming = replace(incoming, send=tap.send)
            await self._serve(call, parsed, model, incoming)
        except ClientGoneError:
            self._settle(call, Ending(CLIENT_GONE, "cancelled"))
        except PassgateError as error:
            outcome: Outcome = "revoked" if isinstance(error, TokenRevokedError) else "error"
            await self._fail(call, error, outcome, incoming.send)
        except Exception:  # noqa: BLE001 - the edge: a call must end in an answer and a line, and the worker must live on
            _log.exception("a call failed in a way that nobody foresaw", extra={"request_id": call.request_id})
            await self._fail(call, PassgateError(UNFORESEEN), "error", incoming.send)
        finally:
            if call.prompt is not None:
                call.prompt.tap = tap
            elif tap is not None and self.bodies is not None:
                self.bodies.keep(call, tap)

    async def _admit(self, call: AiCall, incoming: Incoming) -> tuple[ParsedRequest, ServingModel]:
        """Read the request and find its model, or refuse it."""
        table, application = self.state.admitted(call.caller.token)
        call.team_id = application.team_id
        raw = await read_body(incoming.receive, incoming.headers, self.limits.request_bytes)
        raw, kept_by = _with_files(table, application, raw)
        parsed = parse(call.form, raw, incoming.headers)
        call.model_name = parsed.model
        call.stream = parsed.stream
        application = application.limited_to(call.caller.models)
        model = _model_for(call, table, application, parsed.model)
        if kept_by is not None:
            model = _at_provider(model, kept_by)
        wanted = kind_for(call.form)
        if model.kind != wanted:
            raise ModelKindError(f"The model '{model.name}' is for {model.kind}, not for {wanted}.", field="model")
        call.model, call.table, call.application = model, table, application
        call.model_name = model.name  # an alias may have been asked for
        call.session = incoming.headers.get(SESSION_HEADER)
        policy = table.policies.of(application.team_id, application.id, model.name)
        if policy is not None:
            call.policy, call.hits = policy, Hits()
            parsed = policy.applied(parsed, call.hits)
        if self.hooks is not None:
            call.hooks = self.hooks.of(hooked_call(call))
            parsed = await call.hooks.before_request(parsed)
        call.parsed = parsed
        return parsed, model

    async def _serve(self, call: AiCall, parsed: ParsedRequest, model: ServingModel, incoming: Incoming) -> None:
        """Run the call so that its client's going or its token's revocation ends it at once."""
        task = incoming.task
        guard = CallGuard(task, call.caller)
        self.state.calls.add(guard)
        incoming.on_gone(guard.lose_client)
        try:
            self.state.refuse_revoked(call.caller.token)  # it may have come on the list while the body came
            book = self.state.table.limits
            if call.caller.ceilings or not book.is_empty:
                await self.rationing.begin(book, call, parsed, model)
            wished = incoming.headers.get(CACHE_HEADER)
            if wished is None and call.policy is None:
                await self.attempts.run(call, parsed, model, self._settle, incoming.send)
            else:
                await self._serve_cached(call, parsed, model, incoming, wished)
        except asyncio.CancelledError:
            task.uncancel()
            await self._end_cut(call, guard, incoming.send)
        finally:
            guard.close()
            self.state.calls.discard(guard)

    async def _serve_cached(
        self, call: AiCall, parsed: ParsedRequest, model: ServingModel, incoming: Incoming, wished: str | None
    ) -> None:
        """Answer from the cache, or put the answer there, where caller and policy want that."""
        seconds = asked_seconds(wished, call.policy.cache_seconds if call.policy is not None else None)
        if not seconds:
            await self.attempts.run(call, parsed, model, self._settle, incoming.send)
            return
        rules = call.policy.digest if call.policy is not None else ""
        key = cache_key(parsed, call.caller.application_id, model, rules)
        stored = await self.cache.get(key)
        if stored is not None:
            call.cached = True
            self._settle(call, Ending(200, finish_reason=stored.finish_reason))
            await send_stored(incoming.send, call, stored)
            return
        recorded = RecordedAnswer(incoming.send, self.cache, key, seconds)

        def settle(settled: AiCall, ending: Ending) -> None:
            recorded.ending = ending
            self._settle(settled, ending)

        await self.attempts.run(call, parsed, model, settle, recorded.send)
        recorded.keep(call)

    async def _end_cut(self, call: AiCall, guard: CallGuard, send: Send) -> None:
        """End a call that was cut: usage first, then, where there is someone to hear it, the reason."""
        if call.settled:
            return  # the answer was on its way out
        if guard.reason == "cancelled":
            self._settle(call, ending_of_gone_client(call))
        elif guard.reason == "revoked":
            await self._fail(call, TokenRevokedError("The token has been revoked."), "revoked", send)
        else:
            await self._fail(call, WorkerStoppingError("The worker is being stopped."), "error", send)

    async def _fail(self, call: AiCall, error: PassgateError, outcome: Outcome, send: Send) -> None:
        """End a call with an error: as an answer where none has begun, as an event of its stream otherwise."""
        usage = call.translator.usage if call.translator is not None else None
        finish = call.translator.finish_reason if call.translator is not None else None
        status = 200 if call.head_sent else int(error.status)
        ending = Ending(status, outcome, error.code, usage, finish)
        if isinstance(error, (TokenRevokedError, ContentBlockedError)):
            ending = charged_as_far_as_it_came(call, ending)
        self._settle(call, ending)
        if isinstance(error, VendorFailedError):
            log_failure(call, error, "the caller is told")
        if not call.head_sent:
            await send_refusal(send, call.form, error, call.request_id, call_headers(call))
            return
        event = render_stream_error(
            call.form, status=int(error.status), code=error.code, message=error.message, request_id=call.request_id
        )
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_SECONDS):
                await send({"type": "http.response.body", "body": event, "more_body": False})

    def _settle(self, call: AiCall, ending: Ending) -> None:
        """Write the usage line, once."""
        if not call.settled:
            call.settled = True
            if call.ration is not None:
                call.ration.settle(call, ending)
            if call.prompt is not None:
                call.prompt.keep(call, ending)
            else:
                self.spool.append(usage_line(call, ending))


def _with_files(table: RoutingTable, application: ServingApplication, raw: bytes) -> tuple[bytes, str | None]:
    """The request with the vendor's ids of the files that it names, and the provider that keeps them.

    Raises:
        PassgateError: a file is not this application's, or no one provider keeps all.
    """
    if table.file_seal is None or not names_files(raw):
        return raw, None
    return OwnIds(table.file_seal, application.id).unsealed(raw)


def _at_provider(model: ServingModel, provider_id: str) -> ServingModel:
    """The model as the provider serves it that keeps the files which the call names.

    Raises:
        FilesApartError: it does not.
    """
    found = model.at_provider(provider_id)
    if not found.deployments:
        raise FilesApartError(f"The model '{model.name}' is not served by the provider that keeps the file.")
    return found


def _model_for(call: AiCall, table: RoutingTable, application: ServingApplication, name: str) -> ServingModel:
    """What a name means to the caller; in a prompt, to the team that made it: its subscribers need not have the model.

    Raises:
        PassgateError: no model has the name, or it is not for this caller.
    """
    if call.prompt is not None and call.prompt.team_id is not None:
        model = table.model_of_team(call.prompt.team_id, name)
    else:
        model = table.model(application, name)
    if model is not None:
        return model
    if table.knows(name):
        raise ModelNotAllowedError(f"The model '{name[:200]}' is not allowed for this application.", field="model")
    raise ModelNotFoundError(f"There is no model '{name[:200]}'.", field="model")
