"""Files: uploaded, listed, looked at, fetched and deleted, each by its owner."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import quote

from passgate.inference.exchange.reading import as_text, is_success
from passgate.inference.files.batch_lines import BatchSum, read_line, rewrite
from passgate.inference.files.provider import FileProvider
from passgate.inference.files.upload_form import UploadForm
from passgate.inference.translation import InvalidRequestError
from passgate.inference.worker.answering import call_headers
from passgate.inference.worker.batch_judge import BatchJudge
from passgate.inference.worker.file_call import PROVIDER_HEADER, FileCall, Told
from passgate.inference.worker.file_vendor import FileVendor, VendorSaid
from passgate.inference.worker.incoming import Receive
from passgate.inference.worker.listing_files import Listing, listed
from passgate.inference.worker.model_list import find_model
from passgate.inference.worker.upload_room import BATCH, UploadRoom, framed

_FIRST_LINE = 32 * 1024 * 1024


@dataclass(slots=True)
class FileDesk:
    """Answers what concerns files."""

    vendor: FileVendor
    room: UploadRoom
    judges: Callable[[FileCall], BatchJudge]

    async def upload(self, asked: FileCall, receive: Receive) -> Told:
        """``POST /v1/files``.

        Raises:
            PassgateError: the form, a line of it or its size is refused.
        """
        with self.room.taken() as taken:
            form = await taken.form(asked.headers, receive)
            file, size = form.close(), form.size
            if not form.fields.get("purpose"):
                raise InvalidRequestError("The field 'purpose' is missing.", code="missing_field", field="purpose")
            provider = self._chosen(asked, form, file)
            await asked.enter(provider)
            if form.fields["purpose"] == BATCH:
                written = taken.place()
                judge = self.judges(asked).at(provider)
                sum_: BatchSum = await asyncio.to_thread(rewrite, file, written, judge)
                asked.call.dropped = tuple(sum_.dropped)
                file, size = written, _size(written)
            else:
                self.judges(asked).check_file()
            name = asked.ids.marked_name(form.file_name or "upload")
            body = framed(form.fields, name, form.file_type, file, size)
            said = await self.vendor.ask(provider, "POST", provider.files_path, upload=body)
            return asked.told(said, asked.ids.file_view(said.document, provider.id))

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

    def _chosen(self, asked: FileCall, form: UploadForm, file: BinaryIO) -> FileProvider:
        """The provider that is named, or that serves the model of a batch's first line, or the only one."""
        for_batch = form.fields["purpose"] == BATCH
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
        return asked.only(providers)


def _size(file: BinaryIO) -> int:
    size = file.seek(0, 2)
    file.seek(0)
    return size
