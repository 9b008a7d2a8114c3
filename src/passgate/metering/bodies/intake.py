"""From a node's spool to the table: one file a call, deleted when the database has it."""

import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import select

from passgate.contracts.call_body import BodyRecord
from passgate.kernel.sealing import UnsealError, sealing_key_of
from passgate.metering.bodies.models import CallBody
from passgate.storage.work import Storage, Work

_log = logging.getLogger(__name__)

_BATCH = 200


def take_bodies(storage: Storage, folder: Path) -> int:
    """Take what has come, a bounded part at a time; how many files that were.

    A file that is read a second time, since its deletion was prevented, changes nothing.
    """
    if not folder.is_dir():
        return 0
    paths = sorted(folder.glob("*.json"))[:_BATCH]
    records = [record for path in paths if (record := _read(path)) is not None]
    if records:
        with storage.writing() as work:
            _insert(work, records)
    for path in paths:
        path.unlink(missing_ok=True)
    return len(paths)


def _read(path: Path) -> BodyRecord | None:
    try:
        return BodyRecord.model_validate_json(path.read_bytes())
    except (ValidationError, OSError):
        _log.error("passed over the malformed body %s", path.name)
        return None


def _insert(work: Work, records: Sequence[BodyRecord]) -> None:
    by_id = {record.request_id: record for record in records}
    known = set(work.session.scalars(select(CallBody.request_id).where(CallBody.request_id.in_(by_id))))
    for request_id, record in by_id.items():
        if request_id in known:
            continue
        try:
            sealed = [_resealed(work, text) for text in (record.sealed_request, record.sealed_reply)]
        except UnsealError:
            _log.error("passed over a body under a master key that is not here")
            continue
        work.session.add(
            CallBody(
                request_id=request_id,
                started_at=datetime.fromisoformat(record.start),
                application_id=record.application_id,
                team_id=record.team_id,
                sealed_request=sealed[0],
                sealed_reply=sealed[1],
                request_bytes=record.request_bytes,
                reply_bytes=record.reply_bytes,
            )
        )


def _resealed(work: Work, sealed: str) -> str:
    """Under the key that holds now; the one of when it was written may be gone soon."""
    if sealing_key_of(sealed) == work.vault.renewed().current:
        return sealed
    return work.vault.seal(work.vault.open(sealed))
