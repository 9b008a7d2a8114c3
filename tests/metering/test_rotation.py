import os
import shutil
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from metering.conftest import Node, assert_sums_agree, rows_of
from metering.spool_lines import call_line, usage_line
from moving_clock import MovingClock
from passgate.kernel.errors import UnavailableError
from passgate.metering.ingest import SpoolLimits
from passgate.metering.models import Call, SpoolOffset, Usage


@dataclass
class Envoy:
    """Writes the access log as Envoy does: told to reopen, it opens the file with its next write."""

    folder: Path
    told: threading.Event = field(default_factory=threading.Event)
    descriptor: int = -1

    def log(self, line: bytes) -> None:
        if self.descriptor < 0 or self.told.is_set():
            self.told.clear()
            if self.descriptor >= 0:
                os.close(self.descriptor)
            self.descriptor = os.open(self.folder / "access.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(self.descriptor, line)


def envoy_of(node: Node, limits: SpoolLimits) -> Envoy:
    envoy = Envoy(node.folder)
    node.limits = limits
    node.restarted()
    node._reopen = envoy.told.set  # type: ignore[method-assign]  # the callback of this test
    node.restarted()
    return envoy


def silent(path: Path, clock: MovingClock, seconds: float) -> None:
    """Make it look as if nobody had written for so long."""
    moment = clock.now().timestamp() - seconds
    os.utime(path, (moment, moment))


def test_nothing_is_lost_when_files_are_rotated_under_the_writer(node: Node, clock: MovingClock) -> None:
    envoy = envoy_of(node, SpoolLimits(batch=20, rotate_bytes=20_000))
    may_write, has_written = threading.Semaphore(0), threading.Semaphore(0)

    def write() -> None:
        for number in range(3_000):
            may_write.acquire()
            envoy.log(call_line(number))
            has_written.release()

    writer = threading.Thread(target=write)
    writer.start()
    rotated: set[str] = set()
    for _ in range(60):
        may_write.release(50)
        for _ in range(25):  # the others are written while the files are read
            has_written.acquire()
        node.ingester.run_once()
        clock.advance(milliseconds=250)
        rotated |= {path.name for path in node.folder.glob("access.*.jsonl")}
        for path in node.folder.glob("access.*.jsonl"):
            silent(path, clock, 60)  # deletes as early as it can; a file not followed by a live one stays
    writer.join()
    node.drain()

    assert len(rotated) > 5
    assert len(rows_of(node.storage, Call)) == 3_000
    assert_sums_agree(node.storage)


def test_an_access_log_that_somebody_deleted_is_opened_anew(
    node: Node, clock: MovingClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Envoy would write on into the file that has no name any more, and no call of a REST service be counted again."""
    envoy = envoy_of(node, SpoolLimits())
    node.drain()
    assert not envoy.told.is_set()  # a first start: nothing was deleted
    envoy.log(call_line(1))
    node.drain()
    (node.folder / "access.jsonl").unlink()
    node.drain()
    envoy.log(call_line(2))
    node.drain()
    assert len(rows_of(node.storage, Call)) == 2

    clock.advance(seconds=60)
    shutil.rmtree(node.folder)
    node.drain()
    envoy.log(call_line(3))
    for _ in range(3):
        clock.advance(seconds=60)
        node.drain()
    assert len(rows_of(node.storage, Call)) == 3
    assert sum("was deleted" in message for message in caplog.messages) == 2


def test_a_rotated_file_goes_when_it_was_read_and_has_been_silent(node: Node, clock: MovingClock) -> None:
    envoy = envoy_of(node, SpoolLimits(rotate_bytes=1_000))
    for number in range(5):
        envoy.log(call_line(number))
    node.drain()
    [old] = node.folder.glob("access.*.jsonl")
    envoy.log(call_line(5))

    silent(old, clock, 29)
    node.drain()
    assert old.exists()
    silent(old, clock, 31)
    node.drain()

    assert not old.exists()
    assert len(rows_of(node.storage, Call)) == 6
    assert [row["name"] for row in rows_of(node.storage, SpoolOffset)] == ["access.jsonl"]


def test_a_file_that_envoy_may_still_write_to_stays(node: Node, clock: MovingClock) -> None:
    envoy = envoy_of(node, SpoolLimits(rotate_bytes=1_000))
    for number in range(5):
        envoy.log(call_line(number))
    node.drain()
    [old] = node.folder.glob("access.*.jsonl")
    silent(old, clock, 3_600)

    node.drain()

    assert old.exists()  # no new live file: Envoy has not written since


def test_an_envoy_that_was_not_reached_is_asked_again(node: Node, clock: MovingClock) -> None:
    envoy = envoy_of(node, SpoolLimits(rotate_bytes=1_000))
    asked: list[int] = []

    def reopen() -> None:
        asked.append(1)
        if len(asked) == 1:
            raise UnavailableError("Envoy is starting.")
        envoy.told.set()

    node._reopen = reopen  # type: ignore[method-assign]  # the callback of this test
    node.restarted()
    for number in range(5):
        envoy.log(call_line(number))
    node.drain()
    envoy.log(call_line(5))  # into the renamed file
    clock.advance(seconds=9)
    node.drain()
    assert len(asked) == 1
    clock.advance(seconds=2)
    node.drain()
    envoy.log(call_line(6))
    node.drain()

    assert len(asked) == 2
    assert (node.folder / "access.jsonl").stat().st_size == len(call_line(6))
    assert len(rows_of(node.storage, Call)) == 7


def test_a_worker_s_file_is_known_again_under_its_new_name(node: Node, clock: MovingClock) -> None:
    live = node.write("usage-0.jsonl", *map(usage_line, range(5)))
    node.drain()
    node.write("usage-0.jsonl", usage_line(5))
    rotated = live.rename(node.folder / "usage-0.20260314T092653.jsonl")
    node.write("usage-0.jsonl", usage_line(6))

    assert node.drain() == 2
    silent(rotated, clock, 31)
    node.drain()

    assert [path.name for path in node.folder.iterdir()] == ["usage-0.jsonl"]
    assert len(rows_of(node.storage, Usage)) == 7
    assert_sums_agree(node.storage)


@pytest.mark.parametrize("end", [usage_line(2)[:50], usage_line(2)[:-1]])
def test_an_end_that_will_never_be_complete_does_not_keep_a_file(node: Node, clock: MovingClock, end: bytes) -> None:
    rotated = node.write("usage-0.20260314T092653.jsonl", usage_line(1), end)
    silent(rotated, clock, 31)

    node.drain()

    assert not rotated.exists()
    whole = len(end) > 50
    assert len(rows_of(node.storage, Usage)) == 1 + whole
    assert node.ingester.malformed == 1 - whole


def test_an_empty_rotated_file_goes(node: Node, clock: MovingClock) -> None:
    rotated = node.write("usage-0.20260314T092653.jsonl")
    silent(rotated, clock, 31)

    node.drain()

    assert not rotated.exists()


def test_a_new_file_under_a_known_inode_is_read_from_its_start(node: Node) -> None:
    path = node.write("access.jsonl", *map(call_line, range(10)))
    node.drain()
    path.write_bytes(b"".join(map(call_line, range(10, 30))))  # same inode, other content, longer than before
    node.restarted()

    assert node.drain() == 20
    assert len(rows_of(node.storage, Call)) == 30


def test_files_of_other_names_are_left_alone(node: Node, clock: MovingClock) -> None:
    other = node.write("access.jsonl.gz", b"x\n")
    silent(other, clock, timedelta(days=9).total_seconds())

    assert node.drain() == 0
    assert other.exists()
