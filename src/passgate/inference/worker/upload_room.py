"""Where uploads wait while they are looked at: in memory while they are small, on the node's disk otherwise."""

import contextlib
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from passgate.inference.files.upload_form import FILE, UploadForm, form_frame
from passgate.inference.pass_through.headers import content_headers
from passgate.inference.worker.file_vendor import Upload
from passgate.inference.worker.incoming import Receive
from passgate.inference.worker.refusals import BodyTooLargeError
from passgate.inference.worker.request_body import ClientGoneError
from passgate.kernel.errors import UnavailableError

BATCH = "batch"
"""The purpose of a file of requests."""
_IN_MEMORY = 1024 * 1024
"""Bytes of a file that are held; what is larger waits on the node's disk."""
_PIECE = 64 * 1024
_MOST_UPLOADS = 8
"""At once, of one worker: each may need its size on the disk, twice."""
_FORM_BYTES = 64 * 1024
"""What a form may have besides its file."""


class TooManyUploadsError(UnavailableError):
    """The worker takes no more uploads at the same time."""

    code = "too_many_uploads"


@dataclass(slots=True)
class UploadRoom:
    """One worker's room for uploads."""

    folder: Path
    most_bytes: int
    """Of a file."""
    _count: int = 0

    @contextlib.contextmanager
    def taken(self) -> Iterator["TakenRoom"]:
        """Room for one upload; what was put there is gone afterwards.

        Raises:
            TooManyUploadsError: there is none.
        """
        if self._count >= _MOST_UPLOADS:
            raise TooManyUploadsError("Too many files are being uploaded at the same time; try again soon.")
        self._count += 1
        room = TakenRoom(self.folder, self.most_bytes)
        try:
            yield room
        finally:
            self._count -= 1
            room.close()


@dataclass(slots=True)
class TakenRoom:
    """Room for one upload."""

    folder: Path
    most_bytes: int
    _files: list[BinaryIO] = field(default_factory=list)

    def place(self) -> BinaryIO:
        """A place for a file."""
        file = cast("BinaryIO", SpooledTemporaryFile(_IN_MEMORY, dir=str(self.folder)))  # noqa: SIM115 - closed with the room
        self._files.append(file)
        return file

    async def form(
        self, headers: Mapping[str, str], receive: Receive, *, file_field: str = FILE, most_bytes: int | None = None
    ) -> UploadForm:
        """Read an upload to its end.

        Args:
            headers: of the request.
            receive: gives its body.
            file_field: the field that holds the file.
            most_bytes: of the file, where fewer may come than elsewhere.

        Raises:
            BodyTooLargeError: the file is, or must be, larger than allowed.
            InvalidRequestError: it is no form with one file.
            ClientGoneError: the client went meanwhile.
        """
        most = self.most_bytes if most_bytes is None else min(most_bytes, self.most_bytes)
        too_large = BodyTooLargeError(f"The file is larger than {most} bytes.")
        _, length = content_headers(headers)
        if length is not None and length > most + _FORM_BYTES:
            raise too_large
        form = UploadForm(headers.get("content-type", ""), self.place, file_field)
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            form.feed(bytes(message.get("body", b"")))
            if form.size > most:
                raise too_large
            more = message.get("more_body", False)
        return form

    def close(self) -> None:
        """Let all go."""
        for file in self._files:
            file.close()


def framed(  # noqa: PLR0913, PLR0917 - what a form consists of
    fields: dict[str, str], name: str, kind: str, file: BinaryIO, size: int, file_field: str = FILE
) -> Upload:
    """A file of that size in a form, for a vendor."""
    boundary = f"passgate-{secrets.token_hex(16)}"
    head, tail = form_frame(fields, name, kind, boundary, file_field)
    return Upload(f"multipart/form-data; boundary={boundary}", _pieces(head, file, tail), len(head) + size + len(tail))


async def _pieces(head: bytes, file: BinaryIO, tail: bytes) -> AsyncIterator[bytes]:
    yield head
    for piece in iter(partial(file.read, _PIECE), b""):
        yield piece
    yield tail
