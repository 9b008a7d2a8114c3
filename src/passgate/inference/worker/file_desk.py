"""Files: uploaded, listed, looked at, fetched and deleted, each by its owner."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast
from urllib.parse import quote

from passgate.inference.exchange.reading import as_text, is_success
from passgate.inference.files.batch_lines import BatchSum, read_line, rewrite
from passgate.inference.files.provider import FileProvider
from passgate.inference.files.upload_form import UploadForm, form_frame
from passgate.inference.pass_through.headers import content_headers
from passgate.inference.translation import InvalidRequestError
from passgate.inference.worker.answering import call_headers
from passgate.inference.worker.batch_judge import BatchJudge
from passgate.inference.worker.file_call import PROVIDER_HEADER, FileCall, Told
from passgate.inference.worker.file_vendor import FileVendor, Upload, VendorSaid
from passgate.inference.worker.incoming import Receive
from passgate.inference.worker.listing_files import Listing, listed
from passgate.inference.worker.model_list import find_model
from passgate.inference.worker.refusals import BodyTooLargeError
from passgate.inference.worker.request_body import ClientGoneError
from passgate.kernel.errors import UnavailableError

_IN_MEMORY = 1024 * 1024
"""Bytes of a file that are held; what is larger waits on the node's disk."""
_PIECE = 64 * 1024
_MOST_UPLOADS = 8
"""At once, of one worker: each may need its size on the disk, twice."""
_FORM_BYTES = 64 * 1024
"""What a form may have besides its file."""
_BATCH = "batch"
_FIRST_LINE = 32 * 1024 * 1024


class TooManyUploadsError(UnavailableError):
    """The worker takes no more uploads at the same time."""

    code = "too_many_uploads"


@dataclass(slots=True)
class FileDesk:
    """Answers what concerns files."""

    vendor: FileVendor
    folder: Path
    """Where uploads wait."""
    most_bytes: int
    """Of a file."""
    judges: Callable[[FileCall], BatchJudge]
    uploads: int = 0

    async def upload(self, asked: FileCall, receive: Receive) -> Told:
        """``POST /v1/files``.

        Raises:
            PassgateError: the form, a line of it or its size is refused.
        """
        _, length = content_headers(asked.headers)
        if length is not None and length > self.most_bytes + _FORM_BYTES:
            raise self._too_large()
        if self.uploads >= _MOST_UPLOADS:
            raise TooManyUploadsError("Too many files are being uploaded at the same time; try again soon.")
        self.uploads += 1
        form = UploadForm(asked.headers.get("content-type", ""), self._aside)
        written: BinaryIO | None = None
        try:
            file = await self._read(form, receive)
            provider, size = self._chosen(asked, form, file), form.size
            await asked.enter(provider)
            if form.fields["purpose"] == _BATCH:
                written = self._aside()
                judge = self.judges(asked).at(provider)
                sum_: BatchSum = await asyncio.to_thread(rewrite, file, written, judge)
                asked.call.dropped = tuple(sum_.dropped)
                file, size = written, _size(written)
            else:
                self.judges(asked).check_file()
            return await self._send(asked, provider, form, file, size)
        finally:
            self.uploads -= 1
            for one in (form.file, written):
                if one is not None:
                    one.close()

    async def list(self, asked: FileCall) -> Told:
        """``GET /v1/files``: what the application has uploaded."""

        def view(provider: FileProvider, item: dict[str, Any]) -> dict[str, Any] | None:
            is_own = asked.ids.own_name(item.get("filename")) is not None
            return asked.ids.file_view(item, provider.id) if is_own else None

        return await listed(asked, self.vendor, Listing("file", lambda one: one.files_path, view, 1000, 10_000))

    async def retrieve(self, asked: FileCall, text: str) -> Told:
        """``GET /v1/files/{id}``."""
        return await self._ask(asked, text, "GET")

    async def delete(self, asked: FileCall, text: str) -> Told:
        """``DELETE /v1/files/{id}``."""
        return await self._ask(asked, text, "DELETE")

    async def content(self, asked: FileCall, text: str) -> Told | None:
        """``GET /v1/files/{id}/content``; None: the file was passed on as it came."""
        provider, place = asked.found("file", text)
        await asked.enter(provider)
        path = f"{provider.files_path}/{quote(place.vendor_id, safe='')}/content"
        reply = await self.vendor.open(provider, "GET", path)
        try:
            if not is_success(reply.status):
                body = await reply.read() or b""
                return asked.told(VendorSaid(reply.status, body, {}), None, (place.vendor_id, text))
            send = asked.incoming.send
            headers = call_headers(asked.call)
            headers.append((b"content-type", (reply.content_type or "application/octet-stream").encode("latin-1")))
            asked.call.head_sent = True
            await send({"type": "http.response.start", "status": reply.status, "headers": headers})
            while (piece := await reply.read()) is not None:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        finally:
            reply.close()
        return None

    async def _ask(self, asked: FileCall, text: str, method: str) -> Told:
        provider, place = asked.found("file", text)
        await asked.enter(provider)
        said = await self.vendor.ask(provider, method, f"{provider.files_path}/{quote(place.vendor_id, safe='')}")
        view = asked.ids.file_view({**said.document, "id": place.vendor_id}, provider.id)
        return asked.told(said, view, (place.vendor_id, text))

    async def _read(self, form: UploadForm, receive: Receive) -> BinaryIO:
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            form.feed(bytes(message.get("body", b"")))
            if form.size > self.most_bytes:
                raise self._too_large()
            more = message.get("more_body", False)
        file = form.close()
        if not form.fields.get("purpose"):
            raise InvalidRequestError("The field 'purpose' is missing.", code="missing_field", field="purpose")
        return file

    def _chosen(self, asked: FileCall, form: UploadForm, file: BinaryIO) -> FileProvider:
        """The provider that is named, or that serves the model of a batch's first line, or the only one."""
        for_batch = form.fields["purpose"] == _BATCH
        providers = asked.providers(batches=for_batch)
        if for_batch and not asked.headers.get(PROVIDER_HEADER):
            line = file.readline(_FIRST_LINE)
            file.seek(0)
            try:
                name = as_text(read_line(line).body.get("model"))
            except InvalidRequestError as error:
                raise InvalidRequestError(f"Line 1: {error.message}", code=error.code, field="file") from error
            model = find_model(asked.table, asked.application, name)
            ids = [one.provider_id for one in model.deployments]
            serving = sorted((one for one in providers if one.id in ids), key=lambda one: ids.index(one.id))
            if not serving:
                message = f"No provider of the model '{name[:200]}' works through batches."
                raise InvalidRequestError(message, field="model")
            return serving[0]
        if len(providers) > 1:
            names = ", ".join(one.name for one in providers)
            message = f"Several providers keep files ({names}); say which one with the header {PROVIDER_HEADER}."
            raise InvalidRequestError(message, code="provider_needed", field=PROVIDER_HEADER)
        return providers[0]

    async def _send(self, asked: FileCall, provider: FileProvider, form: UploadForm, file: BinaryIO, size: int) -> Told:
        boundary = f"passgate-{secrets.token_hex(16)}"
        name = asked.ids.marked_name(form.file_name or "upload")
        head, tail = form_frame(form.fields, name, form.file_type, boundary)
        upload = Upload(
            f"multipart/form-data; boundary={boundary}", _framed(head, file, tail), len(head) + size + len(tail)
        )
        said = await self.vendor.ask(provider, "POST", provider.files_path, upload=upload)
        return asked.told(said, asked.ids.file_view(said.document, provider.id))

    def _aside(self) -> BinaryIO:
        return cast("BinaryIO", SpooledTemporaryFile(_IN_MEMORY, dir=str(self.folder)))

    def _too_large(self) -> BodyTooLargeError:
        return BodyTooLargeError(f"The file is larger than {self.most_bytes} bytes.")


async def _framed(head: bytes, file: BinaryIO, tail: bytes) -> AsyncIterator[bytes]:
    yield head
    for piece in iter(partial(file.read, _PIECE), b""):
        yield piece
    yield tail


def _size(file: BinaryIO) -> int:
    size = file.seek(0, 2)
    file.seek(0)
    return size
