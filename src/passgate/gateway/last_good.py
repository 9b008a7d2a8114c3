"""The last snapshot that was in force, on the node's own disk: it starts again from this without a database."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from passgate.contracts.gateway_snapshot import GatewaySnapshot
from passgate.contracts.inference_config import InferenceConfig
from passgate.contracts.revocation_list import RevocationList
from passgate.gateway.state import Snapshot
from passgate.kernel.atomic_file import write_atomically


class _StoredSnapshot(BaseModel):
    model_config = ConfigDict(frozen=True)

    gateway: GatewaySnapshot
    inference: InferenceConfig


@dataclass(frozen=True, slots=True)
class NodeFiles:
    """The node's files: two for its own restart, two that the workers read; one of them serves both purposes."""

    snapshot: Path
    inference: Path
    revocations: Path

    def save_snapshot(self, snapshot: Snapshot) -> None:
        """Keep the snapshot, and hand the workers their part."""
        write_atomically(self.inference, snapshot.inference.model_dump_json())
        stored = _StoredSnapshot(gateway=snapshot.gateway, inference=snapshot.inference)
        write_atomically(self.snapshot, stored.model_dump_json())

    def save_revocations(self, revocations: RevocationList) -> None:
        """Keep the deny list, which the workers read as well."""
        write_atomically(self.revocations, revocations.model_dump_json())

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
