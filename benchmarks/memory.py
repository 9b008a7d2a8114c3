"""Whether the gate grows with use: ``python -m benchmarks.memory``.

Memory of each process after 20,000 calls and 2,000 streams, and after ten times as many. Wanted: within 10 %.
"""

import argparse
import contextlib
import tempfile
import time
from pathlib import Path

from benchmarks import mock_target, passgate_target, processes
from benchmarks.load import Load
from benchmarks.measuring import Meter
from benchmarks.target import Place, Target, chat_call

_CALLS, _STREAMS = 20_000, 2_000
_TIMES = 10
_CONNECTIONS = 32
_ROUND_SECONDS = 2.0
_WANTED_SHARE = 0.10
_MEGA = 1024 * 1024
_SETTLE_SECONDS = 5.0
"""For what is still under way: the agent reads the logs of calls a moment later."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--calls", type=int, default=_CALLS, help="before the first look; streams: a tenth of them")
    parser.add_argument("--times", type=int, default=_TIMES, help="how many times as many before the second")
    given = parser.parse_args()
    cores = processes.choose_cores()
    with tempfile.TemporaryDirectory(prefix="passgate-bench-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        vendor_port, vendor_root = stack.enter_context(mock_target.mock_vendor(folder, cores.vendor))
        passgate = stack.enter_context(passgate_target.started(Place(folder, folder, vendor_port, cores)))
        meter = Meter(cores, vendor_root, folder)
        headers = {"Authorization": f"Bearer {passgate.limited}"}
        calls = [chat_call(passgate.port, headers=headers, stream=stream) for stream in (False, True)]
        passgate_target.wait_until_right(calls[0])
        looks, done = [], [0, 0]
        for times in (1, given.times):
            for at, call in enumerate(calls):
                wanted = (given.calls if at == 0 else given.calls // _CALLS * _STREAMS or given.calls // 10) * times
                while done[at] < wanted:
                    done[at] += _round(meter, Target("passgate", call, passgate.pid))
            time.sleep(_SETTLE_SECONDS)
            looks.append(_memory(passgate.pid))
            print(f"after {done[0]:,} calls and {done[1]:,} streams: {sum(looks[-1].values()):.1f} MB", flush=True)
    _print(looks[0], looks[1])


def _round(meter: Meter, target: Target) -> int:
    outcome, _ = meter.measure(target, Load(_CONNECTIONS, _ROUND_SECONDS))
    if outcome.errors:
        raise processes.StartError(f"wrong answers, the first: {outcome.first_error}")
    return len(outcome.latencies)


def _memory(root: int) -> dict[str, float]:
    """Megabytes that each process has for itself alone; shared pages do not grow with use."""
    found: dict[str, float] = {}
    for pid in processes.tree(root):
        with contextlib.suppress(OSError):
            folder = Path(f"/proc/{pid}")
            words = folder.joinpath("cmdline").read_bytes().split(b"\0")
            title = " ".join(word.decode() for word in words if word and b"/" not in word)[-24:]
            kilobytes = sum(
                int(line.split()[1])
                for line in folder.joinpath("smaps_rollup").read_text().splitlines()
                if line.startswith("Private_")
            )
            found[f"{title} ({pid})"] = kilobytes * 1024 / _MEGA
    return found


def _print(first: dict[str, float], second: dict[str, float]) -> None:
    print(f"{'process':<36}{'first MB':>10}{'second MB':>11}{'change':>9}")
    for name, before in first.items():
        if name in second:
            change = second[name] / before - 1 if before else 0.0
            print(f"{name:<36}{before:>10.1f}{second[name]:>11.1f}{change:>+9.1%}")
    whole = sum(second.values()) / sum(first.values()) - 1
    verdict = "holds" if whole <= _WANTED_SHARE else "DOES NOT HOLD"
    print(f"all together {whole:+.1%}, wanted within {_WANTED_SHARE:.0%}: {verdict}")


if __name__ == "__main__":
    main()
