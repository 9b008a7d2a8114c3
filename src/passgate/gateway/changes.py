"""What a node has not seen yet: the newest snapshot, and the deny list with the tokens that it concerns."""

from dataclasses import dataclass, field

from pydantic import ValidationError

from passgate.contracts.inference_config import InferenceConfig
from passgate.contracts.revocation_list import Revocation, RevocationList
from passgate.gateway import repository
from passgate.gateway.errors import UnreadableSnapshotError
from passgate.gateway.snapshot_reader import SnapshotReader
from passgate.gateway.state import Snapshot
from passgate.identity.service.revocation import live_jtis_of, revocations_since
from passgate.kernel.clock import epoch_seconds
from passgate.storage.work import Storage, Work

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
    _listed: bool = False
    _tidied: int = 0

    def snapshot(self) -> Snapshot | None:
        """The newest snapshot, if it is another than at the last look.

        Raises:
            UnreadableSnapshotError: it is of a shape that this release does not know; told of each once.
        """
        with self.storage.reading() as work:
            version = repository.latest_version(work)
            if version in (0, self._version):
                return None
            row = repository.latest_snapshot(work)
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
        """The whole list, if anything came to it or has left it since the last look; always at the first."""
        now = epoch_seconds(self.storage.clock.now())
        with self.storage.reading() as work:
            fresh = revocations_since(work, self._seq)
            self._take(work, fresh)
        gone = self._drop_expired(now)
        if not fresh and not gone and self._listed:
            return None
        self._listed = True
        return RevocationList(
            seq=self._seq,
            entries=tuple(self._entries.values()),
            expanded_jtis=tuple(jti for jtis in self._jtis.values() for jti in jtis),
        )

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
        return bool(expired)
