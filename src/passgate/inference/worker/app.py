"""The worker as an application: paths, methods, and the life of what they need."""

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol

from passgate.contracts.cached_route import CACHED_HEADER, CHANGED_PATH
from passgate.contracts.call_body import BODIES_FOLDER
from passgate.contracts.described_revision import ASK_PREFIX, MOCK_HEADER, ROUTE_HEADER
from passgate.contracts.offered_tools import SERVER_TOOL_HEADER
from passgate.contracts.prompt import PROMPT_HEADER, TRIAL_PATH
from passgate.contracts.routing import SESSION_HEADER
from passgate.contracts.verified_claims import CLAIMS_HEADER, FOREIGN_CLAIMS_HEADER
from passgate.inference.exchange.mistral_client import AGENT
from passgate.inference.inbound.gemini.format import PATH_HEADER
from passgate.inference.inbound.gemini.path import CLIENT_HEADER as GOOGLE_CLIENT
from passgate.inference.inbound.gemini.path import PREFIX as GEMINI
from passgate.inference.inbound.gemini.path import read_call
from passgate.inference.pass_through.address import PREFIX as PROVIDERS
from passgate.inference.policies.answer_cache import CACHE_HEADER, AnswerCache
from passgate.inference.policies.generations import Generations
from passgate.inference.policies.shared_answers import SharedAnswers
from passgate.inference.routing import Router
from passgate.inference.routing_table import ServingApplication
from passgate.inference.translation import InboundFormat
from passgate.inference.worker.answering import send_json, send_refusal
from passgate.inference.worker.attempts import Attempts
from passgate.inference.worker.authorising_client import AuthorisingClient
from passgate.inference.worker.batch_desk import BatchDesk
from passgate.inference.worker.batch_judge import BatchJudge
from passgate.inference.worker.batch_watch import BatchWatch
from passgate.inference.worker.body_log import BodyLog
from passgate.inference.worker.cached_handler import CachedHandler
from passgate.inference.worker.call_frame import CallFrame
from passgate.inference.worker.call_handler import UNFORESEEN, CallHandler
from passgate.inference.worker.caller import read_caller
from passgate.inference.worker.client_request import ClientRequest
from passgate.inference.worker.described_handler import DescribedHandler
from passgate.inference.worker.file_call import FileCall
from passgate.inference.worker.file_desk import FileDesk
from passgate.inference.worker.file_handler import PREFIXES as FILES
from passgate.inference.worker.file_handler import FileHandler
from passgate.inference.worker.file_vendor import FileVendor
from passgate.inference.worker.gate_client import GateClient
from passgate.inference.worker.gemini_model_list import gemini_list, gemini_model
from passgate.inference.worker.health_file import HealthFile
from passgate.inference.worker.incoming import Incoming, Send
from passgate.inference.worker.live_state import LiveState
from passgate.inference.worker.model_list import anthropic_list, anthropic_model, openai_list, openai_model
from passgate.inference.worker.options import WorkerOptions
from passgate.inference.worker.pass_through_handler import PassThroughHandler
from passgate.inference.worker.prompt_handler import PromptHandler
from passgate.inference.worker.prompt_trial import PromptTrial
from passgate.inference.worker.rationing import Rationing
from passgate.inference.worker.raw_client import RawClient
from passgate.inference.worker.refusals import (
    MethodNotAllowedError,
    RouteNotFoundError,
)
from passgate.inference.worker.server_sessions import ServerSessions
from passgate.inference.worker.server_tool_handler import ServerToolHandler
from passgate.inference.worker.spool import UsageSpool
from passgate.inference.worker.tool_handler import PREFIX as TOOLS
from passgate.inference.worker.tool_handler import ToolHandler
from passgate.inference.worker.upload_desk import UploadDesk
from passgate.inference.worker.upload_room import UploadRoom
from passgate.inference.worker.upstream_way import UpstreamWay
from passgate.kernel.clock import Clock, SystemClock
from passgate.kernel.errors import PassgateError
from passgate.kernel.ids import IdFactory

_log = logging.getLogger("passgate.inference")

_CALL_PATHS: Mapping[str, InboundFormat] = {
    "/v1/chat/completions": "openai-chat",
    "/v1/responses": "openai-responses",
    "/v1/embeddings": "openai-embeddings",
    "/v1/images/generations": "openai-images",
    "/v1/images/edits": "openai-image-edits",
    "/v1/audio/speech": "openai-speech",
    "/v1/audio/transcriptions": "openai-transcriptions",
    "/v1/audio/translations": "openai-translations",
    "/v1/moderations": "openai-moderations",
    "/v1/rerank": "rerank",
    "/v2/rerank": "rerank",
    "/v1/messages": "anthropic-messages",
    "/v1/messages/count_tokens": "anthropic-count-tokens",
}
_LARGEST_RESULT = 4 * 1024 * 1024
"""Bytes of what a tool's call answers; a model could not read it anyway."""
_MODELS = "/v1/models"
_LISTS = (_MODELS, f"{GEMINI}models")
_LISTED = tuple(f"{path}/" for path in _LISTS)
_KEPT = ("/v1/responses/", "/v1/conversations", "/v1/chat/completions/")
"""Where OpenAI answers with what it has stored."""
_NOT_KEPT = ("/v1/responses/input_tokens", "/v1/responses/compact")
"""But not there."""
_NOTHING = "There is nothing at this path. What only one vendor has is reached at /providers/<provider>/…, if allowed."
_NOTHING_KEPT = "Passgate stores no conversations: nothing is to be had here. Send the whole talk each time."
_READ_HEADERS = {
    name.encode(): name
    for name in (
        CLAIMS_HEADER,
        FOREIGN_CLAIMS_HEADER,
        "x-request-id",
        "content-length",
        "content-type",
        "anthropic-version",
        "anthropic-beta",
        GOOGLE_CLIENT,
        AGENT,
        CACHE_HEADER,
        PROMPT_HEADER,
        MOCK_HEADER,
        SERVER_TOOL_HEADER,
        CACHED_HEADER,
        ROUTE_HEADER,
        "accept",
        SESSION_HEADER,
    )
}
_OTHERS = frozenset({PROMPT_HEADER, MOCK_HEADER, SERVER_TOOL_HEADER, CACHED_HEADER})
"""Headers of the gate's own that make a request none of an AI format, whatever its path."""


class _Follower(Protocol):
    """Does something again and again beside the calls."""

    async def follow(self) -> None:
        """Go on until cancelled."""


class WorkerApp:
    """Answers what Envoy sends to this worker."""

    def __init__(self, options: WorkerOptions, *, clock: Clock, ids: IdFactory, chance: Callable[[], float]) -> None:
        self._options = options
        self._clock = clock
        self._ids = ids
        self._chance = chance
        self._state = LiveState(options.config_file, options.revocations_file, options.vault)
        self._calls: CallHandler | None = None
        self._prompts: PromptHandler | None = None
        self._raw: PassThroughHandler | None = None
        self._files: FileHandler | None = None
        self._cached: CachedHandler | None = None
        self._described = DescribedHandler(self._state, clock, ids)
        gate = GateClient(options.gate_socket, _LARGEST_RESULT)
        self._tools = ToolHandler(self._state, gate)
        self._server_tools = ServerToolHandler(self._state, ServerSessions(gate))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The application's life: its files and connections are open within."""
        options = self._options
        limits = options.limits
        spool = UsageSpool(options.spool_dir, options.name, clock=self._clock, rotate_bytes=limits.spool_bytes)
        spool.open()
        client = AuthorisingClient(
            connect_seconds=limits.connect, now=lambda: self._clock.now().timestamp(), ca_file=options.ca_file
        )
        rationing = Rationing(options.rationing, self._clock, self._ids.new("wrk"))
        rationing.load()
        attempts = Attempts(client, Router(self._chance), limits, self._chance)
        self._state.load()
        timer = asyncio.get_running_loop().time
        generations = Generations(options.changes_file)
        cache = SharedAnswers(AnswerCache(timer), options.rationing.valkey_url, generations)
        way = UpstreamWay(options.cached_socket)
        self._cached = CachedHandler(self._state, cache, way, self._clock, self._ids)
        bodies = BodyLog(options.spool_dir / BODIES_FOLDER, options.vault, self._ids)
        self._calls = CallHandler(
            self._state, attempts, spool, limits, self._clock, rationing, cache, timer, options.hooks, bodies
        )
        self._prompts = PromptHandler(self._calls)
        raw_client = RawClient(
            connect_seconds=limits.connect, now=lambda: self._clock.now().timestamp(), ca_file=options.ca_file
        )
        frame = CallFrame(self._state, spool, limits, self._clock, rationing, bodies)
        self._raw = PassThroughHandler(frame, raw_client, judged=_judges_requests(options))
        watch = self._follow_files(FileVendor(raw_client), frame)
        followers: list[_Follower] = [self._state, rationing, watch, spool]
        if options.health_file is not None:
            health = HealthFile(
                options.health_file, self._state, rationing.peaks, lambda: self._clock.now().timestamp()
            )
            followers.append(health)
        followings = [asyncio.create_task(one.follow()) for one in followers]
        for following in followings:
            following.add_done_callback(_report_end)
        try:
            yield
        finally:
            for following in followings:
                following.cancel()
            await rationing.close()
            await cache.close()
            way.close()
            client.close()
            raw_client.close()
            spool.close()

    def _follow_files(self, vendor: FileVendor, frame: CallFrame) -> BatchWatch:
        """Make what answers for files and batches; gives what follows batches under way."""
        options, limits = self._options, self._options.limits
        folder = options.spool_dir / "batches"
        watch = BatchWatch(
            folder,
            self._state,
            vendor=vendor,
            spool=frame.spool,
            rationing=frame.rationing,
            clock=self._clock,
            seconds=limits.batch_look,
        )
        judged = _judges_requests(options)

        def judges(asked: FileCall) -> BatchJudge:
            return BatchJudge(asked, judged)

        room = UploadRoom(options.spool_dir, limits.file_bytes)
        files, uploads = FileDesk(vendor, room, judges), UploadDesk(vendor, room, judges)
        batches = BatchDesk(vendor, watch, frame.rationing, self._clock, judges)
        self._files = FileHandler(frame, files, batches, uploads)
        return watch

    async def answer(self, request: ClientRequest) -> None:
        """Answer a request. The edge of the process: what nobody foresaw becomes a 500 in the caller's format."""
        incoming = self._incoming(request)
        try:
            if self._calls is not None and incoming.form == _CALL_PATHS.get(incoming.path):
                _require_method(incoming, "POST")
                await self._calls.answer(incoming)
            elif self._cached is not None and _concerns_cache(incoming):
                await self._cached.answer(request, incoming)
            elif SERVER_TOOL_HEADER in incoming.headers:
                await self._server_tools.answer(incoming)
            elif MOCK_HEADER in incoming.headers or incoming.path.startswith(ASK_PREFIX):
                await self._described.answer(request, incoming)
            elif incoming.path.startswith(PROVIDERS) and self._raw is not None:
                await self._raw.answer(request, incoming)
            elif incoming.path.startswith(FILES) and self._files is not None:
                await self._files.answer(request, incoming)
            elif incoming.path == TOOLS or incoming.path.startswith(f"{TOOLS}/"):
                await self._tools.answer(request, incoming)
            else:
                await self._route(incoming)
        except PassgateError as error:
            await self._refuse(incoming, error)
        except Exception:  # noqa: BLE001 - the edge: the worker must live on
            _log.exception("a request failed in a way that nobody foresaw", extra={"request_id": incoming.request_id})
            await self._refuse(incoming, PassgateError(UNFORESEEN))

    def _incoming(self, request: ClientRequest) -> Incoming:
        path = request.path
        headers = {
            _READ_HEADERS[key]: value.decode("latin-1") for key, value in request.headers if key in _READ_HEADERS
        }
        form = _CALL_PATHS.get(path)
        if not _OTHERS.isdisjoint(headers) or path == TRIAL_PATH or path.startswith(ASK_PREFIX):
            form = "prompt"
        elif form is None:
            gemini = read_call(path, request.query) if ":" in path else None
            if gemini is not None:
                headers[PATH_HEADER] = path
            form = gemini.form if gemini is not None else _format_of(path, headers)
        return Incoming(
            form=form,
            method=request.method,
            path=path,
            query=request.query,
            request_id=headers.get("x-request-id") or self._ids.new("req"),
            headers=headers,
            receive=request.receive,
            send=request.send,
            on_gone=request.on_gone,
            task=request.task,
        )

    async def _refuse(self, incoming: Incoming, error: PassgateError) -> None:
        headers = incoming.own_headers()
        if isinstance(error, MethodNotAllowedError):
            headers.append((b"allow", error.allowed.encode()))
        await send_refusal(incoming.send, incoming.form, error, incoming.request_id, headers)

    async def _route(self, incoming: Incoming) -> None:
        path = incoming.path
        if incoming.form == "prompt" and self._prompts is not None:
            _require_method(incoming, "POST")
            answer = (
                self._prompts.answer if PROMPT_HEADER in incoming.headers else PromptTrial(self._prompts.calls).answer
            )
            await answer(incoming)
        elif PATH_HEADER in incoming.headers and self._calls is not None:
            _require_method(incoming, "POST")
            await self._calls.answer(incoming)
        elif path in _LISTS or path.startswith(_LISTED):
            _require_method(incoming, "GET")
            found = self._gemini_models(incoming) if incoming.form == "gemini" else self._models(incoming)
            await send_json(incoming.send, 200, found, incoming.own_headers())
        elif path == "/readyz":
            _require_method(incoming, "GET")
            await self._tell_readiness(incoming.send)
        else:
            kept = path.startswith(_KEPT) and path not in _NOT_KEPT
            raise RouteNotFoundError(_NOTHING_KEPT if kept else _NOTHING)

    def _models(self, incoming: Incoming) -> dict[str, Any]:
        application = self._application(incoming.headers)
        table = self._state.table
        name = incoming.path[len(_MODELS) + 1 :]
        if incoming.form != "anthropic-messages":
            return openai_model(table, application, name) if name else openai_list(table, application)
        return anthropic_model(table, application, name) if name else anthropic_list(table, application, incoming.query)

    def _gemini_models(self, incoming: Incoming) -> dict[str, Any]:
        application = self._application(incoming.headers)
        name = incoming.path.partition("/models")[2].removeprefix("/")
        if name:
            return gemini_model(self._state.table, application, name)
        return gemini_list(self._state.table, application, incoming.query)

    def _application(self, headers: Mapping[str, str]) -> ServingApplication:
        caller = read_caller(headers, self._state.issuers)
        return self._state.admitted(caller.token)[1].limited_to(caller.models)

    async def _tell_readiness(self, send: Send) -> None:
        ready = self._state.ready
        document = {
            "status": "ready" if ready else "starting",
            "snapshot_version": self._state.table.version if ready else None,
            "revocation_seq": self._state.deny.seq,
            "worker": self._options.name,
        }
        await send_json(send, 200 if ready else 503, document, [])


def build_app(
    options: WorkerOptions,
    *,
    clock: Clock | None = None,
    ids: IdFactory | None = None,
    chance: Callable[[], float] = random.random,
) -> WorkerApp:
    """The application of one worker; it opens files and connections at the server's start, not before.

    Args:
        options: the worker's place and limits.
        clock: tells the time of day.
        ids: makes request ids for calls that bear none.
        chance: gives numbers from 0 up to 1, for the choice among deployments.
    """
    clock = clock or SystemClock()
    return WorkerApp(options, clock=clock, ids=ids or IdFactory(clock), chance=chance)


def _format_of(path: str, headers: Mapping[str, str]) -> InboundFormat:
    """The format of errors at a path that is no call's: Anthropic's below its own, and where its client asks."""
    if path.startswith(PROVIDERS):
        if "anthropic-version" in headers:
            return "anthropic-messages"
        return "gemini" if GOOGLE_CLIENT in headers else "openai-chat"
    if path.startswith("/v1/messages"):
        return "anthropic-messages"
    if path.startswith(GEMINI) or (path.startswith(_MODELS) and GOOGLE_CLIENT in headers):
        return "gemini"
    if path.startswith(_MODELS) and "anthropic-version" in headers:
        return "anthropic-messages"
    return "openai-chat"


def _judges_requests(options: WorkerOptions) -> bool:
    """Whether a hook is installed that sees requests before vendors do."""
    return options.hooks is not None and any(one.act("before_request") for one in options.hooks.hooks)


def _concerns_cache(incoming: Incoming) -> bool:
    """Whether it is a call whose answer may be kept, or news of one that may have changed what is."""
    told = incoming.path.startswith(f"{CHANGED_PATH}/") and _OTHERS.isdisjoint(incoming.headers)
    return told or CACHED_HEADER in incoming.headers


def _require_method(incoming: Incoming, method: str) -> None:
    if incoming.method != method:
        raise MethodNotAllowedError(method)


def _report_end(task: asyncio.Task[None]) -> None:
    """A worker that no longer follows its files would serve revoked tokens: it must not live on unseen."""
    if not task.cancelled() and task.exception() is not None:
        _log.critical("the worker no longer follows its configuration", exc_info=task.exception())
