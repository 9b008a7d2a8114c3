import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from fake_vendor import FakeVendor, endless_stream, openai_chat, openai_stream, stream_reply
from fake_vendor.openai_replies import openai_events
from inference.worker.running_worker import RunningWorker, claims, config, deployment, model, provider, until

PATH = "/v1/chat/completions"
CHAT: dict[str, Any] = {"model": "gpt", "messages": [{"role": "user", "content": "Hi"}]}
STREAM = {**CHAT, "stream": True}
_PATIENCE = 30
"""Seconds, for what takes a second where nothing else runs."""
PROGRAM = """
import sys
from pathlib import Path
from passgate.inference.worker.options import WorkerLimits, WorkerOptions
from passgate.inference.worker.server import serve_worker
from passgate.kernel.sealing import Vault

folder = Path(sys.argv[1])
serve_worker(
    WorkerOptions(
        name="w1",
        config_file=folder / "inference.json",
        revocations_file=folder / "revocations.json",
        spool_dir=folder,
        vault=Vault.of(b"\\x07" * 32),
        limits=WorkerLimits(graceful_stop=float(sys.argv[3])),
    ),
    Path(sys.argv[2]),
)
"""


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("worker", timeout=_PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(_PATIENCE)
        self.sock.connect(str(self._path))


@contextmanager
def call(path: Path, document: Any) -> Iterator[http.client.HTTPResponse]:
    connection = UnixConnection(path)
    headers = {"x-passgate-claims": claims(), "x-request-id": "req-1"}
    connection.request("POST", PATH, json.dumps(document).encode(), headers)
    with connection.getresponse() as response:
        yield response
    connection.close()


@contextmanager
def process(folder: Path, place: Path, grace: float = 8) -> Iterator[subprocess.Popen[bytes]]:
    arguments = [sys.executable, "-c", PROGRAM, str(folder), str(place), str(grace)]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE) as running:
        try:
            until(lambda: running.poll() is not None or _listens(place))
            yield running
        finally:
            running.kill()


def _listens(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(place)) == 0


@pytest.fixture
def place() -> Iterator[Path]:
    """Of a socket; pytest's own folders are too long for one."""
    with TemporaryDirectory() as folder:
        yield Path(folder) / "w.sock"


@pytest.fixture
def files(tmp_path: Path, vendor: FakeVendor) -> RunningWorker:
    """The files of a worker that runs elsewhere."""
    worker = RunningWorker(tmp_path)
    worker.configure(config([provider("oa", vendor.url)], [model("gpt", deployment("oa"))]))
    return worker


def test_it_serves_on_a_socket_that_only_its_owner_can_reach(
    files: RunningWorker, vendor: FakeVendor, place: Path
) -> None:
    vendor.reply(PATH, openai_chat())
    place.write_text("left by an earlier process")
    with process(files.folder, place) as running:
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
        with call(place, CHAT) as response:
            assert response.status == 200
        running.terminate()
        assert running.wait(_PATIENCE) == 0
    assert not place.exists()
    assert len(files.usage()) == 1


def test_a_running_stream_ends_in_peace_when_the_worker_is_told_to_stop(
    files: RunningWorker, vendor: FakeVendor, place: Path
) -> None:
    vendor.reply(PATH, openai_stream(["word"] * 30, gap=0.03))
    with process(files.folder, place) as running, call(place, STREAM) as response:
        response.readline()
        running.terminate()
        until(lambda: not _listens(place))
        assert response.read().endswith(b"data: [DONE]\n\n")
        assert running.wait(_PATIENCE) == 0
    (record,) = files.usage()
    assert record.outcome == "ok"


def test_a_stream_beyond_the_grace_is_ended_with_a_reason(
    files: RunningWorker, vendor: FakeVendor, place: Path
) -> None:
    vendor.reply(PATH, endless_stream(openai_events()[1], gap=0.05))
    with process(files.folder, place, grace=1) as running, call(place, STREAM) as response:
        response.readline()
        running.send_signal(signal.SIGTERM)
        rest = response.read()
        assert running.wait(_PATIENCE) == 0
    assert b"worker_stopping" in rest.rsplit(b"data: ", 1)[1]
    assert vendor.requests[0].closed.wait(_PATIENCE)
    (record,) = files.usage()
    assert (record.outcome, record.error_code) == ("error", "worker_stopping")


@pytest.mark.parametrize("document", [CHAT, STREAM])
def test_each_answer_that_came_through_has_its_line_whenever_the_worker_is_killed(
    files: RunningWorker, vendor: FakeVendor, place: Path, document: Any
) -> None:
    vendor.reply(PATH, stream_reply(openai_events()) if document is STREAM else openai_chat())
    answered: list[str] = []
    with process(files.folder, place) as running:

        def load(name: str) -> None:
            for number in range(10_000):
                try:
                    if not _answered(place, document, f"{name}-{number}"):
                        return
                except (OSError, http.client.HTTPException):
                    return
                answered.append(f"{name}-{number}")

        threads = [threading.Thread(target=load, args=(str(index),)) for index in range(4)]
        for thread in threads:
            thread.start()
        until(lambda: len(answered) > 100, seconds=60)
        os.kill(running.pid, signal.SIGKILL)
        for thread in threads:
            thread.join(_PATIENCE)
    lines = [record.request_id for record in files.usage(len(files._lines()))]
    assert set(answered) <= set(lines)
    assert len(set(lines)) == len(lines)


def _answered(place: Path, document: Any, request_id: str) -> bool:
    connection = UnixConnection(place)
    try:
        headers = {"x-passgate-claims": claims(), "x-request-id": request_id}
        connection.request("POST", PATH, json.dumps(document).encode(), headers)
        with connection.getresponse() as response:
            body = response.read() if document is CHAT else _until_done(response)
        return b"finish_reason" in body
    finally:
        connection.close()


def _until_done(response: http.client.HTTPResponse) -> bytes:
    body = b""
    while not body.endswith(b"data: [DONE]\n\n"):
        line = response.readline()
        if not line:
            return b""
        body += line
    return body


def test_a_socket_that_cannot_be_made_is_one_clear_error(files: RunningWorker) -> None:
    with process(files.folder, Path("/proc/nowhere/w.sock")) as running:
        _, said = running.communicate(timeout=_PATIENCE)
        assert running.returncode == 1
    assert b"OSError" in said or b"FileNotFoundError" in said
