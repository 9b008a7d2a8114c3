"""Processes of a target: started on one processor core, measured as a tree, and ended for certain."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_END_SECONDS = 15.0


class StartError(Exception):
    """A process that does not come up; the text says what it said last."""


@dataclass(frozen=True, slots=True)
class Cores:
    """Who runs where. None: this system does not pin."""

    target: int | None
    generator: int | None
    vendor: int | None


def choose_cores() -> Cores:
    """A core for the target alone; the generator and the vendor share one where there are only two."""
    if sys.platform != "linux":
        return Cores(None, None, None)
    usable = sorted(os.sched_getaffinity(0))
    second = usable[1] if len(usable) > 1 else usable[0]
    return Cores(usable[0], second, usable[2] if len(usable) > 2 else second)


@contextlib.contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """Children started inside run on that core alone."""
    if core is None or sys.platform != "linux":
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_port() -> int:
    """A port of the loopback address that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(
    command: Sequence[str | Path], *, core: int | None, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a process group of its own; its output goes to ``log``. The group is ended on the way out."""
    environment = {**os.environ, **(env or {})}
    with log.open("wb") as output, pinned(core):
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=log.parent,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_END_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until_served(process: subprocess.Popen[bytes], port: int, path: str, *, log: Path, seconds: float) -> None:
    """Wait until a GET of ``path`` is answered with 200.

    Raises:
        StartError: the process ended, or the time passed.
    """
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if process.poll() is not None:
            raise StartError(f"ended with code {process.returncode}: {last_words(log)}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == http.client.OK:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.05)
    raise StartError(f"not ready after {seconds:.0f} s: {last_words(log)}")


def last_words(log: Path) -> str:
    """The last line of a log that says something."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def tree(root: int) -> list[int]:
    """The process and all below it."""
    children: dict[int, list[int]] = {}
    for pid, parent in _parents():
        children.setdefault(parent, []).append(pid)
    found, open_ends = [], [root]
    while open_ends:
        pid = open_ends.pop()
        found.append(pid)
        open_ends.extend(children.get(pid, ()))
    return found


def _parents() -> Iterator[tuple[int, int]]:
    if _PROC.joinpath("self/stat").exists():
        for folder in _PROC.iterdir():
            if folder.name.isdigit() and (fields := _stat(int(folder.name))):
                yield int(folder.name), int(fields[1])
        return
    listing = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True)
    for line in listing.stdout.splitlines():
        pid, parent = line.split()
        yield int(pid), int(parent)


def _stat(pid: int) -> list[str]:
    """The fields of ``/proc/<pid>/stat`` from the state on; none when the process is gone."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def cpu_seconds(root: int) -> float | None:
    """Processor seconds that the living tree has used; None where the system has no /proc."""
    if not _PROC.joinpath("self/stat").exists():
        return None
    ticks = 0
    for pid in tree(root):
        fields = _stat(pid)
        ticks += int(fields[11]) + int(fields[12]) if fields else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_mb(root: int) -> float:
    """Megabytes (2**20) of memory that the tree holds.

    Linux: proportional set size, so that pages which processes share count once. Elsewhere: resident set size.
    """
    kilobytes = 0
    for pid in tree(root):
        try:
            kilobytes += _proportional_kb(pid)
        except OSError:
            said = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False)
            kilobytes += int(said.stdout.strip() or 0)
    return kilobytes / 1024


def _proportional_kb(pid: int) -> int:
    for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def core_busy_seconds(core: int | None) -> float | None:
    """Seconds that a core has worked, for whomever; None where the system does not say."""
    stat = _PROC / "stat"
    if core is None or not stat.exists():
        return None
    for line in stat.read_text().splitlines():
        name, *fields = line.split()
        if name == f"cpu{core}":
            user, nice, system, _idle, _wait, interrupt, soft, steal = (int(field) for field in fields[:8])
            return (user + nice + system + interrupt + soft + steal) / os.sysconf("SC_CLK_TCK")
    return None
