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


def test_a_round_that_fails_in_a_way_nobody_foresaw_does_not_end_the_later_ones(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done = threading.Event()
    outcomes = iter([ValueError("a row that nobody foresaw")])

    def work() -> None:
        for error in outcomes:
            raise error
        done.set()

    with caplog.at_level(logging.WARNING, "passgate.test"), rounds(work, 0.01, "steps", _log):
        assert done.wait(5)
    assert "steps: a round failed" in caplog.text
