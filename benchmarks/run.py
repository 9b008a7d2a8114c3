"""``python -m benchmarks.run``: measure Passgate beside bare Envoy and its peers, in one run, on one core each."""

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from benchmarks import envoy_target, litellm_target, mock_target, passgate_target, portkey_target
from benchmarks.measuring import Figures, Meter, Plan, measure_all
from benchmarks.processes import StartError, choose_cores
from benchmarks.report import ROWS, Result, table, write_json
from benchmarks.target import Place, SkippedError, Target

_HERE = Path(__file__).resolve().parent
_CACHE = Path.home() / ".cache" / "passgate-bench"
_PASSGATE = tuple(row for row in ROWS if row.startswith("passgate"))
_Start = Callable[[Place], AbstractContextManager[list[Target]]]
_STARTS: tuple[tuple[tuple[str, ...], _Start], ...] = (
    (("mock",), mock_target.start),
    (("envoy",), envoy_target.start),
    (_PASSGATE, passgate_target.start),
    (("litellm",), litellm_target.start),
    (("portkey",), portkey_target.start),
)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    plan = Plan()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--only", type=_names, default=ROWS, help=f"some of the rows, with commas: {','.join(ROWS)}")
    parser.add_argument("--seconds", type=float, default=plan.seconds, help="length of a round at full load")
    parser.add_argument("--rounds", type=int, default=plan.rounds, help="rounds; the median counts")
    parser.add_argument("--warm-up", type=float, default=plan.first_warm_up, help="seconds before the first round")
    parser.add_argument("--connections", type=int, default=plan.connections, help="connections at full load")
    parser.add_argument(
        "--rate", type=float, default=plan.fixed_rate, help="calls/s of the fixed load, for p50 and p99"
    )
    parser.add_argument("--cache", type=Path, default=_CACHE, help="where the peers are installed: litellm/, portkey/")
    parser.add_argument(
        "--output", type=Path, help="file of the result; unset: results.json beside this, if all rows ran"
    )
    return parser.parse_args(argv)


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no row is named {unknown[0]!r}; there are {', '.join(ROWS)}")
    return names


def _start_all(place: Place, names: Sequence[str], result: Result, stack: ExitStack) -> list[Target]:
    """Start what was asked for; what does not start is put into the result with its reason."""
    targets: list[Target] = []
    for rows, start in _STARTS:
        wanted = [name for name in rows if name in names]
        if not wanted:
            continue
        print(f"starting {rows[0].partition('-')[0]} …", flush=True)
        try:
            started = stack.enter_context(start(place))
        except SkippedError as error:
            result.skipped += [{"name": name, "reason": str(error)} for name in wanted]
        except StartError as error:
            print(f"{rows[0]} did not start: {error}", file=sys.stderr)
            result.failed += [{"name": name, "reason": "did not start"} for name in wanted]
        else:
            targets += [target for target in started if target.name in wanted]
    return targets


def _conclude(targets: Sequence[Target], figures: dict[str, Figures], result: Result) -> None:
    for target in targets:
        found = figures[target.name]
        result.versions |= target.versions
        reason = found.failure()
        if reason is not None:
            print(f"{target.name}: {reason}", file=sys.stderr)
            result.failed.append({"name": target.name, "reason": reason.partition(", the first:")[0]})
            continue
        result.rows.append(found.row(target.name))
        result.rounds[target.name] = [round(value, 1) for value in found.throughputs]
        result.shares[target.name] = found.median_shares()


def main(argv: Sequence[str] | None = None) -> int:
    """Run, print the table, write the result; 1 when a target failed."""
    arguments = _arguments(argv)
    plan = Plan(
        connections=arguments.connections,
        seconds=arguments.seconds,
        rounds=arguments.rounds,
        first_warm_up=arguments.warm_up,
        fixed_rate=arguments.rate,
    )
    cores, began = choose_cores(), time.monotonic()
    result = Result(plan, cores)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="passgate-bench-")))
        vendor_port, vendor_root = stack.enter_context(mock_target.mock_vendor(folder, cores.vendor))
        place = Place(folder, arguments.cache.expanduser().absolute(), vendor_port, cores)
        targets = _start_all(place, arguments.only, result, stack)
        figures = measure_all(targets, plan, Meter(cores, vendor_root, folder))
        _conclude(targets, figures, result)
        print("ending the targets …", flush=True)
    print("", table(result), "", f"took {time.monotonic() - began:.0f} s", sep="\n")
    output = arguments.output or (_HERE / "results.json" if set(arguments.only) == set(ROWS) else None)
    if output is not None:
        write_json(result, output)
        print(f"written: {output}")
    return 1 if result.failed else 0


if __name__ == "__main__":
    sys.exit(main())
