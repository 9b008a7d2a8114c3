"""Queries on snapshots and nodes."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, text

from passgate.gateway.models import FileKeyRow, NodeRow, SnapshotRow
from passgate.kernel.lasting_seal import KEY_BYTES
from passgate.storage.work import Work

_PUBLISH_LOCK = 7_165_302
"""Any fixed number: the advisory lock under which one transaction at a time publishes on PostgreSQL."""

_KEPT_SNAPSHOTS = 50


def lock_publishing(work: Work) -> None:
    """Let one transaction at a time publish; SQLite has one writer anyway."""
    if work.session.get_bind().dialect.name == "postgresql":
        work.session.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": _PUBLISH_LOCK})


def latest_snapshot(work: Work) -> SnapshotRow | None:
    """The newest version."""
    return work.session.scalars(select(SnapshotRow).order_by(SnapshotRow.version.desc()).limit(1)).first()


def sealed_file_key(work: Work) -> str:
    """The key of the ids of files, made with the first snapshot; whoever publishes holds the lock."""
    row = work.session.get(FileKeyRow, 1)
    if row is None:
        row = FileKeyRow(id=1, sealed_key=work.vault.seal(secrets.token_hex(KEY_BYTES)))
        work.session.add(row)
        work.session.flush()
    return row.sealed_key


def latest_version(work: Work) -> int:
    """The newest version's number, 0 before the first."""
    return work.session.scalar(select(func.max(SnapshotRow.version))) or 0


def drop_old_snapshots(work: Work, newest: int) -> None:
    """Keep the last fifty versions."""
    work.session.execute(delete(SnapshotRow).where(SnapshotRow.version <= newest - _KEPT_SNAPSHOTS))


def all_nodes(work: Work) -> Sequence[NodeRow]:
    """Every node that has reported and is not forgotten, by name."""
    return work.session.scalars(select(NodeRow).order_by(NodeRow.name)).all()


def drop_nodes_before(work: Work, unseen_since: datetime) -> None:
    """Delete the rows of nodes that have not reported since."""
    work.session.execute(delete(NodeRow).where(NodeRow.last_seen_at < unseen_since))
