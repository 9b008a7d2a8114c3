"""``passgate key …`` on a data folder, as an operator runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from passgate.bootstrap.layout import folders_of, make_folders
from passgate.gateway.models import NodeRow
from passgate.identity.service.key_rotation import keep_keys
from passgate.identity.service.keys import ensure_signing_key
from passgate.kernel.clock import SystemClock
from passgate.kernel.ids import IdFactory
from passgate.settings import Settings
from passgate.storage.engine import open_engine
from passgate.storage.master_key import load_vault
from passgate.storage.migration import migrate
from passgate.storage.work import Storage

Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def stopped(data: Path) -> Storage:
    """The storage of a Passgate that has run once, and does not now."""
    settings = Settings(data_dir=data)
    make_folders(folders_of(settings))
    clock = SystemClock()
    storage = Storage(open_engine(settings.sqlalchemy_url), clock, IdFactory(clock), load_vault(data, None))
    migrate(storage.engine)
    with storage.writing() as work:
        ensure_signing_key(work)
        keep_keys(work, None)
    storage.engine.dispose()
    return storage


@pytest.fixture
def cli(data: Path, stopped: Storage) -> Cli:
    """Runs ``passgate key``."""
    del stopped

    def run(*arguments: str, text: str | None = None, **settings: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PASSGATE_")}
        own = {"PASSGATE_DATA_DIR": str(data)} | {f"PASSGATE_{name}": value for name, value in settings.items()}
        command = [sys.executable, "-m", "passgate", "key", *arguments]
        return subprocess.run(
            command, env=inherited | own, input=text, capture_output=True, text=True, timeout=60, check=False
        )

    return run


def states(cli: Cli) -> dict[str, str]:
    return {key["kid"]: key["status"] for key in json.loads(cli("list", "--json").stdout)}


def test_keys_are_listed_rotated_and_revoked(cli: Cli) -> None:
    first = states(cli)
    assert sorted(first.values()) == ["active", "next"]
    refused = cli("rotate")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "may not know it before" in refused.stderr
    (upcoming,) = [kid for kid, status in first.items() if status == "next"]
    assert cli("rotate", "--at-once").stdout == f"{upcoming} signs ES256 from now on\n"
    assert "fell with it: 0" in cli("revoke", upcoming, "--reason", "leaked").stdout
    assert states(cli)[upcoming] == "revoked"
    assert upcoming in cli("list").stdout
    assert cli("revoke", "key_none").returncode == 1


def test_a_key_is_imported_from_a_file_or_from_standard_input(cli: Cli, tmp_path: Path) -> None:
    key = ECKey.generate_key("P-384")
    (tmp_path / "key.pem").write_bytes(key.as_pem(private=True))
    assert "ours is published" in cli("import", str(tmp_path / "key.pem"), "--kid", "ours").stdout
    refused = cli("import", "-", text=json.dumps(key.as_dict(private=True)))
    assert (refused.returncode, refused.stderr) == (1, "passgate: This is the key ours, which is next.\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for path, words in (("binary", "not text"), ("none", "No such file")):
        assert words in cli("import", str(tmp_path / path)).stderr


def test_the_master_key_rotates_while_passgate_is_stopped(cli: Cli, data: Path) -> None:
    before = (data / "master.key").read_text()
    done = cli("rotate-master")
    assert done.returncode == 0, done.stderr
    assert "secrets are sealed under the master key" in done.stdout
    after = (data / "master.key").read_text()
    assert (len(after.split()), after == before) == (1, False)
    assert cli("rotate", "--at-once").returncode == 0


def test_an_old_key_stays_while_the_node_needs_it(cli: Cli, data: Path, stopped: Storage) -> None:
    (data / "node" / "inference.json").write_text(json.dumps({"sealed_api_key": stopped.vault.seal("sk")}))
    done = cli("rotate-master")
    assert "stays in master.key for reading" in done.stdout
    assert len((data / "master.key").read_text().split()) == 2
    refused = cli("rotate-master", "--drop-old")
    assert "has not taken over" in refused.stderr
    (data / "node" / "inference.json").write_text("{}")
    assert "is the only master key now" in cli("rotate-master", "--drop-old").stdout
    assert len((data / "master.key").read_text().split()) == 1


def test_with_other_nodes_the_new_key_is_prepared_first(cli: Cli, data: Path, stopped: Storage) -> None:
    with stopped.writing() as work:
        now = work.clock.now()
        work.session.add(NodeRow(name="node-2", started_at=now, last_seen_at=now, snapshot_version=0, revocation_seq=0))
    refused = cli("rotate-master")
    assert refused.returncode == 1
    assert "node-2" in refused.stderr
    assert "--prepare" in refused.stderr
    prepared = cli("rotate-master", "--prepare").stdout.split()[0]
    assert len((data / "master.key").read_text().split()) == 2
    assert "holds no key 00000000" in cli("rotate-master", "--to", "00000000").stderr
    done = cli("rotate-master", "--to", prepared).stdout
    assert f"under the master key {prepared}" in done
    assert "stays in master.key" in done
    assert cli("rotate-master", "--drop-old").returncode == 0


def test_a_master_key_that_is_a_setting_is_rotated_by_setting_two(cli: Cli, data: Path) -> None:
    old, new = (data / "master.key").read_text().strip(), "ab" * 32
    (data / "master.key").unlink()
    assert "Set it to the new and the old key" in cli("rotate-master", MASTER_KEY=old).stderr
    assert "secrets are sealed" in cli("rotate-master", MASTER_KEY=f"{new},{old}").stdout
    assert cli("rotate", "--at-once", MASTER_KEY=new).returncode == 0
    assert not (data / "master.key").exists()


def test_a_folder_without_passgate_is_named(cli: Cli, tmp_path: Path) -> None:
    assert "There is no Passgate in" in cli("list", DATA_DIR=str(tmp_path / "none")).stderr
