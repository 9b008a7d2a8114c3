"""Ids of files, batches and uploads as callers have them: sealed for one application, the vendor's id inside.

Nothing is stored: whoever did not get the id from the gate, for the same application, cannot make one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from passgate.inference.translation import InvalidRequestError
from passgate.kernel.errors import NotFoundError
from passgate.kernel.lasting_seal import LastingSeal, SealBrokenError

Kind = Literal["file", "batch", "upload", "part"]

_PREFIXES: Mapping[Kind, str] = {
    "file": "file-pg_",
    "batch": "batch_pg_",
    "upload": "upload_pg_",
    "part": "part_pg_",
}
_FILE_ID = re.compile(rb"file-pg_[A-Za-z0-9_-]+")
_LONGEST = 1024
_BETWEEN = b"\n"
MARKED = "passgate"
"""The member of a batch's metadata at the vendor that says whose it is."""
_NAME = re.compile(r"pg-([A-Za-z0-9_-]{16})-(.*)", re.DOTALL)


class FileNotFoundHereError(NotFoundError):
    """There is no such file, batch or upload, or not for this application."""

    code = "not_found"


class FilesApartError(InvalidRequestError):
    """One request names files of several providers; none of them has all."""

    code = "files_apart"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file or a batch is."""

    provider_id: str
    vendor_id: str


@dataclass(frozen=True, slots=True)
class OwnIds:
    """Ids of one application."""

    seal: LastingSeal
    application_id: str

    def sealed(self, kind: Kind, provider_id: str, vendor_id: str) -> str:
        """The id that the caller gets."""
        plain = provider_id.encode() + _BETWEEN + vendor_id.encode()
        return _PREFIXES[kind] + self.seal.seal(plain, kind, self.application_id)

    def opened(self, kind: Kind, text: str) -> Place:
        """Where it is.

        Raises:
            FileNotFoundHereError: the gate did not make the id, or for another application.
        """
        prefix = _PREFIXES[kind]
        if not text.startswith(prefix) or len(text) > _LONGEST:
            raise FileNotFoundHereError(f"There is no {kind} '{text[:200]}'.")
        try:
            plain = self.seal.open(text[len(prefix) :], kind, self.application_id)
        except SealBrokenError as error:
            raise FileNotFoundHereError(f"There is no {kind} '{text[:200]}'.") from error
        provider_id, _, vendor_id = plain.partition(_BETWEEN)
        return Place(provider_id.decode(), vendor_id.decode())

    def marked_name(self, name: str) -> str:
        """A file's name at the vendor: it says whose the file is, since lists there show everybody's."""
        return f"pg-{self.seal.mark(self.application_id)}-{name}"

    def own_name(self, name: object) -> str | None:
        """The name that its owner gave a file; None: it is not this application's."""
        found = _NAME.fullmatch(name) if isinstance(name, str) else None
        return found.group(2) if found and found.group(1) == self.seal.mark(self.application_id) else None

    def file_view(self, document: Mapping[str, Any], provider_id: str) -> dict[str, Any]:
        """A file as its owner sees it."""
        name = self.own_name(document.get("filename"))
        seen = {**document, "id": self.sealed("file", provider_id, str(document.get("id")))}
        return seen if name is None else {**seen, "filename": name}

    def batch_view(self, document: Mapping[str, Any], provider_id: str) -> dict[str, Any]:
        """A batch as its owner sees it."""
        seen = {**document, "id": self.sealed("batch", provider_id, str(document.get("id")))}
        for member in ("input_file_id", "output_file_id", "error_file_id"):
            if isinstance(document.get(member), str) and document[member]:
                seen[member] = self.sealed("file", provider_id, document[member])
        metadata = document.get("metadata")
        if isinstance(metadata, dict):
            seen["metadata"] = {name: text for name, text in metadata.items() if name != MARKED} or None
        return seen

    def upload_view(self, document: Mapping[str, Any], provider_id: str) -> dict[str, Any]:
        """An upload as its owner sees it, with the file that it has become."""
        name = self.own_name(document.get("filename"))
        seen = {**document, "id": self.sealed("upload", provider_id, str(document.get("id")))}
        if name is not None:
            seen["filename"] = name
        file = document.get("file")
        return {**seen, "file": self.file_view(file, provider_id)} if isinstance(file, dict) else seen

    def part_view(self, document: Mapping[str, Any], provider_id: str, upload: str) -> dict[str, Any]:
        """A part as its owner sees it; ``upload`` is the owner's id of its upload."""
        return {**document, "id": self.sealed("part", provider_id, str(document.get("id"))), "upload_id": upload}

    def unsealed(self, body: bytes) -> tuple[bytes, str | None]:
        """A request's body with the vendor's ids of the files that it names, and the provider that has them.

        Raises:
            FileNotFoundHereError: a file is not this application's.
            FilesApartError: they are at several providers.
        """
        places = {text: self.opened("file", text.decode()) for text in set(_FILE_ID.findall(body))}
        providers = {place.provider_id for place in places.values()}
        if len(providers) > 1:
            raise FilesApartError("The files that the request names are kept by several providers.")
        written = _FILE_ID.sub(lambda found: places[found.group()].vendor_id.encode(), body)
        return written, next(iter(providers), None)


def names_files(body: bytes) -> bool:
    """Whether a request may name files by the gate's ids."""
    return b"file-pg_" in body
