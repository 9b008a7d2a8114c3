"""Files in parts (``/v1/uploads``): begun, filled, completed or cancelled, each by its owner."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from passgate.inference.exchange.reading import as_text
from passgate.inference.files.ids import FileNotFoundHereError
from passgate.inference.files.provider import FileProvider
from passgate.inference.translation import InvalidRequestError
from passgate.inference.worker.batch_judge import BatchJudge
from passgate.inference.worker.file_call import FileCall, Told
from passgate.inference.worker.file_vendor import FileVendor
from passgate.inference.worker.incoming import Receive
from passgate.inference.worker.upload_room import BATCH, UploadRoom, framed

_DATA = "data"
_MOST_PART_BYTES = 64 * 1024 * 1024
"""OpenAI's own bound (https://platform.openai.com/docs/api-reference/uploads/add-part)."""


@dataclass(frozen=True, slots=True)
class UploadDesk:
    """Answers what concerns files in parts."""

    vendor: FileVendor
    room: UploadRoom
    judges: Callable[[FileCall], BatchJudge]

    async def create(self, asked: FileCall) -> Told:
        """``POST /v1/uploads``.

        Raises:
            PassgateError: the request is refused, or several providers could take it.
        """
        provider = asked.only(asked.providers(uploads=True))
        document = await asked.document()
        name, purpose = as_text(document.get("filename")), as_text(document.get("purpose"))
        for field, text in (("filename", name), ("purpose", purpose)):
            if not text:
                raise InvalidRequestError(f"The field '{field}' is missing.", code="missing_field", field=field)
        if purpose == BATCH:
            message = "Files of requests are read line by line: upload them as a whole, at /v1/files."
            raise InvalidRequestError(message, field="purpose")
        self.judges(asked).check_file()
        await asked.enter(provider)
        sent = {**document, "filename": asked.ids.marked_name(name)}
        said = await self.vendor.ask(provider, "POST", provider.uploads_path, document=sent)
        return asked.told(said, asked.ids.upload_view(said.document, provider.id))

    async def add(self, asked: FileCall, text: str, receive: Receive) -> Told:
        """``POST /v1/uploads/{id}/parts``.

        Raises:
            PassgateError: the upload is not the caller's, or its form or size is refused.
        """
        provider, path, vendor_id = self._found(asked, text)
        self.judges(asked).check_file()
        with self.room.taken() as taken:
            form = await taken.form(asked.headers, receive, file_field=_DATA, most_bytes=_MOST_PART_BYTES)
            await asked.enter(provider)
            body = framed(form.fields, form.file_name or _DATA, form.file_type, form.close(), form.size, _DATA)
            said = await self.vendor.ask(provider, "POST", f"{path}/parts", upload=body)
        return asked.told(said, asked.ids.part_view(said.document, provider.id, text), (vendor_id, text))

    async def complete(self, asked: FileCall, text: str) -> Told:
        """``POST /v1/uploads/{id}/complete``.

        Raises:
            PassgateError: the upload or a part is not the caller's.
        """
        provider, path, vendor_id = self._found(asked, text)
        document = await asked.document()
        named = document.get("part_ids")
        if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
            raise InvalidRequestError("The field 'part_ids' must be a list of strings.", field="part_ids")
        parts = {one: asked.ids.opened("part", one) for one in named}
        if any(place.provider_id != provider.id for place in parts.values()):
            raise FileNotFoundHereError("A part belongs to another provider's upload.")
        await asked.enter(provider)
        sent: dict[str, Any] = {**document, "part_ids": [parts[one].vendor_id for one in named]}
        said = await self.vendor.ask(provider, "POST", f"{path}/complete", document=sent)
        known = [(place.vendor_id, one) for one, place in parts.items()]
        return asked.told(said, asked.ids.upload_view(said.document, provider.id), (vendor_id, text), *known)

    async def cancel(self, asked: FileCall, text: str) -> Told:
        """``POST /v1/uploads/{id}/cancel``."""
        provider, path, vendor_id = self._found(asked, text)
        await asked.enter(provider)
        said = await self.vendor.ask(provider, "POST", f"{path}/cancel")
        return asked.told(said, asked.ids.upload_view(said.document, provider.id), (vendor_id, text))

    def _found(self, asked: FileCall, text: str) -> tuple[FileProvider, str, str]:
        """The provider that has the upload, its path there, and its id there."""
        provider, place = asked.found("upload", text)
        return provider, f"{provider.uploads_path}/{quote(place.vendor_id, safe='')}", place.vendor_id
