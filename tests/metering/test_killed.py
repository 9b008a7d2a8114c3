"""Killed with SIGKILL at any moment, the reader counts every call once."""

import multiprocessing
import os
import random
import sys
import time
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from metering.conftest import Node, assert_sums_agree, rows_of
from metering.ingesting_process import ingest
from metering.spool_lines import ai_call_line, call_line, request_id, usage_line
from passgate.metering.models import Call, Usage

KILLS = 20
LINES = 300
"""Calls between two kills."""
COMMITS = 12
"""Fewer than the calls between two kills take."""


@pytest.fixture(scope="module")
def processes() -> Iterator[ForkServerContext]:
    """Processes forked from one that has all imports behind it, so that each starts in milliseconds."""
    context = multiprocessing.get_context("forkserver")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        context.set_forkserver_preload(["metering.ingesting_process"])
        yield context


class Writers:
    """Envoy and a worker; Envoy opens a new log with its next write once it is told to."""

    def __init__(self, folder: Path, told: Path) -> None:
        self.folder = folder
        self.told = told
        self.log = self._open()

    def _open(self) -> int:
        return os.open(self.folder / "access.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def call(self, number: int) -> None:
        if number % 3 == 0:
            with (self.folder / "usage-0.jsonl").open("ab") as usage:
                usage.write(usage_line(number))
        if self.told.exists():
            self.told.unlink()
            os.close(self.log)
            self.log = self._open()
        os.write(self.log, ai_call_line(number) if number % 3 == 0 else call_line(number))


def test_every_call_counts_once_however_often_the_reader_is_killed(
    node: Node, database_url: str, processes: ForkServerContext
) -> None:
    told = node.folder.parent / "told"
    writers = Writers(node.folder, told)
    moments = random.SystemRandom()
    survived: list[int] = []
    for kill in range(KILLS):
        for number in range(kill * LINES, (kill + 1) * LINES):
            writers.call(number)
        committed, commits = processes.Pipe(duplex=False)
        reader = processes.Process(target=ingest, args=(database_url, node.folder, told, commits))
        reader.start()
        for _ in range(moments.randint(1, COMMITS)):
            committed.recv()
        time.sleep(moments.uniform(0, 0.02))  # the moment itself is what is tried
        reader.kill()
        reader.join()
        reader.close()
        committed.close()
        commits.close()
        survived.append(len(rows_of(node.storage, Call)))
    node.drain()

    calls = rows_of(node.storage, Call)
    assert sorted(str(row["request_id"]) for row in calls) == sorted(map(request_id, range(KILLS * LINES)))
    assert len(rows_of(node.storage, Usage)) == KILLS * LINES / 3
    assert {row["request_id"] for row in calls if row["model"]} == set(map(request_id, range(0, KILLS * LINES, 3)))
    assert_sums_agree(node.storage)
    assert sum(count % LINES > 0 for count in survived) >= 2, "hardly a reader was killed at work"
