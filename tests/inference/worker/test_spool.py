import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from moving_clock import MovingClock
from passgate.inference.worker.spool import UsageSpool


def open_spool(folder: Path, clock: MovingClock, rotate_bytes: int = 10_000) -> UsageSpool:
    spool = UsageSpool(folder, "w1", clock=clock, rotate_bytes=rotate_bytes)
    spool.open()
    return spool


def test_lines_are_in_the_file_at_once_and_stay_there(tmp_path: Path, clock: MovingClock) -> None:
    spool = open_spool(tmp_path, clock)
    spool.append(b"one\n")
    assert spool.path.read_bytes() == b"one\n"
    spool.close()
    spool = open_spool(tmp_path, clock)
    spool.append(b"two\n")
    assert spool.path.read_bytes() == b"one\ntwo\n"
    spool.close()


def test_a_full_file_is_set_aside(tmp_path: Path, clock: MovingClock) -> None:
    spool = open_spool(tmp_path, clock, rotate_bytes=8)
    for line in (b"one\n", b"two\n", b"three\n"):
        spool.append(line)
    aside = tmp_path / "usage-w1.20260314T092653000000.jsonl"
    assert aside.read_bytes() == b"one\ntwo\n"
    assert spool.path.read_bytes() == b"three\n"
    spool.close()


def test_half_a_line_swallows_no_other(tmp_path: Path, clock: MovingClock) -> None:
    (tmp_path / "usage-w1.jsonl").write_bytes(b"one\ntw")
    spool = open_spool(tmp_path, clock)
    spool.append(b"three\n")
    assert spool.path.read_bytes() == b"one\ntw\nthree\n"
    spool.close()


def test_a_line_that_cannot_be_written_is_logged(
    tmp_path: Path, clock: MovingClock, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "spool").mkdir()
    spool = open_spool(tmp_path / "spool", clock)
    spool.close()
    spool.path.unlink()
    spool.path.parent.rmdir()
    spool.append(b'{"request_id":"req-9"}\n')
    assert '"req-9"}' in caplog.text
    assert "\n\n" not in caplog.text


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may grow beyond that: what a full disk does to the one who writes."""
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))
        signal.signal(signal.SIGXFSZ, ignored)


@pytest.mark.parametrize("room", [4, 6, 10])
def test_lines_come_again_whole_when_a_full_disk_has_room_again(tmp_path: Path, clock: MovingClock, room: int) -> None:
    """Of the lines that came while it was full none is there; the first one after them is, by itself."""
    spool = open_spool(tmp_path, clock)
    spool.append(b"one\n")
    with room_for(room):
        spool.append(b"two-two\n")
        spool.append(b"three\n")
    spool.append(b"four\n")
    spool.append(b"five\n")
    lines = spool.path.read_bytes().split(b"\n")
    assert lines[0] == b"one"
    assert lines[-3:] == [b"four", b"five", b""]
    assert b"" not in lines[:-1]
    spool.close()


def test_a_file_that_could_not_be_opened_is_tried_again(tmp_path: Path, clock: MovingClock) -> None:
    """After it was set aside, with no room or no descriptor left for a new one."""
    folder = tmp_path / "spool"
    folder.mkdir()
    spool = open_spool(folder, clock, rotate_bytes=8)
    folder.rename(tmp_path / "away")
    spool.append(b"12345678\n")
    spool.append(b"lost\n")
    folder.mkdir()
    spool.append(b"three\n")
    assert spool.path.read_bytes() == b"three\n"
    spool.close()


def test_a_deleted_file_takes_no_more_lines(tmp_path: Path, clock: MovingClock) -> None:
    spool = open_spool(tmp_path, clock)
    spool.append(b"one\n")
    spool.path.unlink()
    spool.leave_deleted()
    spool.append(b"two\n")
    assert spool.path.read_bytes() == b"two\n"
    spool.close()
