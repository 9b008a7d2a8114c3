"""Documents as files: what is written is what is read."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passgate.declaring.catalogue import DOCUMENT
from passgate.declaring.files import as_yaml, read_files
from passgate.declaring.reading import read
from passgate.declaring.writing import written
from passgate.kernel.errors import InvalidInputError

_LINE = st.one_of(
    st.sampled_from(
        [
            "on",
            "1e3",
            "0o7",
            "~",
            "2026-01-01",
            "a: b",
            "- a",
            "#a",
            "${ENV:HOME}",
            "$${ENV:HOME}",
            "${FILE:a}",
            "'",
            '"',
        ]
    ),
    st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20),
)
_TEXT = st.lists(_LINE, max_size=3).map("\n".join)
_DOCUMENTS = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.just("Plan"), "team": _LINE, "name": _LINE},
        optional={
            "description": _TEXT,
            "services": st.lists(_LINE, max_size=3),
            "rates": st.just([{"calls": 5, "window": "day"}]),
            "lifetime_days": st.integers(1, 3650),
        },
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("Subscription"),
            "team": _LINE,
            "application": _LINE,
            "service": _LINE,
        },
        optional={"note": _TEXT, "expires_at": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")},
    ),
    st.fixed_dictionaries(
        {"kind": st.just("Provider"), "name": _LINE, "vendor": st.just("openai")},
        optional={"keys": st.lists(_LINE.map(lambda label: {"label": label}), max_size=2, unique_by=str)},
    ),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contents=st.lists(_DOCUMENTS, min_size=1, max_size=3))
def test_a_document_is_read_as_it_was_written(tmp_path: Path, contents: list[dict[str, Any]]) -> None:
    documents = [DOCUMENT.validate_python(one) for one in contents]
    (tmp_path / "all.yaml").write_text(as_yaml([written(one) for one in documents]), encoding="utf-8")
    found = read_files(tmp_path, lambda _, name: f"the secret {name}")
    assert [DOCUMENT.validate_python(one.content) for one in found] == documents


def test_a_text_that_looks_like_a_variable_reads_no_secret(tmp_path: Path) -> None:
    policy = {"kind": "request_headers", "set": {"api_key": "${ENV:HOME}", "value": "a ${ENV:HOME}"}}
    credential = {"header": "x-key", "value": "${ENV:KEY}"}
    pool = {"endpoints": [{"host": "a.example", "port": 80}], "credentials": [credential]}
    version = {"name": "v1", "policies": [policy], "pools": [pool]}
    service = {"kind": "Service", "team": "A", "name": "B", "base_path": "/b", "versions": [version]}
    (tmp_path / "all.yaml").write_text(as_yaml([service]))
    found = read_files(tmp_path, lambda _, name: f"the secret {name}")[0].content["versions"][0]
    assert found["policies"] == [policy]
    assert found["pools"][0]["credentials"][0]["value"] == "the secret KEY"
    unset = read_files(tmp_path, lambda _, __: None)
    assert unset[0].content["versions"][0]["pools"][0]["credentials"][0]["value"] == "${ENV:KEY}"
    assert len(read(unset).documents) == 1


def test_a_file_stands_for_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-1\n")
    (tmp_path / "all.yaml").write_text("kind: Provider\nname: P\nvendor: openai\napi_key: ${FILE:key}\n")
    asked = []
    read_files(tmp_path, lambda *which: asked.append(which))
    assert asked == [("FILE", str(tmp_path / "key"))]
    (tmp_path / "all.yaml").write_text("kind: Team\nname: ${FILE:../nothing}\n")
    with pytest.raises(InvalidInputError, match=r"all.yaml, document 1, name: ../nothing cannot be read."):
        read_files(tmp_path, lambda _, __: None)


@pytest.mark.parametrize("text", ["$${ENV:A}", "a $${ENV:A} b"])
def test_one_more_dollar_stands_for_the_text(tmp_path: Path, text: str) -> None:
    (tmp_path / "all.yaml").write_text(f"kind: Team\nname: {text}\n")
    assert read_files(tmp_path, lambda _, __: None)[0].content["name"] == text.replace("$$", "$")


def test_validation_takes_a_reference_wherever_it_stands(tmp_path: Path) -> None:
    text = """
kind: Provider
name: Local
vendor: openai-compatible
base_url: ${ENV:LLM_URL}
pass_through_charge_micro_dollars: ${ENV:CHARGE}
"""
    (tmp_path / "provider.yaml").write_text(text)
    given = read_files(tmp_path, lambda source, name: f"${{{source}:{name}}}")
    read(given, unresolved=True)
    with pytest.raises(InvalidInputError, match="base_url"):
        read(given)
    (tmp_path / "provider.yaml").write_text(f"{text}is_enabled: perhaps\n")
    wrong = read_files(tmp_path, lambda source, name: f"${{{source}:{name}}}")
    with pytest.raises(InvalidInputError, match="is_enabled") as refused:
        read(wrong, unresolved=True)
    assert "base_url" not in refused.value.message
