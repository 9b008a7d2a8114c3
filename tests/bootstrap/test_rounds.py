"""Work that comes round goes on after a round in which the database was away, and ends with its place."""

import logging
import threading

import pytest
from sqlalchemy.exc import OperationalError

from passgate.bootstrap.rounds import rounds

_log = logging.getLogger("passgate.test")


def test_a_round_that_failed_is_told_and_the_next_one_comes(caplog: pytest.LogCaptureFixture) -> None:
    done, tries = threading.Event(), iter((True, False))

    def work() -> None:
        if next(tries, False):
            raise OperationalError("SELECT 1", {}, Exception("the server is away"))
        done.set()

    with caplog.at_level(logging.WARNING, "passgate.test"), rounds(work, 0.01, "steps", _log):
        assert done.wait(10)

    assert "steps wait: the server is away" in caplog.text


def test_a_round_that_failed_as_nobody_foresaw_is_told_and_the_next_one_comes(caplog: pytest.LogCaptureFixture) -> None:
    """A thread that ended would be missed weeks later: by a signing key that was never changed."""
    done, tries = threading.Event(), iter((True, True, False))

    def work() -> None:
        if next(tries, False):
            raise PermissionError("the master key cannot be read")
        done.set()

    with caplog.at_level(logging.WARNING, "passgate.test"), rounds(work, 0.01, "steps", _log):
        assert done.wait(10)

    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "the master key cannot be read" in caplog.messages[0]
