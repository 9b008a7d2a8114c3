"""The run's result, as a table for people and as JSON for programs."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measuring import Plan
from benchmarks.processes import Cores

ROWS = (
    "mock",
    "envoy",
    "passgate-rest",
    "passgate-ai",
    "passgate-ai-limits",
    "passgate-ai-translated",
    "passgate-ai-stream",
    "litellm",
    "portkey",
)
"""Every row, in the table's order."""
_AI = ("passgate-ai", "passgate-ai-limits", "passgate-ai-stream")
_RATIOS = (
    ("passgate-rest", "envoy"),
    ("passgate-ai-translated", "passgate-ai"),
    *((row, peer) for row in _AI for peer in ("litellm", "portkey")),
)
"""Row over row, calls per second. A whole stream is set against the peers' whole answers: more work, same count."""
_SATURATED = 0.95
_DISTURBED = 0.10


@dataclass(slots=True)
class Result:
    """All that a run found."""

    plan: Plan
    cores: Cores
    rows: list[dict[str, object]] = field(default_factory=list)
    rounds: dict[str, list[float]] = field(default_factory=dict)
    """Calls per second of each round, by row."""
    shares: dict[str, dict[str, float]] = field(default_factory=dict)
    """Processor time over wall time, by row, then by who used it."""
    versions: dict[str, str] = field(default_factory=dict)
    skipped: list[dict[str, str]] = field(default_factory=list)
    """Peers that could not be measured here: ``name`` and ``reason``."""
    failed: list[dict[str, str]] = field(default_factory=list)
    """Targets that did not start or answered wrongly: ``name`` and ``reason``."""

    def ratios(self) -> dict[str, float]:
        """How many times the calls per second of another row, where both were measured."""
        rates = {str(row["name"]): float(str(row["calls_per_s"])) for row in self.rows}
        return {
            f"{row} / {peer}": round(rates[row] / rates[peer], 2) for row, peer in _RATIOS if {row, peer} <= {*rates}
        }

    def notes(self) -> list[str]:
        """What a reader must know before believing a row."""
        found = []
        shared = self.cores.generator == self.cores.vendor
        for name, share in self.shares.items():
            generator, vendor = share.get("generator", 0.0), share.get("vendor", 0.0)
            if (generator + vendor if shared else max(generator, vendor)) > _SATURATED:
                found.append(f"{name}: the load generator and the mock vendor were the limit, not the target")
            others = share.get("target_core", 0.0) - share.get("target", 0.0)
            if others > _DISTURBED:
                found.append(f"{name}: others used {others:.0%} of the target's core")
        return found

    def to_json(self) -> dict[str, object]:
        """The content of ``results.json``."""
        return {
            "rows": self.rows,
            "ratios": self.ratios(),
            "load": load_facts(self.plan),
            "machine": machine_facts(self.cores),
            "versions": self.versions,
            "skipped": self.skipped,
            "failed": self.failed,
            "notes": self.notes(),
            "rounds": self.rounds,
            "shares": self.shares,
        }


def load_facts(plan: Plan) -> dict[str, object]:
    """The load, in words and numbers."""
    return {
        "calls_per_s": f"closed loop: {plan.connections} connections, each calls again as soon as it is answered",
        "connections": plan.connections,
        "rounds": plan.rounds,
        "seconds_per_round": plan.seconds,
        "p50_p99_ms": f"open loop: {plan.fixed_rate:g} calls/s, evenly spaced, whatever is still unanswered",
        "fixed_rate_per_s": plan.fixed_rate,
        "fixed_rate_seconds_per_round": plan.fixed_seconds,
    }


def machine_facts(cores: Cores) -> dict[str, object]:
    """What kind of machine it was; nothing that tells which one."""
    facts: dict[str, object] = {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "pinned": cores.target is not None,
    }
    if cores.target is not None:
        facts["core_of"] = {"target": cores.target, "load_generator": cores.generator, "mock_vendor": cores.vendor}
    return facts


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def write_json(result: Result, path: Path) -> None:
    """Write ``results.json``, replacing an older one whole."""
    fresh = path.with_suffix(".part")
    fresh.write_text(json.dumps(result.to_json(), indent=2, ensure_ascii=False) + "\n")
    fresh.replace(path)


def table(result: Result, names: Sequence[str] = ROWS) -> str:
    """The table, with what was skipped or failed standing in its own row."""
    rows = {str(row["name"]): row for row in result.rows}
    absent = {entry["name"]: f"skipped: {entry['reason']}" for entry in result.skipped}
    absent |= {entry["name"]: f"FAILED: {entry['reason']}" for entry in result.failed}
    lines = [f"{'':<24}{'calls/s':>10}{'p50 ms':>10}{'p99 ms':>10}{'MB':>8}"]
    for name in names:
        if name in rows:
            row = rows[name]
            lines.append(
                f"{name:<24}{row['calls_per_s']:>10,.0f}{row['p50_ms']:>10.2f}{row['p99_ms']:>10.2f}{row['rss_mb']:>8.0f}"
            )
        elif name in absent:
            lines.append(f"{name:<24}  {absent[name]}")
    lines += ["", *(f"{name:<40}{ratio:>8.2f} x" for name, ratio in result.ratios().items())]
    plan = result.plan
    lines += [
        "",
        f"calls/s: closed loop, {plan.connections} connections, median of {plan.rounds} rounds of {plan.seconds:g} s",
        f"p50, p99: open loop at {plan.fixed_rate:g} calls/s; MB: memory of all the target's processes after the load",
        *(f"note: {note}" for note in result.notes()),
    ]
    return "\n".join(lines)
