"""What `passgate up` promises of its start and its end."""

import http.client
import resource
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from e2e.running import Running, free_port, running, set_up
from passgate.bootstrap.layout import folders_of
from passgate.settings import Settings


def refused(data: Path, **settings: str) -> str:
    """The one line that a start that cannot be says."""
    whole = Running(data, free_port(), {f"PASSGATE_{name}": value for name, value in settings.items()})
    whole.start(wait=False)
    assert whole.process is not None
    assert whole.process.wait(30) != 0
    return whole.log


def test_a_start_prints_one_link_and_a_second_start_none_once_it_was_used(tmp_path: Path) -> None:
    with running(tmp_path / "data") as passgate:
        first = passgate.setup_link
        set_up(passgate)
        assert passgate.cli("status").returncode == 0
        elsewhere = {name: value for name, value in passgate.environment().items() if name != "PASSGATE_PORT"}
        command = [sys.executable, "-m", "passgate", "status"]
        told = subprocess.run(command, env=elsewhere, capture_output=True, text=True, timeout=60, check=False)
        assert (told.returncode, f":{passgate.port}: ready" in told.stdout) == (0, True)
        assert passgate.stop() == 0
        passgate.start()
        assert passgate.log.count(first or "?") == 1
        assert passgate.log.count("/console/setup?key=") == 1


def test_processes_may_open_as_many_files_as_the_system_lets_them(tmp_path: Path) -> None:
    """The soft limit of a shell is 1024: five hundred streams, for a worker, each with a connection on both sides."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, hard), hard))
    try:
        with running(tmp_path / "data") as passgate:
            for name in ("control", "agent", "worker-1", "envoy"):
                limits = Path(f"/proc/{passgate.pid_of(name)}/limits")
                if not limits.exists():
                    pytest.skip("no /proc here")
                (line,) = [line for line in limits.read_text().splitlines() if line.startswith("Max open files")]
                assert line.split()[3:5] == [str(hard)] * 2, name
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_database_under_another_master_key_is_refused(tmp_path: Path) -> None:
    """As after a backup was restored without its key: a new one would be made, and nothing sealed be opened again."""
    with running(tmp_path / "data") as passgate:
        passgate.stop()
        (passgate.data / "master.key").rename(tmp_path / "kept.key")
        told = len(passgate.log)
        passgate.start(wait=False)
        assert passgate.process is not None
        assert passgate.process.wait(60) == 78
        assert "are sealed under the master key" in passgate.log[told:]
        assert "Traceback" not in passgate.log[told:]
        (tmp_path / "kept.key").replace(passgate.data / "master.key")
        passgate.start()
        assert passgate.cli("status").returncode == 0


def test_a_stop_takes_less_than_ten_seconds_and_leaves_nothing_running(tmp_path: Path) -> None:
    with running(tmp_path / "data") as passgate:
        asked = time.monotonic()
        assert passgate.stop() == 0
        assert time.monotonic() - asked < 10
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", passgate.port)) != 0
        assert passgate.cli("status").returncode == 1


def test_control_leaves_it_to_envoy_to_close_an_idle_connection(tmp_path: Path) -> None:
    """Else Envoy sends a call, now and then, on a connection that is just being closed, and the caller gets 502."""
    with running(tmp_path / "data") as passgate, socket.socket(socket.AF_UNIX) as idle:
        idle.connect(str(folders_of(Settings(data_dir=passgate.data)).socket("control")))
        connection = http.client.HTTPConnection("control")
        connection.sock = idle
        for pause in (6, 0):
            connection.request("GET", "/api/v1/openapi.json")
            assert len(connection.getresponse().read()) > 1000
            time.sleep(pause)


def test_the_data_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    with running(tmp_path / "data") as passgate:
        for secret in ("master.key", "node/inference.json", "node/snapshot.json"):
            assert stat.S_IMODE((passgate.data / secret).stat().st_mode) == 0o600, secret


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        log = refused(tmp_path / "data", PORT=str(holder.getsockname()[1]))
    assert log.strip().startswith("passgate: Listening on 127.0.0.1:")
    assert len(log.strip().splitlines()) == 1


def test_an_unusable_data_folder_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    log = refused(tmp_path / "data", DATA_DIR=str(tmp_path / "file"))
    assert "cannot be used" in log
    assert len(log.strip().splitlines()) == 1


@pytest.mark.parametrize("damage", ["garbage", "newer"])
def test_a_broken_database_ends_the_start_with_the_reason(tmp_path: Path, damage: str) -> None:
    data = tmp_path / "data"
    data.mkdir()
    if damage == "garbage":
        (data / "passgate.db").write_bytes(b"this is no database" * 100)
    else:
        with sqlite3.connect(data / "passgate.db") as connection:
            connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
            connection.execute("INSERT INTO alembic_version VALUES ('from-the-future')")
        connection.close()
    reason = {"garbage": "cannot be used: file is not a database", "newer": "is of a newer Passgate"}[damage]
    assert reason in refused(data)


def test_an_unreachable_postgresql_ends_the_start_with_the_reason_and_without_the_password(tmp_path: Path) -> None:
    log = refused(tmp_path / "data", DATABASE_URL=f"postgresql://passgate:hunter2@127.0.0.1:{free_port()}/passgate")
    assert "cannot be used" in log
    assert "hunter2" not in log


def test_a_second_start_on_the_same_data_folder_is_refused(tmp_path: Path) -> None:
    with running(tmp_path / "data") as passgate:
        second = Running(passgate.data, free_port())
        told = second.cli("up")
        assert told.returncode == 1
        assert "already runs on the data folder" in told.stderr
