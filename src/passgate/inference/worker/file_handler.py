"""Calls about files and batches (``/v1/files``, ``/v1/batches``): each for its owner, at the provider that has it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal
from urllib.parse import unquote

import orjson

from passgate.inference.exchange.reading import is_success
from passgate.inference.files.ids import OwnIds
from passgate.inference.translation import ParsedRequest
from passgate.inference.worker.ai_call import AiCall, Ending, Outcome, usage_line
from passgate.inference.worker.answering import call_headers, send_refusal, send_whole
from passgate.inference.worker.batch_desk import BatchDesk
from passgate.inference.worker.batch_watch import FORMAT as BATCH_FORMAT
from passgate.inference.worker.caller import read_caller
from passgate.inference.worker.client_request import ClientRequest
from passgate.inference.worker.failure_log import log_failure
from passgate.inference.worker.file_call import FileCall, Told
from passgate.inference.worker.file_desk import FileDesk
from passgate.inference.worker.guarded_run import run_guarded
from passgate.inference.worker.incoming import Incoming
from passgate.inference.worker.live_state import LiveState
from passgate.inference.worker.options import WorkerLimits
from passgate.inference.worker.rationing import Rationing
from passgate.inference.worker.refusals import (
    ApplicationUnknownError,
    MethodNotAllowedError,
    NotOfferedError,
    RouteNotFoundError,
    VendorFailedError,
    VendorTimeoutError,
)
from passgate.inference.worker.spool import UsageSpool
from passgate.inference.worker.stand_in import stand_in_model
from passgate.kernel.clock import Clock
from passgate.kernel.errors import PassgateError

PREFIXES = ("/v1/files", "/v1/batches")
_FILE_FORMAT = "openai-files"
_JSON = "application/json"
_CLIENT_GONE = 499
_OK = 200

Kind = Literal["files", "batches"]


@dataclass(frozen=True, slots=True)
class FileHandler:
    """Answers calls about files and batches."""

    state: LiveState
    files: FileDesk
    batches: BatchDesk
    spool: UsageSpool
    limits: WorkerLimits
    clock: Clock
    rationing: Rationing

    async def answer(self, request: ClientRequest, incoming: Incoming) -> None:
        """Answer a call; it leaves a usage line, that of one that makes a batch when the batch is done.

        Raises:
            ClaimsMissingError: nobody knows who calls.
        """
        timer = asyncio.get_running_loop().time
        caller = read_caller(incoming.headers, self.state.issuers)
        kind: Kind = "batches" if incoming.path.startswith("/v1/batches") else "files"
        call = AiCall(incoming.form, incoming.request_id, caller, self.clock.now(), timer, timer(), model_name=kind)
        await run_guarded(
            self.state,
            call,
            incoming,
            self._run(call, kind, request, incoming),
            leave=lambda: self._settle(call, kind, Ending(_CLIENT_GONE, "cancelled")),
            fail=lambda error, outcome: self._fail(call, kind, error, outcome, incoming),
        )

    async def _run(self, call: AiCall, kind: Kind, request: ClientRequest, incoming: Incoming) -> None:
        asked = self._admit(call, request, incoming)
        book = asked.table.limits
        if call.caller.ceilings or not book.is_empty:
            parsed = ParsedRequest(call.form, b"", {}, kind, stream=False)
            await self.rationing.begin(book, call, parsed, stand_in_model(None, kind, None, generates=False))
        try:
            async with asyncio.timeout(self.limits.whole):
                told = await self._told(asked, kind, request)
        except TimeoutError as error:
            raise VendorTimeoutError("The vendor took too long.") from error
        status = _OK if told is None else told.status
        succeeded = is_success(status)
        ending = Ending(status, "ok" if succeeded else "error", None if succeeded else "vendor_error")
        self._settle(call, kind, ending, deferred=asked.deferred)
        if told is None:
            await incoming.send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            await send_whole(incoming.send, told.status, _JSON, told.body, call_headers(call))

    def _admit(self, call: AiCall, request: ClientRequest, incoming: Incoming) -> FileCall:
        token = call.caller.token
        self.state.refuse_revoked(token)
        table = self.state.table
        application = table.application(token.application)
        if application is None:
            raise ApplicationUnknownError("The token's application is not known to this gate.")
        if table.file_seal is None:
            raise NotOfferedError("The gate has no key for the ids of files.")
        call.team_id = application.team_id
        call.table, call.application = table, application.limited_to(call.caller.models)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers}
        ids = OwnIds(table.file_seal, application.id)
        return FileCall(call, incoming, headers, table, call.application, ids)

    async def _told(self, asked: FileCall, kind: Kind, request: ClientRequest) -> Told | None:
        """What answers the call, by path and method.

        Raises:
            PassgateError: nothing does.
        """
        segments = [unquote(one) for one in request.raw_path.decode("latin-1").split("/")[3:]]
        files, batches = self.files, self.batches
        acts: dict[str, Callable[[FileCall], Awaitable[Told | None]]]
        match kind, segments:
            case "files", []:
                acts = {"GET": files.list, "POST": partial(files.upload, receive=asked.incoming.receive)}
            case "files", [text] if text:
                acts = {"GET": partial(files.retrieve, text=text), "DELETE": partial(files.delete, text=text)}
            case "files", [text, "content"]:
                acts = {"GET": partial(files.content, text=text)}
            case "batches", []:
                acts = {"GET": batches.list, "POST": batches.create}
            case "batches", [text] if text:
                acts = {"GET": partial(batches.retrieve, text=text)}
            case "batches", [text, "cancel"]:
                acts = {"POST": partial(batches.cancel, text=text)}
            case _:
                raise RouteNotFoundError("There is nothing at this path.")
        act = acts.get(request.method)
        if act is None:
            raise MethodNotAllowedError(", ".join(acts))
        return await act(asked)

    async def _fail(self, call: AiCall, kind: Kind, error: PassgateError, outcome: Outcome, incoming: Incoming) -> None:
        """End a call with an error; a file under way is broken off, so that nobody takes it for whole."""
        self._settle(call, kind, Ending(_OK if call.head_sent else int(error.status), outcome, error.code))
        if isinstance(error, VendorFailedError):
            log_failure(call, error, "the caller is told")
        if call.head_sent:
            return
        headers = call_headers(call)
        if isinstance(error, MethodNotAllowedError):
            headers.append((b"allow", error.allowed.encode()))
        with contextlib.suppress(ConnectionError):
            await send_refusal(incoming.send, call.form, error, call.request_id, headers)

    def _settle(self, call: AiCall, kind: Kind, ending: Ending, *, deferred: bool = False) -> None:
        """Give back what the call held and write its usage line, once."""
        if call.settled:
            return
        call.settled = True
        if call.ration is not None:
            call.ration.settle(call, ending)
        if deferred:
            return
        line = orjson.loads(usage_line(call, ending))
        line["format_in"] = BATCH_FORMAT if kind == "batches" else _FILE_FORMAT
        line["deployment_id"] = line["deployment_id"] or None
        self.spool.append(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
