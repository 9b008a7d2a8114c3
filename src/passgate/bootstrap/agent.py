"""The agent process: brings what is published into force on this node, and its calls into the database."""

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from passgate.bootstrap.layout import Folders
from passgate.bootstrap.lost_lines import LostLines
from passgate.bootstrap.node import node_layout, worker_names
from passgate.bootstrap.node_database import AGENT_NOTICE, open_node_storage
from passgate.contracts.call_body import BODIES_FOLDER
from passgate.gateway.agent import Agent
from passgate.gateway.changes import ChangeReader
from passgate.gateway.envoy.admin import EnvoyAdmin
from passgate.gateway.envoy.binary import find_envoy
from passgate.gateway.envoy.descriptors import load_descriptors
from passgate.gateway.envoy.messages import MessageFactory
from passgate.gateway.last_good import NodeFiles
from passgate.gateway.node_record import NodeRecord
from passgate.gateway.rate_limits.counts import MemoryCounts
from passgate.gateway.rate_limits.limiter import Limiter
from passgate.gateway.service import forget_nodes, serving_nodes
from passgate.gateway.wake_up import WakeUp
from passgate.identity.oauth.purging import purge_oauth
from passgate.identity.service.audit import purge_log
from passgate.identity.service.revocation import purge_expired
from passgate.identity.service.token_purging import purge_tokens
from passgate.kernel.atomic_file import write_atomically
from passgate.kernel.outage import Outage
from passgate.metering.bodies.intake import take_bodies
from passgate.metering.bodies.service import delete_old_bodies
from passgate.metering.budgets.spent import spent_sums
from passgate.metering.ingest import Ingester
from passgate.metering.service.retention import delete_before
from passgate.settings import Settings
from passgate.storage.tables import has_tables
from passgate.storage.work import Storage

if TYPE_CHECKING:
    from passgate.gateway.rate_limits.valkey_counts import ValkeyCounts

_log = logging.getLogger("passgate.agent")

_INGEST_SECONDS = 0.5
"""A run has its price, whatever it finds; and a call must be seen within two seconds."""
_BACKLOG = 10_000
_INGEST_NICENESS = 5
_DATABASE_AWAY_SECONDS = 2.0
_SUMS_SECONDS = 2.0
"""Between two readings of what was spent of the budgets."""
_UPKEEP_SECONDS = 600.0
_LOOK_FOR_CYCLES_AFTER = 50_000


def run_agent(settings: Settings, folders: Folders) -> None:
    """Run until a signal.

    Raises:
        PassgateError: Envoy or the master key is missing.
    """
    # With many services a snapshot is a million small objects, none of which forms a cycle: at Python's own threshold
    # looking for cycles takes half of the time of compiling.
    gc.set_threshold(_LOOK_FOR_CYCLES_AFTER, 10, 100)
    storage = open_node_storage(settings, folders)
    binary = find_envoy()
    agent = Agent(
        changes=ChangeReader(storage),
        record=NodeRecord(
            storage,
            settings.node_name,
            health_files=tuple(folders.routing_health(name) for name in worker_names(settings)),
        ),
        files=NodeFiles(folders.last_good, folders.inference_config, folders.revocations),
        layout=node_layout(settings, folders),
        messages=MessageFactory(load_descriptors(binary, folders.cache)),
        wake_up=WakeUp(folders.socket(AGENT_NOTICE), postgresql=_libpq(settings)),
        limiter=Limiter(
            shared=_shared_counts(settings.valkey_url.get_secret_value()) if settings.valkey_url else None,
            refuses_alone=settings.limits_without_valkey == "refuse",
        ),
    )
    asyncio.run(_run(settings, folders, storage, agent))


def _shared_counts(url: str) -> "ValkeyCounts":
    """Counts that all nodes share; their client's library is loaded only where there is a Valkey."""
    from passgate.gateway.rate_limits.valkey_counts import ValkeyCounts  # noqa: PLC0415 - see above

    return ValkeyCounts(url)


async def _run(settings: Settings, folders: Folders, storage: Storage, agent: Agent) -> None:
    stop = asyncio.Event()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    ingesting = threading.Thread(
        target=_ingest, args=(settings, folders, storage, agent.limiter.memory, ended), name="ingest"
    )
    ingesting.start()
    try:
        await agent.run(stop)
    finally:
        ended.set()
        await asyncio.to_thread(ingesting.join)


def _ingest(
    settings: Settings, folders: Folders, storage: Storage, counts: MemoryCounts, ended: threading.Event
) -> None:
    """Bring the spool into the database until told to stop, and once more then; keep the tables tidy."""
    _yield_to_calls()
    admin = EnvoyAdmin(folders.socket("envoy-admin"))
    ingester = Ingester(storage, folders.spool, settings.node_name, lambda: asyncio.run(admin.reopen_logs()))
    lost = LostLines(admin)
    next_upkeep = next_sums = time.monotonic()
    outage = Outage(_log, "calls wait in the spool", "calls are taken from the spool again")
    pause, ready, last = _INGEST_SECONDS, False, False
    while not last:
        last = ended.wait(pause)
        pause = _INGEST_SECONDS
        lost.look()
        try:
            ready = ready or has_tables(storage.engine)
            while ready and ingester.run_once() >= _BACKLOG:
                continue  # worked off without a pause
            while ready and take_bodies(storage, folders.spool / BODIES_FOLDER):
                continue
            if ready and (last or time.monotonic() >= next_sums):
                next_sums = time.monotonic() + _SUMS_SECONDS
                counts.shares = _tell_sums(storage, folders)
            if ready and time.monotonic() >= next_upkeep:
                next_upkeep = time.monotonic() + _UPKEEP_SECONDS
                _upkeep(settings, storage)
            if ready:
                outage.worked()
        except (SQLAlchemyError, OSError) as error:
            if ready:
                outage.failed(error)
            pause = _DATABASE_AWAY_SECONDS
        except Exception as error:  # noqa: BLE001 - the edge of a thread: calls would go uncounted, unseen by anybody
            outage.failed(error, foreseen=False)
            pause = _DATABASE_AWAY_SECONDS


def _yield_to_calls() -> None:
    """Let this thread alone give way: on a busy machine ingesting may lag, revocations and calls may not."""
    if sys.platform == "linux":  # elsewhere a niceness is the whole process's
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _INGEST_NICENESS)


def _upkeep(settings: Settings, storage: Storage) -> None:
    before = storage.clock.now() - timedelta(days=settings.calls_retention_days)
    deleted = 1
    while deleted:
        with storage.writing() as work:
            deleted = delete_before(work, before) + delete_old_bodies(work)
    if settings.tokens_retention_days:
        _purge_tokens(storage, timedelta(days=settings.tokens_retention_days))
    with storage.writing() as work:
        purge_expired(work)
        purge_oauth(work)
        forget_nodes(work)
    if settings.audit_retention_days:
        with storage.writing() as work:
            purge_log(work, storage.clock.now() - timedelta(days=settings.audit_retention_days))


def _purge_tokens(storage: Storage, kept: timedelta) -> None:
    deleted = 1
    while deleted:
        with storage.writing() as work:
            deleted = purge_tokens(work, storage.clock.now() - kept)


def _tell_sums(storage: Storage, folders: Folders) -> int:
    """Tell the workers what was spent, so that their budgets outlive them; how many nodes serve."""
    with storage.reading() as work:
        nodes = serving_nodes(work)
        sums = spent_sums(work, nodes)
    write_atomically(folders.spent, sums.model_dump_json())
    return nodes


def _libpq(settings: Settings) -> str | None:
    url = make_url(settings.sqlalchemy_url)
    if url.get_backend_name() != "postgresql":
        return None
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
