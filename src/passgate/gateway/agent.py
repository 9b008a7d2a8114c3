"""The node's agent: what control publishes comes into force here, and control learns that it did.

It holds the last good state on the node's own disk, so the node serves on, and starts again, with the database gone.
"""

import asyncio
import logging
import time
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from passgate.contracts.revocation_list import RevocationList
from passgate.gateway.changes import ChangeReader
from passgate.gateway.compile.deny import DenySplit, compile_deny, split_deny
from passgate.gateway.compile.kept_parts import KeptParts
from passgate.gateway.compile.resources import Resources, compile_resources
from passgate.gateway.envoy.admin import EnvoyAdmin
from passgate.gateway.envoy.layout import NodeLayout
from passgate.gateway.envoy.looking_up import LookingUp
from passgate.gateway.envoy.messages import MessageFactory
from passgate.gateway.errors import UnreadableSnapshotError
from passgate.gateway.last_good import NodeFiles
from passgate.gateway.node_record import NodeRecord
from passgate.gateway.rate_limits.limiter import Limiter
from passgate.gateway.rate_limits.plans import plan_rates
from passgate.gateway.rate_limits.server import RateLimitServer
from passgate.gateway.state import Snapshot
from passgate.gateway.wake_up import WakeUp
from passgate.gateway.xds.server import AdsServer
from passgate.kernel.errors import PassgateError
from passgate.kernel.outage import Outage
from passgate.storage.tables import has_tables

_log = logging.getLogger("passgate.agent")

_POLL_SECONDS = 0.5
_HEARTBEAT_SECONDS = 2.0
_FIRST_START_SECONDS = 0.1

SNAPSHOT, DENY = "snapshot", "deny"
"""The two sets of resources that are published as wholes."""


@dataclass(slots=True)
class Agent:
    """Brings snapshots and revocations into force on one node."""

    changes: ChangeReader
    record: NodeRecord
    files: NodeFiles
    layout: NodeLayout
    messages: MessageFactory
    wake_up: WakeUp
    limiter: Limiter = field(default_factory=Limiter)
    ads: AdsServer = field(init=False)
    rate_limits: RateLimitServer = field(init=False)
    _kept: KeptParts = field(default_factory=KeptParts)
    _offered: dict[str, Snapshot] = field(default_factory=dict)
    _splits: dict[str, DenySplit] = field(default_factory=dict)
    _split: DenySplit | None = None
    _told: asyncio.Event = field(default_factory=asyncio.Event)
    _published: set[str] = field(default_factory=set)
    _reading: Outage = field(
        default_factory=lambda: Outage(_log, "the database is away, the node serves on", "the database is back")
    )
    _telling: Outage = field(
        default_factory=lambda: Outage(
            _log, "the node cannot tell the database its state, and serves on", "the node tells its state again"
        )
    )
    _tables: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Make the server that Envoy connects to."""
        self.ads = AdsServer(
            self.messages,
            self.layout.ads_socket,
            on_ack=self.acknowledged,
            on_reject=self.rejected,
            looked_up=LookingUp(EnvoyAdmin(self.layout.admin_socket)).wait,
        )
        self.rate_limits = RateLimitServer(self.messages, self.layout.rate_limit_socket, self.limiter, time.time)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve Envoy and follow the database until told to stop."""
        self.wake_up.start()
        await self.rate_limits.start()
        await self._start_from_disk()
        loops = [asyncio.create_task(self._follow(stop)), asyncio.create_task(self._tell(stop))]
        try:
            await asyncio.wait({asyncio.create_task(stop.wait()), *loops}, return_when=asyncio.FIRST_COMPLETED)
            for loop in loops:
                if loop.done():
                    loop.result()
        finally:
            for loop in loops:
                loop.cancel()
            self.wake_up.stop()
            await self.rate_limits.stop()
            if self._published == {SNAPSHOT, DENY}:
                await self.ads.stop()

    def acknowledged(self, group: str, version: str) -> None:
        """Envoy holds all of that version: it is in force, and the workers may have their part."""
        if group == DENY:
            self._split = self._splits.pop(version, self._split)
            self.record.revocation_seq = int(version)
        else:
            snapshot = self._offered.pop(version, None)
            if snapshot is not None:
                self.files.save_snapshot(snapshot)
            self.record.snapshot_version = int(version)
            self.record.rejected_version = self.record.rejection = None
        self._told.set()

    def rejected(self, group: str, version: str, type_url: str, message: str) -> None:
        """Envoy refused that version; the one before is in force."""
        _log.error("Envoy refused %s %s: %s", group, version, message, extra={"type_url": type_url})
        if group == DENY:
            self._splits.pop(version, None)
        else:
            self._offered.pop(version, None)
            self.record.rejected_version, self.record.rejection = int(version), message
        self._told.set()

    async def _start_from_disk(self) -> None:
        revocations = self.files.load_revocations()
        if revocations is not None:
            await self._apply_revocations(revocations)
        snapshot = self.files.load_snapshot()
        if snapshot is not None:
            await self._apply_snapshot(snapshot)

    async def _follow(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self.files.save_waiting()
            try:
                await self._tables_made()
                revocations = await asyncio.to_thread(self.changes.revocations)
                if revocations is not None:
                    await self._apply_revocations(revocations)
                snapshot = await asyncio.to_thread(self.changes.snapshot)
                if snapshot is not None:
                    await self._apply_snapshot(snapshot)
                self._reading.worked()
            except UnreadableSnapshotError as error:
                self._note_unreadable(error)
            except SQLAlchemyError as error:
                if self._tables.is_set():  # at a first start control says what is wrong; one voice is enough
                    self._reading.failed(error)
            await self.wake_up.wait(_POLL_SECONDS)

    async def _apply_snapshot(self, snapshot: Snapshot) -> None:
        version = str(snapshot.version)
        try:
            resources = await asyncio.to_thread(
                compile_resources, snapshot.gateway, self.layout, self.changes.storage.vault.open, self._kept
            )
        except PassgateError as error:
            self.rejected(SNAPSHOT, version, "", error.message)
            return
        self._offered = {version: snapshot}
        # Before the routes that ask for it; a plan that ends is counted a moment less, which refuses nobody.
        self.limiter.plans = await asyncio.to_thread(plan_rates, snapshot.gateway)
        if not self.files.inference.exists():
            # A first start: the workers need something to serve by before Envoy is there to acknowledge it.
            self.files.save_snapshot(snapshot)
        await self._publish(SNAPSHOT, version, resources)

    async def _apply_revocations(self, revocations: RevocationList) -> None:
        version = str(revocations.seq)
        self.files.save_revocations(revocations)  # the workers refuse at once, whatever Envoy is doing
        split = split_deny(revocations, self._split)
        self._splits = {version: split}
        await self._publish(DENY, version, compile_deny(split))

    async def _publish(self, group: str, version: str, resources: Resources) -> None:
        try:
            await self.ads.publish(group, version, resources)
        except PassgateError as error:
            self.rejected(group, version, "", error.message)
            return
        if group not in self._published:
            self._published.add(group)
            if self._published == {SNAPSHOT, DENY}:
                # Not before: Envoy asks for the deny list only once it has clusters, so a server that held the
                # list alone would wait for an answer that cannot come.
                await self.ads.start()

    async def _tables_made(self) -> None:
        """Wait, at a first start, for control to make the tables."""
        while not self._tables.is_set():
            if await asyncio.to_thread(has_tables, self.changes.storage.engine):
                self._tables.set()
            else:
                await asyncio.sleep(_FIRST_START_SECONDS)

    async def _tell(self, stop: asyncio.Event) -> None:
        started = True
        await self._tables.wait()
        while not stop.is_set():
            self._told.clear()
            try:
                await asyncio.to_thread(self.record.write, started=started)
                started = False
                self._telling.worked()
            except SQLAlchemyError as error:
                self._telling.failed(error)
            try:
                await asyncio.wait_for(self._told.wait(), _HEARTBEAT_SECONDS)
            except TimeoutError:
                continue

    def _note_unreadable(self, error: UnreadableSnapshotError) -> None:
        """Say it once, here and in the node's row; what is in force stays until control publishes the next."""
        held = self.record.snapshot_version
        served = f"serves on with version {held}" if held else "serves what it kept on its disk, if anything"
        _log.error("snapshot %d is not used, the node %s: %s", error.version, served, error.message)
        self.record.rejected_version, self.record.rejection = error.version, error.message
        self._told.set()
