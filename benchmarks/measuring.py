"""Rounds of load over the targets, and the figures they give."""

import dataclasses
import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import IO, cast

from benchmarks import processes
from benchmarks.generator import spec_to_json
from benchmarks.load import Load, Outcome, percentile
from benchmarks.processes import Cores
from benchmarks.target import Target

_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how hard."""

    connections: int = 32
    seconds: float = 4.0
    rounds: int = 3
    first_warm_up: float = 6.0
    """Seconds at full load, once and uncounted, before the first round: just-in-time compilers need it."""
    warm_up: float = 1.0
    """The same before each round."""
    fixed_rate: float = 40.0
    fixed_seconds: float = 4.0
    """Seconds at the fixed rate, each round."""


@dataclass(slots=True)
class Shares:
    """Processor time over wall time within a window; None where the system does not say."""

    target: float | None = None
    generator: float | None = None
    vendor: float | None = None
    target_core: float | None = None
    """How busy the target's core was, whoever made it so."""


@dataclass(slots=True)
class Figures:
    """What the rounds found of one target."""

    throughputs: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    """Seconds, at the fixed rate, of all rounds."""
    resident: list[float] = field(default_factory=list)
    shares: list[Shares] = field(default_factory=list)
    errors: int = 0
    first_error: str | None = None

    def row(self, name: str) -> dict[str, object]:
        """The target's row: medians of the rounds."""
        return {
            "name": name,
            "calls_per_s": round(median(self.throughputs), 1),
            "p50_ms": round(percentile(self.latencies, 0.50) * 1000, 3),
            "p99_ms": round(percentile(self.latencies, 0.99) * 1000, 3),
            "rss_mb": round(median(self.resident), 1),
        }

    def failure(self) -> str | None:
        """Why the target has no row; None when it has one."""
        if self.errors:
            return f"{self.errors} wrong answers, the first: {self.first_error}"
        if not self.latencies or not all(self.throughputs):
            return "no answers"
        return None

    def median_shares(self) -> dict[str, float]:
        """Shares by name, medians of the rounds, those that are known."""
        found: dict[str, float] = {}
        for name in (part.name for part in dataclasses.fields(Shares)):
            known = [value for shares in self.shares if (value := getattr(shares, name)) is not None]
            if known:
                found[name] = round(median(known), 2)
        return found


class Meter:
    """Runs loads in a generator process of their own and reads the clocks around them."""

    def __init__(self, cores: Cores, vendor_root: int, folder: Path) -> None:
        self._cores = cores
        self._vendor = vendor_root
        self._outcome = folder / "outcome.json"

    def measure(self, target: Target, load: Load) -> tuple[Outcome, Shares]:
        """One load on one target.

        Raises:
            StartError: the generator could not do its work, such as when nobody listens.
        """
        with processes.pinned(self._cores.generator):
            process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.generator", str(self._outcome)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=_ROOT,
            )
        with process:
            into, out = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)
            into.write(spec_to_json(target.call, load))
            into.close()
            clocks = [self._clocks(target) for _ in range(2) if out.readline()]
        if process.returncode:
            raise processes.StartError(f"the load generator ended with code {process.returncode}")
        outcome = Outcome(**json.loads(self._outcome.read_text()))
        return outcome, self._shares(clocks, outcome)

    def _clocks(self, target: Target) -> tuple[float, float | None, float | None, float | None]:
        return (
            time.perf_counter(),
            processes.cpu_seconds(target.root),
            processes.cpu_seconds(self._vendor),
            processes.core_busy_seconds(self._cores.target),
        )

    def _shares(self, clocks: list[tuple[float, float | None, float | None, float | None]], of: Outcome) -> Shares:
        (began, *first), (ended, *last) = clocks
        target, vendor, core = (
            None if before is None or after is None else (after - before) / (ended - began)
            for before, after in zip(first, last, strict=True)
        )
        return Shares(target, of.generator_cpu / of.seconds, vendor, core)


def measure_all(targets: list[Target], plan: Plan, meter: Meter) -> dict[str, Figures]:
    """All rounds, the targets in turn within each, so that a change of the machine's mood meets all of them."""
    figures = {target.name: Figures() for target in targets}
    full = Load(plan.connections, plan.seconds, plan.warm_up)
    steady = Load(plan.connections, plan.fixed_seconds, min(plan.warm_up, 0.5), plan.fixed_rate)
    for target in targets:
        print(f"warming up {target.name} …", flush=True)
        meter.measure(target, Load(plan.connections, plan.first_warm_up))
    for number in range(1, plan.rounds + 1):
        for target in targets:
            found = figures[target.name]
            outcome, shares = meter.measure(target, full)
            found.throughputs.append(outcome.calls_per_second)
            found.shares.append(shares)
            found.resident.append(processes.resident_mb(target.root))
            calm, _ = meter.measure(target, steady)
            found.latencies.extend(calm.latencies)
            found.errors += outcome.errors + calm.errors
            found.first_error = found.first_error or outcome.first_error or calm.first_error
            print(
                f"round {number}/{plan.rounds}  {target.name:<24}{outcome.calls_per_second:>10,.0f} calls/s", flush=True
            )
    return figures
