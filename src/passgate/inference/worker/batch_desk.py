"""Batches: made, looked at, listed and cancelled, each by its owner."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from passgate.inference.exchange.reading import as_object, as_text, is_success
from passgate.inference.files.batch_lines import read_line
from passgate.inference.files.ids import MARKED
from passgate.inference.files.provider import FileProvider
from passgate.inference.limits.estimate import estimate
from passgate.inference.routing_table import ServingDeployment, ServingModel
from passgate.inference.translation import InvalidRequestError
from passgate.inference.worker.batch_judge import BatchJudge
from passgate.inference.worker.batch_record import BatchRecord
from passgate.inference.worker.batch_watch import ENDED, BatchWatch
from passgate.inference.worker.file_call import FileCall, Told
from passgate.inference.worker.file_vendor import FileVendor, VendorSaid, lines_of
from passgate.inference.worker.listing_files import Listing, listed
from passgate.inference.worker.rationing import Rationing
from passgate.inference.worker.refusals import ModelNotAllowedError
from passgate.kernel.clock import Clock, from_epoch

_LONGEST_LINE = 32 * 1024 * 1024
_CHARGED_WHEN_SEEN = timedelta(days=7)
"""Of a batch that ended longer ago it is not certain that the ledger still knows its line."""


@dataclass(slots=True)
class _Asked:
    """What a batch's lines ask for together."""

    model: ServingModel
    deployment: ServingDeployment
    lines: int = 0
    input: int = 0
    output: int = 0


@dataclass(frozen=True, slots=True)
class BatchDesk:
    """Answers what concerns batches."""

    vendor: FileVendor
    watch: BatchWatch
    rationing: Rationing
    clock: Clock
    judges: Callable[[FileCall], BatchJudge]

    async def create(self, asked: FileCall) -> Told:
        """``POST /v1/batches``.

        Raises:
            PassgateError: the request, a model of its lines or a budget refuses it.
        """
        document = await self._read(asked)
        text = as_text(document.get("input_file_id"))
        provider, place = asked.found("file", text)
        if not provider.batches_path:
            raise InvalidRequestError(f"The provider '{provider.name}' has no batches.", field="input_file_id")
        await asked.enter(provider)
        found = await self._look_through(asked, provider, place.vendor_id, text)
        if isinstance(found, Told):
            return found
        call = asked.call
        call.model_name = found.model.name
        price = found.deployment.price
        amount = 0 if price is None else provider.batch_price(price, found.lines).most(found.input, found.output)
        hold = await self.rationing.hold_money(call, found.model, provider.id, amount)
        record = BatchRecord.of(call, provider.id, found.deployment.id, amount)
        metadata = {**as_object(document.get("metadata")), MARKED: record.marked(asked.ids.seal)}
        named = {**document, "input_file_id": place.vendor_id, "metadata": metadata}
        try:
            sent, left_out = provider.batch_asked(named, found.deployment.target.vendor_model)
            call.dropped = tuple(left_out)
            said = await self.vendor.ask(provider, "POST", provider.batches_path, document=sent)
            if said.succeeded:
                self.watch.add(replace(record, vendor_id=as_text(said.document.get("id"))), hold)
                asked.deferred, hold = True, None
        finally:
            if hold is not None:
                self.rationing.settle(hold, 0, 0)
        view = asked.ids.batch_view(provider.batch_told(said.document), provider.id)
        return asked.told(said, view, (place.vendor_id, text))

    async def list(self, asked: FileCall) -> Told:
        """``GET /v1/batches``: what the application has made."""

        def view(provider: FileProvider, item: dict[str, Any]) -> dict[str, Any] | None:
            record = self._record(asked, provider, item)
            if record is None:
                return None
            told = provider.batch_told(item)
            self._see(told, record)
            return asked.ids.batch_view(told, provider.id)

        return await listed(asked, self.vendor, Listing("batch", lambda one: one.batches_path, view, 20, 100))

    async def retrieve(self, asked: FileCall, text: str) -> Told:
        """``GET /v1/batches/{id}``."""
        return await self._ask(asked, text, "GET", "")

    async def cancel(self, asked: FileCall, text: str) -> Told:
        """``POST /v1/batches/{id}/cancel``."""
        return await self._ask(asked, text, "POST", "/cancel")

    async def _ask(self, asked: FileCall, text: str, method: str, act: str) -> Told:
        provider, place = asked.found("batch", text)
        await asked.enter(provider)
        path = f"{provider.batches_path}/{quote(place.vendor_id, safe='')}{act}"
        said = await self.vendor.ask(provider, method, path)
        document = {**provider.batch_told(said.document), "id": place.vendor_id}
        record = self._record(asked, provider, document) if said.succeeded else None
        if record is not None:
            self._see(document, record)
        return asked.told(said, asked.ids.batch_view(document, provider.id), (place.vendor_id, text))

    async def _read(self, asked: FileCall) -> dict[str, Any]:
        document = await asked.document()
        if not as_text(document.get("input_file_id")):
            message = "The field 'input_file_id' is missing."
            raise InvalidRequestError(message, code="missing_field", field="input_file_id")
        metadata = document.get("metadata")
        if metadata is not None and (not isinstance(metadata, dict) or MARKED in metadata):
            message = f"'metadata' must be an object, without '{MARKED}', which is the gate's."
            raise InvalidRequestError(message, field="metadata")
        return document

    async def _look_through(self, asked: FileCall, provider: FileProvider, file_id: str, text: str) -> "_Asked | Told":
        """What the file asks for, as it lies at the vendor; or the vendor's answer where it does not give it.

        Raises:
            ModelNotAllowedError: a line is for a model that this caller may not use.
        """
        reply = await self.vendor.open(provider, "GET", f"{provider.files_path}/{quote(file_id, safe='')}/content")
        found: _Asked | None = None
        try:
            if not is_success(reply.status):
                return asked.told(VendorSaid(reply.status, await reply.read() or b"", {}), None, (file_id, text))
            async for raw in lines_of(reply, _LONGEST_LINE):
                found = _added(asked, provider, found, raw)
        finally:
            reply.close()
        if found is None:
            raise InvalidRequestError("The file holds no request.", field="input_file_id")
        self.judges(asked).check(found.model)
        return found

    def _record(self, asked: FileCall, provider: FileProvider, item: dict[str, Any]) -> BatchRecord | None:
        mark = as_object(item.get("metadata")).get(MARKED)
        return BatchRecord.read_mark(asked.ids, mark, provider.id, as_text(item.get("id")))

    def _see(self, item: dict[str, Any], record: BatchRecord) -> None:
        if item.get("status") not in ENDED:
            return
        moments = (item.get(f"{name}_at") for name in (*sorted(ENDED), "created"))
        ended = max((moment for moment in moments if isinstance(moment, int | float)), default=0)
        if self.clock.now() - from_epoch(int(ended)) < _CHARGED_WHEN_SEEN:
            self.watch.see(record)


def _added(asked: FileCall, provider: FileProvider, found: _Asked | None, raw: bytes) -> _Asked:
    try:
        line = read_line(raw)
    except InvalidRequestError as error:
        message = f"The file is none of requests: {error.message}."
        raise InvalidRequestError(message, field="input_file_id") from error
    served = asked.table.served_by(asked.application, provider.id, as_text(line.body.get("model")))
    if served is None or (found is not None and found.model.name != served[0].name):
        message = "The file is for a model that this application or its token may not use, or for several."
        raise ModelNotAllowedError(message, field="input_file_id")
    if found is None:
        found = _Asked(*served)
    target = found.deployment.target
    one = estimate(
        raw,
        line.body,
        generates=found.model.kind == "chat",
        context_window=target.context_window,
        max_output_tokens=target.max_output_tokens,
    )
    found.lines += 1
    found.input += one.input
    found.output += one.output
    return found
