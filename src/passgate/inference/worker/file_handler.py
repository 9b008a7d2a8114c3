"""Calls about files, whole and in parts, and batches: each for its owner, at the provider that has it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal
from urllib.parse import unquote

from passgate.inference.exchange.reading import is_success
from passgate.inference.files.ids import OwnIds
from passgate.inference.translation import ParsedRequest
from passgate.inference.worker.ai_call import AiCall, Ending
from passgate.inference.worker.answering import call_headers, send_whole
from passgate.inference.worker.batch_desk import BatchDesk
from passgate.inference.worker.batch_watch import FORMAT as BATCH_FORMAT
from passgate.inference.worker.call_frame import CallFrame
from passgate.inference.worker.client_request import ClientRequest
from passgate.inference.worker.file_call import FileCall, Told
from passgate.inference.worker.file_desk import FileDesk
from passgate.inference.worker.incoming import Incoming
from passgate.inference.worker.refusals import (
    MethodNotAllowedError,
    NotOfferedError,
    RouteNotFoundError,
    VendorTimeoutError,
)
from passgate.inference.worker.stand_in import stand_in_model
from passgate.inference.worker.upload_desk import UploadDesk

PREFIXES = ("/v1/files", "/v1/batches", "/v1/uploads")
_FILE_FORMAT = "openai-files"
_JSON = "application/json"
_CLIENT_GONE = 499
_OK = 200

_NOTHING = "There is nothing at this path."
_Acts = dict[str, Callable[[FileCall], Awaitable[Told | None]]]
Kind = Literal["files", "batches", "uploads"]
_KINDS: tuple[Kind, ...] = ("files", "batches", "uploads")


@dataclass(frozen=True, slots=True)
class FileHandler:
    """Answers calls about files and batches."""

    frame: CallFrame
    files: FileDesk
    batches: BatchDesk
    uploads: UploadDesk

    async def answer(self, request: ClientRequest, incoming: Incoming) -> None:
        """Answer a call; it leaves a usage line, that of one that makes a batch when the batch is done.

        Raises:
            ClaimsMissingError: nobody knows who calls.
        """
        kind = next((one for one in _KINDS if incoming.path.startswith(f"/v1/{one}")), _KINDS[0])

        async def work(call: AiCall, tapped: Incoming) -> None:
            await self._run(call, kind, request, tapped)

        await self.frame.run(incoming, kind, work, partial(self._settle, kind))

    async def _run(self, call: AiCall, kind: Kind, request: ClientRequest, incoming: Incoming) -> None:
        asked = self._admit(call, request, incoming)
        book = asked.table.limits
        if call.caller.ceilings or not book.is_empty:
            parsed = ParsedRequest(call.form, b"", {}, kind, stream=False)
            await self.frame.rationing.begin(book, call, parsed, stand_in_model(None, kind, None, generates=False))
        try:
            async with asyncio.timeout(self.frame.limits.whole):
                told = await self._told(asked, kind, request)
        except TimeoutError as error:
            raise VendorTimeoutError("The vendor took too long.") from error
        status = _OK if told is None else told.status
        succeeded = is_success(status)
        ending = Ending(status, "ok" if succeeded else "error", None if succeeded else "vendor_error")
        self._settle(kind, call, ending, deferred=asked.deferred)
        if told is None:
            await incoming.send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            await send_whole(incoming.send, told.status, _JSON, told.body, call_headers(call))

    def _admit(self, call: AiCall, request: ClientRequest, incoming: Incoming) -> FileCall:
        table, application = self.frame.state.admitted(call.caller.token)
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
        of_kind = {"files": self._file_acts, "batches": self._batch_acts, "uploads": self._upload_acts}
        acts = of_kind[kind](asked, segments)
        act = acts.get(request.method)
        if act is None:
            raise MethodNotAllowedError(", ".join(acts))
        return await act(asked)

    def _file_acts(self, asked: FileCall, segments: list[str]) -> _Acts:
        files = self.files
        match segments:
            case []:
                return {"GET": files.list, "POST": partial(files.upload, receive=asked.incoming.receive)}
            case [text] if text:
                return {"GET": partial(files.retrieve, text=text), "DELETE": partial(files.delete, text=text)}
            case [text, "content"]:
                return {"GET": partial(files.content, text=text)}
        raise RouteNotFoundError(_NOTHING)

    def _batch_acts(self, _: FileCall, segments: list[str]) -> _Acts:
        batches = self.batches
        match segments:
            case []:
                return {"GET": batches.list, "POST": batches.create}
            case [text] if text:
                return {"GET": partial(batches.retrieve, text=text)}
            case [text, "cancel"]:
                return {"POST": partial(batches.cancel, text=text)}
        raise RouteNotFoundError(_NOTHING)

    def _upload_acts(self, asked: FileCall, segments: list[str]) -> _Acts:
        uploads = self.uploads
        match segments:
            case []:
                return {"POST": uploads.create}
            case [text, "parts"]:
                return {"POST": partial(uploads.add, text=text, receive=asked.incoming.receive)}
            case [text, "complete"]:
                return {"POST": partial(uploads.complete, text=text)}
            case [text, "cancel"]:
                return {"POST": partial(uploads.cancel, text=text)}
        raise RouteNotFoundError(_NOTHING)

    def _settle(self, kind: Kind, call: AiCall, ending: Ending, *, deferred: bool = False) -> None:
        """Give back what the call held and write its usage line, once."""
        if call.settled:
            return
        call.settled = True
        if call.ration is not None:
            call.ration.settle(call, ending)
        if not deferred:
            self.frame.write(call, ending, format_in=BATCH_FORMAT if kind == "batches" else _FILE_FORMAT)
