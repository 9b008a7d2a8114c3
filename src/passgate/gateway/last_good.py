"""The last snapshot that was in force, on the node's own disk: it starts again from this without a database."""

import logging
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from passgate.contracts.gateway_snapshot import GatewaySnapshot
from passgate.contracts.inference_config import InferenceConfig
from passgate.contracts.revocation_list import RevocationList
from passgate.gateway.state import Snapshot
from passgate.kernel.atomic_file import write_atomically
from passgate.kernel.outage import Outage

_log = logging.getLogger("passgate.agent")


class _StoredSnapshot(BaseModel):
    model_config = ConfigDict(frozen=True)

    gateway: GatewaySnapshot
    inference: InferenceConfig


@dataclass(slots=True)
class NodeFiles:
    """The node's files: two for its own restart, two that the workers read; one of them serves both purposes.

    What cannot be written (a full disk, a folder that is gone) is told, and waits for ``save_waiting``: Envoy gets it
    all the same, and a token that is revoked meanwhile is refused.
    """

    snapshot: Path
    inference: Path
    revocations: Path
    _waiting: dict[Path, str] = field(default_factory=dict)
    _outage: Outage = field(
        default_factory=lambda: Outage(_log, "the node's files cannot be written", "the node's files are written again")
    )

    def save_snapshot(self, snapshot: Snapshot) -> None:
        """Keep the snapshot, and hand the workers their part."""
        stored = _StoredSnapshot(gateway=snapshot.gateway, inference=snapshot.inference)
        self._waiting[self.inference] = snapshot.inference.model_dump_json()
        self._waiting[self.snapshot] = stored.model_dump_json()
        self.save_waiting()

    def save_revocations(self, revocations: RevocationList) -> None:
        """Keep the deny list, which the workers read as well."""
        self._waiting[self.revocations] = revocations.model_dump_json()
        self.save_waiting()

    def save_waiting(self) -> None:
        """Write what is to be written; what cannot be is left for the next time."""
        for path, text in list(self._waiting.items()):
            try:
                write_atomically(path, text)
            except OSError as error:
                self._outage.failed(error)
                return
            del self._waiting[path]
        self._outage.worked()

    def load_snapshot(self) -> Snapshot | None:
        """What was kept; None where there is nothing that this version understands."""
        try:
            stored = _StoredSnapshot.model_validate_json(self.snapshot.read_bytes())
        except (OSError, ValidationError):
            return None
        return Snapshot(gateway=stored.gateway, inference=stored.inference)

    def load_revocations(self) -> RevocationList | None:
        """The deny list that was kept; None where there is none that this version understands."""
        try:
            return RevocationList.model_validate_json(self.revocations.read_bytes())
        except (OSError, ValidationError):
            return None
