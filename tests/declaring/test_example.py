"""``examples/declared`` by the command line, on a Passgate that listens; and its export on an empty one."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from databases import SqliteDatabases
from declaring.published import published
from moving_clock import MovingClock
from oauth_server import OAuthHost, serving_oauth
from passgate.cli.main import main
from passgate.declaring.catalogue import json_schema
from passgate.identity.models import User
from passgate.identity.schemas import TokenIn
from passgate.identity.service.actors import actor_of_user
from passgate.identity.service.tokens import issue_token
from passgate.kernel.ids import IdFactory
from passgate.kernel.sealing import Vault
from passgate.storage.engine import open_engine
from passgate.storage.work import Storage

EXAMPLE = Path(__file__).parents[2] / "examples" / "declared"
SECRETS = {"OPENAI_API_KEY": "sk-1", "ANTHROPIC_API_KEY": "sk-2", "ORDERS_KEY": "k-3"}
RENAMED = {"ORDERS_KEY": "SALES_ORDERS_V2_DEFAULT_X_UPSTREAM_KEY"}
"""How an export names them."""
Run = Callable[..., tuple[int, str, str]]


def token_file(host: OAuthHost, folder: Path) -> str:
    with host.storage.writing() as work:
        ada = work.session.query(User).one()
        issued = issue_token(actor_of_user(work, ada), work, host.issuer, TokenIn(kind="personal", name="ci"))
    path = folder / f"token-{host.url.rpartition(':')[2]}"
    path.write_text(issued.token)
    return str(path)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command against a Passgate: exit code, output, errors."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    files: dict[str, str] = {}

    def run(host: OAuthHost, act: str, *arguments: str) -> tuple[int, str, str]:
        token = files.get(host.url) or files.setdefault(host.url, token_file(host, tmp_path))
        code = main([act, "--url", host.url, "--token-file", token, *arguments])
        said = capsys.readouterr()
        return code, said.out.strip(), said.err.strip()

    return run


def storage_at(url: str, vault: Vault) -> Storage:
    clock = MovingClock()
    return Storage(open_engine(url), clock, IdFactory(clock), vault)


def test_the_example_is_applied_and_its_export_makes_the_same_gate_elsewhere(
    sqlite_databases: SqliteDatabases, vault: Vault, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        sqlite_databases.fresh() as first_url,
        sqlite_databases.fresh() as second_url,
        serving_oauth(storage_at(first_url, vault)) as first,
        serving_oauth(storage_at(second_url, vault)) as second,
    ):
        code, said, _ = run(first, "diff", "-f", str(EXAMPLE))
        assert (code, said.splitlines()[0]) == (3, "+ Team Sales")
        assert run(first, "apply", "-f", str(EXAMPLE))[0] == 0
        code, said, count = run(first, "diff", "-f", str(EXAMPLE), "--prune")
        assert (code, said) == (0, "")
        assert count.startswith("0 created, 0 changed, 0 removed, ")

        folder = tmp_path / "export"
        assert run(first, "export", "-o", str(folder))[0] == 0
        written = {path.name: path.read_text() for path in folder.iterdir()}
        assert {"team.yaml", "service.yaml", "sales-orders-v2.openapi.yaml"} <= written.keys()
        assert not any(value in text for text in written.values() for value in SECRETS.values())
        assert main(["validate", "-f", str(folder)]) == 0

        monkeypatch.delenv("ANTHROPIC_API_KEY")
        code, _, why = run(second, "apply", "-f", str(folder))
        assert code == 1
        assert why.endswith(
            "provider.yaml, document 1 (Provider Anthropic), api_key: "
            "${ENV:ANTHROPIC_API_KEY} has no value: set the variable."
        )
        assert published(second.storage)[0]["published"] == []
        for name, value in SECRETS.items():
            monkeypatch.setenv(RENAMED.get(name, name), value)
        assert run(second, "apply", "-f", str(folder))[0] == 0
        assert published(second.storage) == published(first.storage)
        assert run(first, "diff", "-f", str(folder))[0] == 0


def test_mistakes_are_named_by_file_document_and_field(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "all.yaml"
    for text, why in (
        ("kind: Team\nname: A\n---\nkind: Team\nnam: B\n", "all.yaml, document 2, name: Field required"),
        ("kind: Team\nname: A\nname: B\n", "all.yaml, line 3: the key 'name' stands twice."),
        ("kind: Team\nname: ${ENV:NOT_THERE_X}\n", None),
        ("- a\n", "all.yaml, document 1: a document is a mapping with the key kind."),
        (
            "kind: Service\nteam: A\nname: B\nversions: [{name: v1, document: {file: ../x.yaml}}]\n",
            "all.yaml, document 1, versions.0.document.file: ../x.yaml lies outside of the folder that is applied.",
        ),
    ):
        path.write_text(text)
        code = main(["validate", "-f", str(path)])
        said = capsys.readouterr().err
        assert (code, why is None or why in said) == (int(why is not None), True), said


def test_the_schema_in_the_documentation_is_the_present_one() -> None:
    kept = json.loads((EXAMPLE.parents[1] / "docs" / "as-code.schema.json").read_text())
    assert kept == json_schema()
