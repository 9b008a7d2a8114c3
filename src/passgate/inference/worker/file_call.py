"""A call about files or batches: who makes it, and at which providers it may."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from passgate.inference.files.ids import FileNotFoundHereError, Kind, OwnIds, Place
from passgate.inference.files.provider import FileProvider
from passgate.inference.json_text import write_json
from passgate.inference.routing_table import RoutingTable, ServingApplication
from passgate.inference.translation import InvalidRequestError
from passgate.inference.translator import read_object
from passgate.inference.worker.ai_call import AiCall
from passgate.inference.worker.file_vendor import VendorSaid
from passgate.inference.worker.incoming import Incoming
from passgate.inference.worker.refusals import NotOfferedError, RouteNotFoundError
from passgate.inference.worker.request_body import read_body
from passgate.inference.worker.stand_in import stand_in_deployment

PROVIDER_HEADER = "x-passgate-provider"
"""By which a caller says which provider is to keep a file."""
_NONE = "No provider whose models this application may use keeps files and batches in OpenAI's way."
_NO_UPLOADS = "No provider whose models this application may use takes files in parts; upload the file at /v1/files."
_LONGEST_REQUEST = 256 * 1024


@dataclass(frozen=True, slots=True)
class Told:
    """A whole answer for the caller."""

    status: int
    body: bytes


@dataclass(slots=True)
class FileCall:
    """One call on its way."""

    call: AiCall
    incoming: Incoming
    headers: Mapping[str, str]
    """All of the request's, names in lower case."""
    table: RoutingTable
    application: ServingApplication
    ids: OwnIds
    deferred: bool = False
    """Its usage is told later, when the batch that it made is done."""

    def providers(self, *, batches: bool = False, uploads: bool = False) -> list[FileProvider]:
        """Those that the caller may use, the one that it names alone where it names one; by name.

        Raises:
            RouteNotFoundError: the one that it names is none of them.
            NotOfferedError: there is none.
        """
        usable = self.table.file_providers_of(self.application)
        found = [one for one in usable if (one.batches_path or not batches) and (one.uploads_path or not uploads)]
        named = self.headers.get(PROVIDER_HEADER)
        if named:
            found = [one for one in found if named in {one.id, one.name}]
            if not found:
                kept = "batches" if batches else "files in parts" if uploads else "files"
                message = f"No provider '{named[:200]}' keeps {kept} for this application."
                raise RouteNotFoundError(message)
        if not found:
            raise NotOfferedError(_NO_UPLOADS if uploads else _NONE)
        return found

    @staticmethod
    def only(providers: list[FileProvider]) -> FileProvider:
        """The one that is meant.

        Raises:
            InvalidRequestError: several could be.
        """
        if len(providers) > 1:
            names = ", ".join(one.name for one in providers)
            message = f"Several providers keep files ({names}); say which one with the header {PROVIDER_HEADER}."
            raise InvalidRequestError(message, code="provider_needed", field=PROVIDER_HEADER)
        return providers[0]

    async def document(self) -> dict[str, Any]:
        """The request's body.

        Raises:
            InvalidRequestError: it is no JSON object.
        """
        return read_object(await read_body(self.incoming.receive, self.headers, _LONGEST_REQUEST))

    def found(self, kind: Kind, text: str) -> tuple[FileProvider, Place]:
        """Where a file or batch of the caller's is.

        Raises:
            FileNotFoundHereError: there is none, or its provider is not the caller's to use (any more).
        """
        place = self.ids.opened(kind, text)
        usable = self.table.file_providers_of(self.application)
        provider = next((one for one in usable if one.id == place.provider_id), None)
        has_none = provider is not None and (
            (kind == "batch" and not provider.batches_path) or (kind == "upload" and not provider.uploads_path)
        )
        if provider is None or has_none:
            raise FileNotFoundHereError(f"There is no {kind} '{text[:200]}'.")
        return provider, place

    async def enter(self, provider: FileProvider) -> None:
        """Be a call of that provider's, within its limits.

        Raises:
            VendorFailedError: a limit of the provider is reached.
        """
        deployment = stand_in_deployment(provider, self.call.model_name)
        if self.call.ration is not None:
            await self.call.ration.enter(self.call, deployment)
        self.call.deployment = deployment

    def query(self) -> dict[str, str]:
        """The parameters, the last of each name."""
        return {name: values[-1] for name, values in parse_qs(self.incoming.query.decode("latin-1")).items()}

    def number(self, name: str, otherwise: int, most: int) -> int:
        """A parameter that is a number.

        Raises:
            InvalidRequestError: it is none from 1 to ``most``.
        """
        text = self.query().get(name, str(otherwise))
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise InvalidRequestError(f"{name}: a number from 1 to {most}.", field=name)
        return int(text)

    def told(self, said: VendorSaid, view: dict[str, Any] | None, *known: tuple[str, str]) -> Told:
        """The vendor's answer for the caller.

        Args:
            said: by the vendor.
            view: what the caller sees of a success; None: the vendor's own document.
            known: the vendor's ids and the caller's own, as errors may speak of them.
        """
        if said.succeeded:
            return Told(said.status, write_json(said.document if view is None else view))
        body = said.body
        for vendor_id, own in known:
            body = body.replace(vendor_id.encode(), own.encode())
        return Told(said.status, body or b"{}")
