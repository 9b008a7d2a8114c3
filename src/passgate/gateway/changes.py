"""What a node has not seen yet: the newest snapshot, and the deny list with the tokens that it concerns."""

import logging
from dataclasses import dataclass, field

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from passgate.contracts.inference_config import InferenceConfig
from passgate.contracts.revocation_list import Revocation, RevocationList
from passgate.gateway import repository
from passgate.gateway.errors import UnreadableSnapshotError
from passgate.gateway.snapshot_reader import SnapshotReader
from passgate.gateway.state import Snapshot
from passgate.identity.service.revocation import live_jtis_of, newest_revocation, revocations_since
from passgate.kernel.clock import epoch_seconds
from passgate.storage.work import Storage, Work

_log = logging.getLogger("passgate.agent")

_TIDY_SECONDS = 60


@dataclass(slots=True)
class ChangeReader:
    """Reads what is new since the last look; a look at nothing new costs two small queries."""

    storage: Storage
    _reader: SnapshotReader = field(default_factory=SnapshotReader)
    _version: int | None = None
    _seq: int = 0
    _entries: dict[int, Revocation] = field(default_factory=dict)
    _jtis: dict[int, tuple[str, ...]] = field(default_factory=dict)
    _kept: list[tuple[Revocation, tuple[str, ...]]] = field(default_factory=list)
    """What was revoked, with the ``jtis`` that it concerns, and is not in the database any more."""
    _listed: bool = False
    _doubtful: bool = False
    """Whether the database was away since the last look: it may be another one now, such as an older backup."""
    _tidied: int = 0

    def snapshot(self) -> Snapshot | None:
        """The newest snapshot, if it is another than at the last look, or the database was away since.

        Raises:
            UnreadableSnapshotError: it is of a shape that this release does not know; told of each once.
        """
        try:
            with self.storage.reading() as work:
                version = repository.latest_version(work)
                if version in (0, self._version):
                    return None
                row = repository.latest_snapshot(work)
        except SQLAlchemyError:
            self._doubt()
            raise
        if row is None:
            return None
        self._version = row.version
        try:
            return Snapshot(
                gateway=self._reader.read(row.gateway),
                inference=InferenceConfig.model_validate_json(row.inference),
            )
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise UnreadableSnapshotError(row.version, f"{place}: {first['msg']}") from None
        except ValueError:
            raise UnreadableSnapshotError(row.version, "it is no JSON") from None

    def revocations(self) -> RevocationList | None:
        """The whole list, if anything came to it or has left it since the last look; always at the first.

        Where the database went back in time (a backup was restored), its numbers begin again below those that are
        known here. So all of it is read anew, and what it no longer knows stays revoked for as long as this lives.
        """
        now = epoch_seconds(self.storage.clock.now())
        try:
            with self.storage.reading() as work:
                if self._doubtful or self._went_back(work, now):
                    self._begin_anew(work)
                fresh = revocations_since(work, self._seq)
                self._take(work, fresh)
        except SQLAlchemyError:
            self._doubt()
            raise
        gone = self._drop_expired(now)
        if not fresh and not gone and self._listed:
            return None
        self._listed = True
        return RevocationList(
            seq=self._seq,
            entries=(*(entry for entry, _ in self._kept), *self._entries.values()),
            expanded_jtis=tuple(
                jti for jtis in (*(jtis for _, jtis in self._kept), *self._jtis.values()) for jti in jtis
            ),
        )

    def _doubt(self) -> None:
        self._doubtful, self._version = True, None

    def _went_back(self, work: Work, now: int) -> bool:
        """Whether the newest entry is one that should be known here, and is not."""
        newest = newest_revocation(work)
        if newest is None:
            return any(entry.expires_at > now for entry in self._entries.values())
        if newest.seq > self._seq or newest.expires_at <= now:
            return False
        known = self._entries.get(newest.seq)
        return known is None or _said(known) != _said(newest)

    def _begin_anew(self, work: Work) -> None:
        there = {_said(entry) for entry in revocations_since(work, 0)}
        lost = [entry for entry in self._entries.values() if _said(entry) not in there]
        if lost:
            _log.warning(
                "%d revocations in force here are not in the database, which was restored from a backup, it seems: "
                "they hold until this agent ends; revoke the tokens anew",
                len(lost),
            )
        self._kept = [(entry, jtis) for entry, jtis in self._kept if _said(entry) not in there]
        self._kept += [(entry, self._jtis.get(entry.seq, ())) for entry in lost]
        self._entries, self._jtis, self._seq = {}, {}, 0
        self._listed = self._doubtful = False

    def _take(self, work: Work, fresh: list[Revocation]) -> None:
        for entry in fresh:
            self._entries[entry.seq] = entry
            self._seq = max(self._seq, entry.seq)
            if entry.kind == "token":
                continue
            jtis = tuple(live_jtis_of(work, entry.kind, entry.value, self.storage.clock.now()))
            if entry.kind == "key":
                # Not for Envoy: the key leaves its configuration, which is soon done however many tokens it signed.
                self._entries[entry.seq] = entry.model_copy(update={"jtis": jtis})
            else:
                self._jtis[entry.seq] = jtis

    def _drop_expired(self, now: int) -> bool:
        if now - self._tidied < _TIDY_SECONDS:
            return False
        self._tidied = now
        expired = [seq for seq, entry in self._entries.items() if entry.expires_at <= now]
        for seq in expired:
            del self._entries[seq]
            self._jtis.pop(seq, None)
        kept = [one for one in self._kept if one[0].expires_at > now]
        gone = bool(expired) or len(kept) < len(self._kept)
        self._kept = kept
        return gone


def _said(entry: Revocation) -> tuple[str, str, int | None, int]:
    """What an entry says, apart from its number and what it was expanded to."""
    return entry.kind, entry.value, entry.not_before, entry.expires_at
