"""Follows batches under way until they are done, and charges them to the calls that made them.

Each is a file in the node's spool, locked by the worker that follows it; a worker that is started again, or another
one, takes it up. What is done leaves a mark, so that looking at the batch again charges nothing. The usage line bears
the request id of the call that made the batch, under which the ledger takes one line, whichever node tells of it.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import logging
import os
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import orjson

from passgate.inference.exchange.reading import as_text, is_success
from passgate.inference.files.batch_usage import BatchUsage
from passgate.inference.files.provider import FileProvider
from passgate.inference.routing_table import ServingDeployment, ServingModel
from passgate.inference.worker.ai_call import AiCall, Ending, usage_line
from passgate.inference.worker.batch_record import BatchRecord
from passgate.inference.worker.file_vendor import FileVendor, lines_of
from passgate.inference.worker.live_state import LiveState
from passgate.inference.worker.rationing import Hold, Rationing
from passgate.inference.worker.refusals import NotReadyError, VendorFailedError
from passgate.inference.worker.spool import UsageSpool
from passgate.inference.worker.stand_in import stand_in_deployment, stand_in_model
from passgate.kernel.clock import Clock

_log = logging.getLogger("passgate.inference")

FORMAT = "openai-batches"
ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
_GONE = 404
_LONGEST_LINE = 32 * 1024 * 1024
_MARKS_KEPT_SECONDS = 60 * 24 * 3600
_GIVEN_UP_SECONDS = 30 * 24 * 3600
_RENEWED_SECONDS = 300
"""Well below the eleven minutes after which a Valkey gives a reservation back."""
_VENDOR_SECONDS = 600


@dataclass(slots=True)
class _Followed:
    """A batch that this worker follows."""

    path: Path
    lock: int
    """The open file, locked."""
    record: BatchRecord
    hold: Hold | None = None
    renewed: float = 0.0
    held: bool = True
    """What it may cost was reserved, as far as it could be."""


class BatchWatch:
    """Follows batches for one worker."""

    def __init__(  # noqa: PLR0913 - what it works with, each by name
        self,
        folder: Path,
        state: LiveState,
        *,
        vendor: FileVendor,
        spool: UsageSpool,
        rationing: Rationing,
        clock: Clock,
        seconds: float,
    ) -> None:
        """Make it.

        Args:
            folder: where batches under way are written down.
            state: the configuration.
            vendor: asks providers.
            spool: takes usage lines.
            rationing: takes what was spent.
            clock: tells the time of day.
            seconds: between two looks at the vendors.
        """
        self._folder = folder
        self._state = state
        self._vendor = vendor
        self._spool = spool
        self._rationing = rationing
        self._clock = clock
        self._seconds = seconds
        self._followed: dict[str, _Followed] = {}
        self._awake = asyncio.Event()

    def add(self, record: BatchRecord, hold: Hold | None = None) -> None:
        """Follow a batch; what is held for it is held until it is done.

        Raises:
            OSError: it cannot be written down.
        """
        path = self._path(record)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        now = asyncio.get_running_loop().time()
        one = self._followed[path.name] = _Followed(path, descriptor, record, hold, now)
        _write(one)

    def see(self, record: BatchRecord) -> None:
        """A caller has seen that a batch is done: charge it now, unless that is done too."""
        path = self._path(record)
        if path.with_suffix(".done").exists():
            return
        if not path.exists():
            try:
                self.add(record)
            except OSError as error:
                _log.error("a batch that is done cannot be written down: %s", error.strerror)
        self._awake.set()

    async def follow(self) -> None:
        """Look at what is under way, again and again, until cancelled."""
        try:
            self._take_up()
            while True:
                for one in tuple(self._followed.values()):
                    await self._hold(one)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._seconds):
                        await self._awake.wait()
                self._awake.clear()
                self._take_up()
                for one in tuple(self._followed.values()):
                    await self._look(one)
        finally:
            for one in self._followed.values():
                os.close(one.lock)

    def _path(self, record: BatchRecord) -> Path:
        name = hashlib.sha256(f"{record.provider_id}\n{record.vendor_id}".encode()).hexdigest()[:32]
        return self._folder / f"{name}.json"

    def _take_up(self) -> None:
        """Follow what nobody follows, and forget marks that are old."""
        now = self._clock.now().timestamp()
        for path in self._folder.glob("*.json"):
            if path.name not in self._followed:
                self._take(path)
        for path in self._folder.glob("*.done"):
            if now - path.stat().st_mtime > _MARKS_KEPT_SECONDS:
                path.unlink(missing_ok=True)

    def _take(self, path: Path) -> None:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            text = path.read_bytes()  # as it is now: another worker may have been done with it meanwhile
            self._followed[path.name] = _Followed(path, descriptor, BatchRecord.from_json(text), held=False)
        except (BlockingIOError, FileNotFoundError):
            os.close(descriptor)
        except ValueError:
            os.close(descriptor)
            _log.error("the batch %s cannot be read", path.name)

    async def _hold(self, one: _Followed) -> None:
        """Reserve again what a worker held for a batch that is no more."""
        record = one.record
        if one.held or record.elsewhere or not record.amount:
            return
        call = record.call()
        try:
            call.table = self._state.table
        except NotReadyError:
            return
        provider = call.table.file_providers.get(record.provider_id)
        if provider is None:
            return
        model, _ = self._deployment(record, provider, 1)
        one.hold = await self._rationing.take_over(record.hold, call, model, record.provider_id, record.amount)
        one.held, one.renewed = True, asyncio.get_running_loop().time()
        _write(one)

    async def _look(self, one: _Followed) -> None:
        try:
            async with asyncio.timeout(_VENDOR_SECONDS):
                done = await self._charge(one)
        except (VendorFailedError, TimeoutError, NotReadyError) as error:
            _log.warning("a batch cannot be looked at: %s", error, extra={"request_id": one.record.request_id})
            done = False
        if done:
            del self._followed[one.path.name]
            one.path.rename(one.path.with_suffix(".done"))
            os.utime(one.path.with_suffix(".done"))
            os.close(one.lock)
            return
        now = asyncio.get_running_loop().time()
        if one.hold is not None and now - one.renewed > _RENEWED_SECONDS:
            one.hold, one.renewed = await self._rationing.renew(one.hold), now
            _write(one)

    async def _charge(self, one: _Followed) -> bool:
        """Charge the batch if it is done; True: nothing more is to be done."""
        record = one.record
        call = record.call()
        table = call.table = self._state.table
        provider = table.file_providers.get(record.provider_id)
        if provider is None:
            return await self._give_up(one, call, "its provider is not there")
        said = await self._vendor.ask(provider, "GET", f"{provider.batches_path}/{quote(record.vendor_id, safe='')}")
        if said.status == _GONE:
            return await self._give_up(one, call, "its vendor does not know it any more", now=True)
        if not said.succeeded:
            return await self._give_up(one, call, f"its vendor answers {said.status}")
        told = provider.batch_told(said.document)
        status = as_text(told.get("status"))
        if status not in ENDED:
            return False
        used = BatchUsage()
        output = as_text(told.get("output_file_id"))
        if output and not await self._add_up(provider, output, used):
            return await self._give_up(one, call, "its output cannot be fetched")
        model, deployment = self._deployment(record, provider, used.calls)
        call.deployment = deployment
        failed = status == "failed"
        ending = Ending(
            200, "error" if failed else "ok", "batch_failed" if failed else None, None if failed else used.usage, status
        )
        await self._settle(one, call, model, ending)
        return True

    async def _add_up(self, provider: FileProvider, file_id: str, used: BatchUsage) -> bool:
        reply = await self._vendor.open(provider, "GET", f"{provider.files_path}/{quote(file_id, safe='')}/content")
        try:
            if not is_success(reply.status):
                return False
            async for line in lines_of(reply, _LONGEST_LINE):
                used.see(line)
        finally:
            reply.close()
        if used.unread:
            _log.error("%d lines of a batch's output cannot be read, and are not charged", used.unread)
        return True

    def _deployment(
        self, record: BatchRecord, provider: FileProvider, calls: int
    ) -> tuple[ServingModel, ServingDeployment]:
        for model in self._state.table.models():
            for deployment in model.deployments:
                if deployment.id == record.deployment_id:
                    price = deployment.price
                    reduced = None if price is None else provider.batch_price(price, calls)
                    return model, replace(deployment, price=reduced)
        _log.warning("the deployment of a batch is not there any more; it is charged nothing")
        deployment = stand_in_deployment(provider, record.model)
        return stand_in_model(None, record.model, deployment, generates=False), deployment

    async def _give_up(self, one: _Followed, call: AiCall, reason: str, *, now: bool = False) -> bool:
        """Whether it was tried for long enough; then the call is logged without usage, and the log says why."""
        age = self._clock.now().timestamp() - call.started.timestamp()
        if not now and age < _GIVEN_UP_SECONDS:
            _log.warning("a batch cannot be charged yet: %s", reason, extra={"request_id": call.request_id})
            return False
        _log.error("a batch is not charged: %s", reason, extra={"request_id": call.request_id})
        model = stand_in_model(None, one.record.model, None, generates=False)
        await self._settle(one, call, model, Ending(200, "error", "batch_lost"))
        return True

    async def _settle(self, one: _Followed, call: AiCall, model: ServingModel, ending: Ending) -> None:
        """Count it, once whichever node does, and write its line, of which the ledger takes one."""
        price = call.deployment.price if call.deployment is not None else None
        cost = price.cost(ending.usage) if price is not None and ending.usage is not None else 0
        if cost and not await self._rationing.counts_here(one.path.stem, elsewhere=one.record.elsewhere):
            cost = 0
        if one.hold is not None:
            self._rationing.settle(one.hold, 0, cost)
        elif cost:
            self._rationing.charge(call, model, one.record.provider_id, cost)
        line = orjson.loads(usage_line(call, ending))
        line["format_in"] = FORMAT
        self._spool.append(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def _write(one: _Followed) -> None:
    """Keep on the disk what another worker must know that takes the batch up."""
    one.record = replace(one.record, hold=one.hold.name if one.hold is not None and one.hold.shared else "")
    os.ftruncate(one.lock, 0)
    os.pwrite(one.lock, one.record.to_json(), 0)
