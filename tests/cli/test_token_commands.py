"""``passgate token …`` on a data folder."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from factories import make_application
from passgate.bootstrap.layout import folders_of, make_folders
from passgate.cli.main import main
from passgate.kernel.clock import SystemClock
from passgate.kernel.ids import IdFactory
from passgate.settings import Settings
from passgate.storage.engine import open_engine
from passgate.storage.master_key import load_vault
from passgate.storage.migration import migrate
from passgate.storage.work import Storage

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``passgate token`` beside an application named Checkout: exit code, output, errors."""
    settings = Settings(data_dir=tmp_path)
    make_folders(folders_of(settings))
    clock = SystemClock()
    storage = Storage(open_engine(settings.sqlalchemy_url), clock, IdFactory(clock), load_vault(tmp_path, None))
    migrate(storage.engine)
    with storage.writing() as work:
        make_application(work)
    storage.engine.dispose()

    def run(*arguments: str, given: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        code = main(["token", "--data", str(tmp_path), *arguments])
        said = capsys.readouterr()
        return code, said.out.strip(), said.err.strip()

    return run


def test_a_token_is_narrowed_and_falls_with_the_first_one(run: Run) -> None:
    limits = ("--model", "gpt", "--model", "claude", "--budget", "20", "--rpm", "60")
    code, token, _ = run("issue", "--application", "Checkout", "--name", "first", *limits)
    assert code == 0
    code, child, _ = run("narrow", "--name", "second", "--model", "gpt", "--budget", "0.5", given=token)
    assert (code, child.count(".")) == (0, 2)
    code, _, why = run("narrow", "--budget", "21", given=token)
    assert (code, why) == (1, "passgate: More is asked for in budget than the token has.")
    rows = {row["name"]: row for row in json.loads(run("list", "--json")[1])}
    assert run("revoke", rows["first"]["jti"])[0] == 0
    assert {row["status"] for row in json.loads(run("list", "--json")[1])} == {"revoked"}


def test_service_tokens_are_listed_and_revoked_by_owner(run: Run) -> None:
    assert run("issue", "--application", "Checkout", "--audience", "orders", "--algorithm", "EdDSA")[0] == 0
    (row,) = json.loads(run("list", "--kind", "service", "--json")[1])
    assert json.loads(run("list", "--search", "nothing like it", "--json")[1]) == []
    assert run("revoke", "--application", row["application_id"])[1] == "1 tokens revoked"
    code, _, why = run("revoke")
    assert (code, "--application" in why) == (1, True)
    assert run("issue", "--application", "Checkout", "--rpm", "0")[0] == 1
