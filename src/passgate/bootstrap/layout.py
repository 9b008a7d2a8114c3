"""Where a node keeps its files and sockets."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from passgate.kernel.errors import PassgateError
from passgate.settings import Settings

_LONGEST_SOCKET_PATH = 100
"""The kernel allows 107 bytes for a Unix socket's path; some room is left."""


class FolderUnusableError(PassgateError):
    """A folder that cannot be made or written; the text names it."""

    code = "folder_unusable"


@dataclass(frozen=True, slots=True)
class Folders:
    """The node's folders, and the names in them."""

    data: Path
    runtime: Path

    @property
    def node(self) -> Path:
        """What the node needs to start again on its own."""
        return self.data / "node"

    @property
    def spool(self) -> Path:
        """Lines of calls and usage on their way to the database."""
        return self.node / "spool"

    @property
    def cache(self) -> Path:
        """What can be made again."""
        return self.node / "cache"

    @property
    def inference_config(self) -> Path:
        """The workers' part of the snapshot."""
        return self.node / "inference.json"

    @property
    def revocations(self) -> Path:
        """The deny list as the workers read it."""
        return self.node / "revocations.json"

    @property
    def spent(self) -> Path:
        """What was spent of each budget, as the ledger has it."""
        return self.node / "spent.json"

    def routing_health(self, worker: str) -> Path:
        """What that worker leaves alone of deployments and keys."""
        return self.node / f"routing-{worker}.json"

    @property
    def last_good(self) -> Path:
        """The last snapshot that Envoy took."""
        return self.node / "snapshot.json"

    @property
    def access_log(self) -> Path:
        """Envoy's access log."""
        return self.spool / "access.jsonl"

    @property
    def bootstrap(self) -> Path:
        """Envoy's bootstrap configuration."""
        return self.node / "envoy.json"

    @property
    def processes(self) -> Path:
        """What the supervisor says of its children; read by ``passgate status``."""
        return self.node / "processes.json"

    @property
    def setup_link(self) -> Path:
        """The set-up link on its way from control to the supervisor that prints it; deleted then."""
        return self.runtime / "setup-link"

    @property
    def changes(self) -> Path:
        """Marks of what the workers have to give up of what they keep; nobody needs them after a restart."""
        return self.runtime / "changes"

    def socket(self, name: str) -> Path:
        """The Unix socket of that name."""
        return self.runtime / f"{name}.sock"

    def worker_sockets(self, count: int) -> tuple[Path, ...]:
        """The workers' sockets."""
        return tuple(self.socket(f"worker-{number}") for number in range(1, count + 1))


def folders_of(settings: Settings) -> Folders:
    """The folders that the settings name."""
    data = settings.data_dir.absolute()
    runtime = settings.runtime_dir
    if runtime is None:
        owner, place = os.getuid(), hashlib.sha256(str(data).encode()).hexdigest()[:10]
        runtime = Path(tempfile.gettempdir()) / f"passgate-{owner}-{place}"
    return Folders(data=data, runtime=runtime.absolute())


def make_folders(folders: Folders) -> None:
    """Make what is missing, readable by the owner alone.

    Raises:
        FolderUnusableError: cannot be made, cannot be written, or the runtime folder is somebody else's.
    """
    for folder in (folders.data, folders.node, folders.spool, folders.cache, folders.runtime):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe = folder / f".write-{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise FolderUnusableError(f"The folder {folder} cannot be used: {error.strerror}.") from error
    if folders.runtime.stat().st_uid != os.getuid():
        raise FolderUnusableError(f"The folder {folders.runtime} belongs to another user; set PASSGATE_RUNTIME_DIR.")
    folders.runtime.chmod(0o700)
    if len(os.fsencode(folders.socket("worker-64"))) > _LONGEST_SOCKET_PATH:
        raise FolderUnusableError(
            f"The folder {folders.runtime} is too long for a socket's path; set PASSGATE_RUNTIME_DIR to a shorter one."
        )
