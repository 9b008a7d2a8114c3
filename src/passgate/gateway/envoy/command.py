"""Envoy's command line."""

from dataclasses import dataclass
from pathlib import Path

from passgate.gateway.envoy.binary import EnvoyBinary
from passgate.gateway.envoy.layout import NodeLayout

DRAIN_SECONDS = 5
"""How long a graceful drain of the listener takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFlushing:
    """When lines of the access log reach the disk.

    Attributes:
        min_size_kb: a buffer of this size is written at once; 0: every line is.
        interval_ms: what is buffered is written at the latest after this.
    """

    min_size_kb: int = 0
    interval_ms: int = 100


EVERY_LINE = LogFlushing()


def envoy_command(
    binary: EnvoyBinary,
    layout: NodeLayout,
    config: Path,
    *,
    log_level: str = "warning",
    flushing: LogFlushing = EVERY_LINE,
) -> list[str]:
    """The arguments that start Envoy in the foreground on a bootstrap file.

    Args:
        binary: the Envoy to run.
        layout: the node.
        config: the bootstrap file, JSON.
        log_level: of Envoy's own log, which goes to standard error.
        flushing: how soon a line of the access log is on disk.
    """
    return [
        str(binary.path),
        *("--config-path", str(config)),
        *("--concurrency", str(layout.concurrency)),
        *("--log-level", log_level),
        *("--drain-time-s", str(DRAIN_SECONDS)),
        *("--file-flush-min-size-kb", str(flushing.min_size_kb)),
        *("--file-flush-interval-msec", str(flushing.interval_ms)),
        # An unknown field would be dropped in silence, and the version count as applied.
        "--reject-unknown-dynamic-fields",
        "--disable-hot-restart",
    ]
