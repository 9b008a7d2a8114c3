"""A process that reads a spool folder until it is killed."""

from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from passgate.kernel.clock import SystemClock
from passgate.kernel.ids import IdFactory
from passgate.kernel.sealing import Vault
from passgate.metering.ingest import Ingester, SpoolLimits
from passgate.storage.engine import open_engine
from passgate.storage.work import Storage


def ingest(url: str, folder: Path, told: Path, commits: Connection) -> None:
    """Read on and on and tell of each commit; ask for a new access log by making the file ``told``."""
    clock = SystemClock()
    vault = Vault.of(b"\x07" * 32)
    storage = Storage(open_engine(url), clock, IdFactory(clock), vault, after_commit=[lambda _: commits.send(True)])
    limits = SpoolLimits(batch=20, rotate_bytes=20_000, silence=timedelta(0))
    ingester = Ingester(storage, folder, "node-1", told.touch, limits)
    while True:
        ingester.run_once()
