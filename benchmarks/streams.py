"""A thousand streams at once, and how late their chunks are: ``python -m benchmarks.streams``.

1,000 streams of 20 chunks a second through one gate on one core; chunks may be joined. Wanted: of all chunks 99 % reach
their reader within 100 ms after the vendor wrote them.
"""

import argparse
import base64
import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import passgate_target, processes
from benchmarks.processes import Cores
from benchmarks.stream_readers import Lateness
from benchmarks.target import Place, chat_call

_ROOT = Path(__file__).resolve().parent.parent
_WANTED_MS = 100.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.streams", description=__doc__)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=20.0, help="chunks a second, of each stream")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each stream")
    parser.add_argument(
        "--worker-apart",
        action="store_true",
        help="the inference worker alone on the target's core, Envoy and the rest on the other one",
    )
    given = parser.parse_args()
    cores = processes.choose_cores()
    with tempfile.TemporaryDirectory(prefix="passgate-bench-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        port, log = processes.free_port(), folder / "paced.log"
        command = [sys.executable, "-m", "benchmarks.paced_vendor", str(port), str(given.rate), str(given.seconds)]
        vendor = stack.enter_context(
            processes.running(command, core=cores.vendor, log=log, env={"PYTHONPATH": str(_ROOT)})
        )
        processes.wait_until_served(vendor, port, "/v1/models", log=log, seconds=20)
        place = Place(folder, folder, port, cores)
        passgate = stack.enter_context(passgate_target.started(place, service_answers=False))
        if given.worker_apart and cores.generator is not None:
            _move_all_but_the_worker(passgate.pid, cores.generator)
        headers = {"Authorization": f"Bearer {passgate.token}"}
        direct = _read(port, chat_call(port, stream=True).request, given.streams, cores, folder)
        began = processes.cpu_seconds(passgate.pid) or 0.0
        request = chat_call(passgate.port, headers=headers, stream=True).request
        found = _read(passgate.port, request, given.streams, cores, folder)
        used = (processes.cpu_seconds(passgate.pid) or 0.0) - began
        memory = processes.resident_mb(passgate.pid)
    print(f"{'':<10}{'streams':>8}{'chunks':>10}{'reads':>10}{'p50 ms':>10}{'p99 ms':>10}{'max ms':>10}")
    for title, one in (("vendor", direct), ("passgate", found)):
        print(
            f"{title:<10}{one.streams:>8}{one.chunks:>10,}{one.reads:>10,}"
            f"{one.p50_ms:>10.2f}{one.p99_ms:>10.2f}{one.max_ms:>10.2f}"
        )
        for fault in one.faults:
            print(f"  {fault}")
    holds = found.p99_ms <= _WANTED_MS and found.streams == given.streams
    print(f"wanted: p99 of {_WANTED_MS:g} ms, all streams whole: {'holds' if holds else 'DOES NOT HOLD'}")
    print(f"the target used {used:.1f} processor seconds, and holds {memory:.0f} MB with all that it started")


def _read(port: int, request: bytes, count: int, cores: Cores, folder: Path) -> Lateness:
    settled = count / 500 + 1.0
    spec = {"port": port, "request": base64.b64encode(request).decode(), "count": count, "settled": settled}
    outcome = folder / "lateness.json"
    with processes.pinned(cores.generator):
        subprocess.run(
            [sys.executable, "-m", "benchmarks.stream_readers", str(outcome)],
            input=json.dumps(spec),
            text=True,
            cwd=_ROOT,
            check=True,
        )
    found = json.loads(outcome.read_text())
    return Lateness(**{one.name: found[one.name] for one in dataclasses.fields(Lateness)})


def _move_all_but_the_worker(root: int, core: int) -> None:
    for pid in processes.tree(root):
        if b"worker" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            for task in Path(f"/proc/{pid}/task").iterdir():
                os.sched_setaffinity(int(task.name), {core})


if __name__ == "__main__":
    main()
