"""What the gate adds to a call at half of its own maximum load: ``python -m benchmarks.half_load``.

The chat call with limits and budgets on. First the maximum (closed loop), then half of it, evenly spaced (open loop),
at the gate and at the mock vendor itself; what lies between the two is the gate's. Wanted: p50 2 ms, p99 10 ms.
"""

import argparse
import contextlib
import tempfile
from pathlib import Path

from benchmarks import mock_target, passgate_target, processes
from benchmarks.load import Load, percentile
from benchmarks.measuring import Meter
from benchmarks.target import Place, Target, chat_call

_CONNECTIONS = 32
_STEADY_CONNECTIONS = 256
"""At a steady rate there is always an idle one, so that no call waits for another."""
_WANTED_MS = (2.0, 10.0)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.half_load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each round")
    parser.add_argument("--warm-up", type=float, default=6.0, help="seconds at full load before")
    arguments = parser.parse_args()
    cores = processes.choose_cores()
    with tempfile.TemporaryDirectory(prefix="passgate-bench-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        vendor_port, vendor_root = stack.enter_context(mock_target.mock_vendor(folder, cores.vendor))
        passgate = stack.enter_context(passgate_target.started(Place(folder, folder, vendor_port, cores)))
        headers = {"Authorization": f"Bearer {passgate.limited}"}
        gate = Target("passgate", chat_call(passgate.port, headers=headers), passgate.pid)
        passgate_target.wait_until_right(gate.call)
        direct = Target("vendor", chat_call(vendor_port), vendor_root)
        meter = Meter(cores, vendor_root, folder)
        most, _ = meter.measure(gate, Load(_CONNECTIONS, arguments.seconds, arguments.warm_up))
        rate = most.calls_per_second / 2
        steady = Load(_STEADY_CONNECTIONS, arguments.seconds, 1.0, rate)
        found = {target.name: meter.measure(target, steady) for target in (gate, direct)}
    print(f"maximum {most.calls_per_second:,.0f} calls/s, measured at {rate:,.0f} calls/s")
    print(f"{'':<10}{'p50 ms':>10}{'p99 ms':>10}{'errors':>8}")
    figures = {
        name: [percentile(outcome.latencies, share) * 1000 for share in (0.5, 0.99)]
        for name, (outcome, _) in found.items()
    }
    for name, (p50, p99) in figures.items():
        print(f"{name:<10}{p50:>10.2f}{p99:>10.2f}{found[name][0].errors:>8}")
    added = [gate_ms - own for gate_ms, own in zip(figures["passgate"], figures["vendor"], strict=True)]
    verdict = "holds" if all(ms <= most for ms, most in zip(added, _WANTED_MS, strict=True)) else "DOES NOT HOLD"
    print(
        f"{'added':<10}{added[0]:>10.2f}{added[1]:>10.2f}   wanted {_WANTED_MS[0]:g} and {_WANTED_MS[1]:g}: {verdict}"
    )
    shares = found["passgate"][1]
    print(
        f"at half load the target used {shares.target or 0:.0%} of its core, all together {shares.target_core or 0:.0%}"
    )


if __name__ == "__main__":
    main()
