"""Asking a provider about files and batches."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from passgate.inference.exchange.reading import is_success
from passgate.inference.files.provider import FileProvider
from passgate.inference.json_text import read_json, write_json
from passgate.inference.pass_through.headers import credential_headers
from passgate.inference.worker.raw_client import RawClient, RawReply, RawRequest
from passgate.inference.worker.refusals import VendorFailedError, VendorInvalidResponseError

_UNAUTHORIZED = 401
_LONGEST_ANSWER = 32 * 1024 * 1024
"""Bytes of what is no file: a page of a list, at most."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A body in pieces, of known length."""

    content_type: str
    pieces: AsyncIterator[bytes]
    length: int


@dataclass(frozen=True, slots=True)
class VendorSaid:
    """A vendor's answer; where it is a success, it is an object."""

    status: int
    body: bytes
    document: dict[str, Any]

    @property
    def succeeded(self) -> bool:
        """Whether it is no error."""
        return is_success(self.status)


@dataclass(frozen=True, slots=True)
class FileVendor:
    """Calls what providers have below their base URLs, with the first of their keys."""

    client: RawClient

    async def ask(
        self,
        provider: FileProvider,
        method: str,
        path: str,
        *,
        document: dict[str, Any] | None = None,
        upload: Upload | None = None,
    ) -> VendorSaid:
        """Ask, and read the whole answer.

        Raises:
            VendorFailedError: none came, or the vendor refused the gate's credential, or a success is no object.
        """
        reply = await self.open(provider, method, path, document=document, upload=upload)
        try:
            body = await _whole(reply)
        finally:
            reply.close()
        try:
            found = read_json(body)
        except ValueError:
            found = None
        if is_success(reply.status) and not isinstance(found, dict):
            raise VendorInvalidResponseError("The vendor's answer is not an object.")
        return VendorSaid(reply.status, body, found if isinstance(found, dict) else {})

    async def open(
        self,
        provider: FileProvider,
        method: str,
        path: str,
        *,
        document: dict[str, Any] | None = None,
        upload: Upload | None = None,
    ) -> RawReply:
        """Ask, and wait for the head of the answer.

        Raises:
            VendorFailedError: none came, or the vendor refused the gate's credential.
        """
        target = provider.target
        headers = credential_headers(target)
        body = None if document is None else write_json(document)
        if document is not None:
            headers["content-type"] = "application/json"
        if upload is not None:
            headers["content-type"] = upload.content_type
        place = urlsplit(target.base_url).path.rstrip("/") + path
        reply = await self.client.forward(
            RawRequest(
                method,
                target.base_url,
                place,
                headers,
                body,
                upload.pieces if upload is not None else None,
                upload.length if upload is not None else None,
            )
        )
        if reply.status == _UNAUTHORIZED:
            reply.close()
            raise VendorFailedError("The vendor refused the gate's credential.", code="vendor_auth_failed")
        return reply


async def _whole(reply: RawReply) -> bytes:
    parts: list[bytes] = []
    size = 0
    while (part := await reply.read()) is not None:
        parts.append(part)
        size += len(part)
        if size > _LONGEST_ANSWER:
            raise VendorInvalidResponseError(f"The vendor's answer is larger than {_LONGEST_ANSWER} bytes.")
    return b"".join(parts)


async def lines_of(reply: RawReply, longest: int) -> AsyncIterator[bytes]:
    """The lines of a file, as they come.

    Raises:
        VendorInvalidResponseError: a line is longer than that.
    """
    pending = bytearray()
    while (piece := await reply.read()) is not None:
        # Only what is new can end a line: a long one, in many pieces, is not searched anew with each of them.
        first, *others = piece.split(b"\n")
        pending += first
        for other in others:
            if len(pending) > longest:
                break
            if pending.strip():
                yield bytes(pending)
            pending = bytearray(other)
        if len(pending) > longest:
            raise VendorInvalidResponseError(f"A line of the vendor's file is longer than {longest} bytes.")
    if pending.strip():
        yield bytes(pending)
