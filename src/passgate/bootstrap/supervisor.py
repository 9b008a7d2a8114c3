"""``passgate up`` and ``passgate node``: start the processes, keep them running, stop them in order."""

import asyncio
import contextlib
import json
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from passgate.bootstrap.child import Child
from passgate.bootstrap.node_plan import ChildSpec, StopGroup
from passgate.kernel.outage import Outage

_log = logging.getLogger("passgate.supervisor")

_READY_SECONDS = 60.0
_POLL_SECONDS = 0.05
_AGAIN_SECONDS = 2.0


@dataclass(slots=True)
class Supervisor:
    """Runs children until a signal, or until one says that it can never run.

    Attributes:
        specs: the children, in the order of starting; they are stopped in the order of ``stop_order``.
        stop_order: the first to be stopped first.
        is_ready: whether the whole serves.
        on_ready: called once, when it first does.
        before_stop: run before the first child is stopped; draining.
        report: file that tells the children's state, for ``passgate status``.
        port: of the gate, which stands in the report too.
        look_seconds: between two looks whether the whole still serves.
    """

    specs: Sequence[ChildSpec]
    stop_order: Sequence[StopGroup]
    is_ready: Callable[[], Awaitable[bool]]
    on_ready: Callable[[], None]
    before_stop: Callable[[], Awaitable[None]]
    report: Path
    port: int
    look_seconds: float = 5.0
    _children: list[Child] = field(default_factory=list)
    _report_outage: Outage = field(
        default_factory=lambda: Outage(
            _log, "`passgate status` cannot be told what runs", "`passgate status` is told again"
        )
    )

    async def run(self) -> int:
        """Run to the end; the exit code: 0 after a signal, else that of the child that could not run."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        self._children = [Child(spec, self._write_report) for spec in self.specs]
        keepers = [asyncio.create_task(child.keep_running()) for child in self._children]
        ready = asyncio.create_task(self._watch())
        stopper = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait({stopper, *keepers}, return_when=asyncio.FIRST_COMPLETED)
        code = max((task.result() for task in done if task is not stopper), default=0)
        ready.cancel()
        stopper.cancel()
        await self._stop(drain=code == 0)
        await asyncio.gather(*keepers, return_exceptions=True)
        with contextlib.suppress(OSError):
            self.report.unlink()
        return code

    async def _watch(self) -> None:
        """Say when the whole first serves, and from then on when it no longer does: a child that hangs does not die."""
        await self._announce()
        outage = Outage(_log, "not serving", "serving again")
        failed = 0
        while True:
            await asyncio.sleep(self.look_seconds)
            failed = 0 if await self.is_ready() else failed + 1
            if not failed:
                outage.worked()
            elif failed > 1:  # one alone may be a child that is just being started again
                outage.failed("the gate or control does not answer, though its process runs or is started again")

    async def _announce(self) -> None:
        loop = asyncio.get_running_loop()
        patience = loop.time() + _READY_SECONDS
        while not await self.is_ready():
            if loop.time() > patience:
                _log.warning("not ready yet after %.0f s; still trying", _READY_SECONDS)
                patience += _READY_SECONDS
            await asyncio.sleep(_POLL_SECONDS)
        self.on_ready()

    async def _stop(self, *, drain: bool) -> None:
        if drain:
            _log.info("stopping")
            await self.before_stop()
        for stopped in self.stop_order:
            group = [child for child in self._children if child.spec.name in stopped.names]
            for child in group:
                child.send(signal.SIGTERM)
            await asyncio.gather(*(child.stopped_within(stopped.seconds) for child in group))

    def _write_report(self) -> None:
        children = {
            child.spec.name: {"state": child.state, "pid": child.pid, "restarts": child.restarts}
            for child in self._children
        }
        temporary = self.report.with_suffix(".new")
        try:
            temporary.write_text(json.dumps({"pid": os.getpid(), "port": self.port, "processes": children}, indent=1))
            temporary.replace(self.report)
        except OSError as error:
            # It tells what runs; what runs does not depend on its being told (a full disk, a folder that is gone).
            self._report_outage.failed(error)
            asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self._write_report)
        else:
            self._report_outage.worked()
