"""What a worker is started with."""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from passgate.contracts.routing import TimeLimits
from passgate.inference.hooks.chain import HookChain
from passgate.kernel.sealing import Vault

_MEBI = 1024 * 1024


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Bounds of time, in seconds, and of size, in bytes."""

    connect: float = 5.0
    """To connect to a vendor."""
    first_byte: float = 120.0
    """Until the first byte of a streamed answer; then another deployment is tried."""
    first_token: float | None = None
    """Until the first bytes of a streamed answer that the client gets; None: the first byte does, whatever it says."""
    first_byte_unstreamed: float = 600.0
    """The same for an answer that comes as a whole: its first byte comes only when all of it has been generated."""
    silence: float = 60.0
    """Between two chunks of a stream."""
    keep_alive: float = 15.0
    """Silence after which a client's event stream gets a comment."""
    whole: float = 600.0
    """A call altogether, all attempts included."""
    graceful_stop: float = 8.0
    """For running calls to end when the worker is told to stop."""
    request_bytes: int = 32 * _MEBI
    """A client's request."""
    reply_bytes: int = 64 * _MEBI
    """A vendor's answer that is not streamed."""
    file_bytes: int = 512 * _MEBI
    """A file that is uploaded for a vendor to keep; OpenAI takes as much."""
    batch_look: float = 60.0
    """Between two looks at the vendors for batches under way."""
    spool_bytes: int = 16 * _MEBI
    """A spool file, before it is rotated."""


@lru_cache(maxsize=1024)
def limits_with(limits: WorkerLimits, own: TimeLimits) -> WorkerLimits:
    """The bounds for calls of a model that has its own of time."""
    return replace(
        limits,
        connect=own.connect or limits.connect,
        first_token=own.first_token,
        silence=own.silence or limits.silence,
        first_byte_unstreamed=max(limits.first_byte_unstreamed, own.whole or 0.0),
        whole=own.whole or limits.whole,
    )


@dataclass(frozen=True, slots=True)
class RationingOptions:
    """How a worker counts what is limited."""

    valkey_url: str | None = None
    """Where all workers of all nodes count together; None: each counts its share."""
    valkey_seconds: float = 0.5
    """How long that may take to answer; then it counts as away for a while."""
    refuse_without_valkey: bool = False
    """Refuse limited calls while the Valkey is away; otherwise they are counted here meanwhile."""
    workers: int = 1
    """Workers of a node; without a Valkey each gives its share of a limit."""
    spent_file: Path | None = None
    """``SpentSums`` as JSON, replaced by rename."""


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """What a worker needs to know of its place."""

    name: str
    """Unique on the node; the spool file bears it."""
    config_file: Path
    """An ``InferenceConfig`` as JSON, replaced by rename."""
    revocations_file: Path
    """A ``RevocationList`` as JSON, replaced by rename."""
    spool_dir: Path
    vault: Vault
    limits: WorkerLimits = field(default_factory=WorkerLimits)
    rationing: RationingOptions = field(default_factory=RationingOptions)
    """How limits are counted."""
    hooks: HookChain | None = None
    """What is asked about each call; None: nothing is installed."""
    health_file: Path | None = None
    """Where the worker tells which keys and deployments it leaves alone, as a ``WorkerHealth``; None: nowhere."""
    gate_socket: Path | None = None
    """Where the node's own gate is called for a caller; None: nowhere, and tools cannot be called."""
    cached_socket: Path | None = None
    """Where upstreams are asked for answers that may be kept; None: nowhere, and such calls fail."""
    changes_file: Path | None = None
    """Where the node's workers tell each other which kept answers to give up; None: this one is alone."""
    ca_file: Path | None = None
    """PEM certificates to trust beside the system's, for vendors behind a private authority."""
