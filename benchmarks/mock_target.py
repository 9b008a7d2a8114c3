"""The mock vendor on the target's core, called directly: what the load generator can see at most."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import processes
from benchmarks.target import Place, Target, chat_call

_ROOT = Path(__file__).resolve().parent.parent


@contextlib.contextmanager
def mock_vendor(folder: Path, core: int | None) -> Iterator[tuple[int, int]]:
    """Run a mock vendor; gives its port and its process id."""
    port, log = processes.free_port(), folder / f"mock-{core}.log"
    command = [sys.executable, "-m", "benchmarks.mock_vendor", str(port)]
    with processes.running(command, core=core, log=log, env={"PYTHONPATH": str(_ROOT)}) as process:
        processes.wait_until_served(process, port, "/v1/models", log=log, seconds=20)
        yield port, process.pid


@contextlib.contextmanager
def start(place: Place) -> Iterator[list[Target]]:
    """A vendor of its own, beside the one that the other targets call."""
    folder = place.folder / "mock"
    folder.mkdir()
    with mock_vendor(folder, place.cores.target) as (port, pid):
        yield [Target("mock", chat_call(port), pid)]
