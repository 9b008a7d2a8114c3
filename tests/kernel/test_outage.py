import logging

import pytest
from sqlalchemy.exc import OperationalError

from passgate.kernel.outage import Outage

_log = logging.getLogger("passgate.test")


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def outage(seconds: Seconds, caplog: pytest.LogCaptureFixture) -> Outage:
    caplog.set_level(logging.INFO, "passgate.test")
    return Outage(_log, "alerts wait", "alerts go on", seconds)


def test_hours_of_an_outage_are_a_few_lines(outage: Outage, seconds: Seconds, caplog: pytest.LogCaptureFixture) -> None:
    outage.worked()
    for second in range(1000):
        seconds.now = float(second)
        outage.failed(OperationalError("SELECT 1", {}, Exception("the server is away\nIs it running?")))
    outage.worked()
    outage.worked()
    assert caplog.messages == [*["alerts wait: the server is away"] * 4, "alerts go on"]


def test_another_reason_is_told_at_once_and_the_next_outage_too(
    outage: Outage, seconds: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    for reason in ("refused", "starting up", "refused"):
        outage.failed(reason)
    outage.worked()
    seconds.now = 31.0
    outage.failed("refused")
    assert [line.partition(": ")[2] for line in caplog.messages] == ["refused", "starting up", "", "refused"]


def test_what_nobody_foresaw_comes_with_its_traceback(outage: Outage, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        outage.failed(KeyError(), foreseen=False)
    assert [record.exc_info is not None for record in caplog.records] == [True]
    assert caplog.messages == ["alerts wait, in a way that nobody foresaw: KeyError"]


def test_what_fails_and_works_by_turns_is_told_seldom(
    outage: Outage, seconds: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    for second in range(60):
        seconds.now = float(second)
        outage.failed("no connection left")
        outage.worked()
    assert caplog.messages == ["alerts wait: no connection left", "alerts go on"] * 2
