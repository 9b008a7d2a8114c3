"""The node's own row: what it has in force, told to the database."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passgate.gateway.models import NodeRow
from passgate.storage.work import Storage


@dataclass(slots=True)
class NodeRecord:
    """Keeps what is to be told, and tells it; a database that is away hears it later."""

    storage: Storage
    name: str
    snapshot_version: int = 0
    revocation_seq: int = 0
    rejected_version: int | None = None
    rejection: str | None = None
    health_files: tuple[Path, ...] = ()
    """What the node's workers leave alone, each in a file of its own."""

    def write(self, *, started: bool = False) -> None:
        """Insert or update the row."""
        with self.storage.writing() as work:
            now = work.clock.now()
            row = work.session.get(NodeRow, self.name)
            if row is None:
                row = NodeRow(name=self.name, started_at=now, last_seen_at=now, snapshot_version=0, revocation_seq=0)
                work.session.add(row)
            if started:
                row.started_at = now
            row.last_seen_at = now
            if row.snapshot_version != self.snapshot_version:
                row.snapshot_version, row.snapshot_at = self.snapshot_version, now
            if row.revocation_seq != self.revocation_seq:
                row.revocation_seq, row.revocation_at = self.revocation_seq, now
            routing = [found for path in self.health_files if (found := _read(path)) is not None]
            if row.routing != routing:
                row.routing = routing
            row.rejected_version, row.rejection = self.rejected_version, self.rejection


def _read(path: Path) -> dict[str, Any] | None:
    """What a worker wrote; None where it has written nothing that can be read."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None
