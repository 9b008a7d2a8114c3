import os
from pathlib import Path

import pytest

from passgate.kernel.errors import InvalidInputError
from passgate.settings import child_environment, load_settings


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PASSGATE_")]:
        monkeypatch.delenv(name)


def test_the_public_url_and_the_issuer_follow_the_port() -> None:
    settings = load_settings(port=9000)
    assert settings.base_url == "http://localhost:9000"
    assert settings.token_issuer == "http://localhost:9000"


def test_postgresql_is_reached_through_psycopg() -> None:
    settings = load_settings(database_url="postgres://u:p@db/passgate")
    assert settings.sqlalchemy_url == "postgresql+psycopg://u:p@db/passgate"


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("PORT", "99999", "less than or equal to 65535"),
        ("NODE_NAME", "Node 1", "lower-case letters"),
        ("PUBLIC_URL", "example.com/x", "no path"),
        ("TLS_CERTIFICATE", "cert.pem", "go together"),
        ("LOG_FORMAT", "xml", "'human' or 'json'"),
    ],
)
def test_a_bad_value_names_the_variable_and_the_rule(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, rule: str
) -> None:
    monkeypatch.setenv(f"PASSGATE_{name}", value)
    with pytest.raises(InvalidInputError, match=rule):
        load_settings()


def test_a_child_reads_the_very_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PASSGATE_MASTER_KEY", "ab" * 32)
    parent = load_settings(data_dir=tmp_path, port=8123, node_name="n-2")
    for name, value in child_environment(parent).items():
        monkeypatch.setenv(name, value)
    assert load_settings() == parent
