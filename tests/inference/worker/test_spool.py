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
    spool = open_spool(tmp_path, clock)
    spool.close()
    spool.append(b'{"request_id":"req-9"}\n')
    assert "req-9" in caplog.text
