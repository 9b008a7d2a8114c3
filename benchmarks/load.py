"""The load on a target, as data: what is sent, how, for how long, and what came of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Call:
    """One request, the same bytes each time, and how a right answer is told."""

    port: int
    request: bytes
    marks: tuple[bytes, ...]
    """Every one must stand in the answer (status line, headers or body); the status must be 200."""


@dataclass(frozen=True, slots=True)
class Load:
    """How a call is repeated."""

    connections: int
    seconds: float
    """Length of the measured window."""
    warm_up: float = 0.0
    """Seconds of the same load before the window."""
    rate: float | None = None
    """Calls a second, evenly spaced, whether or not earlier ones were answered; None: each connection calls again as
    soon as it has its answer."""


@dataclass(slots=True)
class Outcome:
    """What a load met within its window."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    """Seconds from the moment a call was due to the last byte of its right answer."""
    errors: int = 0
    first_error: str | None = None
    generator_cpu: float = 0.0
    """Processor seconds that the generator used in the window."""

    @property
    def calls_per_second(self) -> float:
        """Right answers a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; ``share`` between 0 and 1.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values, so no percentile")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def http_request(method: str, path: str, *, headers: dict[str, str], body: bytes = b"", port: int) -> bytes:
    """The bytes of an HTTP/1.1 request to the loopback address."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "User-Agent: passgate-bench/1", "Accept: */*"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body
