"""``passgate audit …`` on a data folder, as an operator runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from factories import make_team
from passgate.bootstrap.layout import folders_of, make_folders
from passgate.kernel.clock import SystemClock
from passgate.kernel.ids import IdFactory
from passgate.settings import Settings
from passgate.storage.engine import open_engine
from passgate.storage.master_key import load_vault
from passgate.storage.migration import migrate
from passgate.storage.work import Storage


@pytest.fixture
def stopped(tmp_path: Path) -> Storage:
    """The storage of a Passgate that has run once, and does not now."""
    settings = Settings(data_dir=tmp_path / "data")
    make_folders(folders_of(settings))
    clock = SystemClock()
    storage = Storage(
        open_engine(settings.sqlalchemy_url), clock, IdFactory(clock), load_vault(settings.data_dir, None)
    )
    migrate(storage.engine)
    for name in ("Orders", "Payments"):
        with storage.writing() as work:
            make_team(work, name)
    return storage


def audit(tmp_path: Path, act: str, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PASSGATE_")}
    command = [sys.executable, "-m", "passgate", "audit", "--data", str(tmp_path / "data"), act, *options]
    source = str(Path(__file__).parents[2] / "src")
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120, env=environment | {"PYTHONPATH": source}
    )


def test_verify_and_export(tmp_path: Path, stopped: Storage) -> None:
    whole = audit(tmp_path, "verify")
    assert (whole.returncode, whole.stdout.startswith("whole: 2 entries")) == (0, True)
    end = whole.stdout.strip().rpartition(" ")[2]
    assert audit(tmp_path, "verify", "--kept", end).returncode == 0
    lines = [json.loads(line) for line in audit(tmp_path, "export", "--act", "team.").stdout.splitlines()]
    assert [line["target"]["name"] for line in lines] == ["Orders", "Payments"]
    with stopped.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_entries_update"))
        connection.execute(text("UPDATE audit_entries SET target_name = 'Harmless' WHERE seq = 2"))
    altered = audit(tmp_path, "verify")
    assert (altered.returncode, altered.stderr) == (1, "Entry 2 was changed, or another was put in its place.\n")
    told = json.loads(audit(tmp_path, "verify", "--json").stdout)
    assert (told["is_whole"], len(told["problems"])) == (False, 1)


@pytest.mark.usefixtures("stopped")
def test_wrong_options_are_refused_by_name(tmp_path: Path) -> None:
    assert "SEQ:HASH" in audit(tmp_path, "verify", "--kept", "5").stderr
    assert "--since" in audit(tmp_path, "export", "--since", "yesterday").stderr
    assert "time zone" in audit(tmp_path, "export", "--until", "2026-11-01T00:00:00").stderr
