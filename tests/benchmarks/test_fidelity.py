"""The measure of fidelity: it finds what is lost, and its figures hold what docs/fidelity.md says."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from benchmarks.fidelity import answers, features, gate, matrix, requests, streams, verdicts
from benchmarks.fidelity.measure import Measure, measure
from benchmarks.fidelity.recordings import ABSENT, FOLDER, load
from benchmarks.fidelity.report import render

PAGE = Path(__file__).resolve().parents[2] / "docs" / "fidelity.md"
TARGET = 0.99
CELL = re.compile(r"(\d+)/(\d+)")


@cache
def measured() -> Measure:
    if not FOLDER.is_dir():
        pytest.skip(ABSENT)
    return measure(load())


def figures(page: str) -> dict[tuple[str, ...], int]:
    """How many are exact, by chapter, vendor, kind and column."""
    found = {}
    chapter, ways = "", []
    for line in page.splitlines():
        chapter = line if line.startswith("## ") else chapter
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[:2] == ["vendor", "kind"]:
            ways = cells[2:]
        elif ways and len(cells) == len(ways) + 2:
            for way, cell in zip(ways, cells[2:], strict=True):
                told = CELL.match(cell)
                if told is not None:
                    found[chapter, cells[0], cells[1], way] = int(told[1])
    return found


@pytest.mark.recordings
def test_no_figure_falls_below_what_the_page_says() -> None:
    told = figures(PAGE.read_text())
    now = figures(render(measured(), len(load())))
    assert len(told) > 300
    assert {row: count for row, count in told.items() if now.get(row, 0) < count} == {}


@pytest.mark.recordings
def test_the_target_holds_in_both_directions() -> None:
    for side in ("answers", "requests"):
        total = measured().total(side)
        assert total.whole > 1000
        assert total.share >= TARGET


@pytest.mark.recordings
def test_what_is_no_chat_has_a_reason() -> None:
    assert not [row for row in measured().left if "nobody has explained" in row[1]]


@pytest.mark.parametrize("dialect", gate.DIALECTS)
def test_no_feature_is_lost_in_silence(dialect: str) -> None:
    fates = {feature.name: matrix.fate(feature, dialect) for feature in features.features()}
    assert {name: told for name, told in fates.items() if told[0] == "lost"} == {}
    for fate, names in fates.values():
        assert bool(names) == (fate in {"refused", "named", "partly"})


def test_the_page_tells_what_becomes_of_each_feature() -> None:
    assert "\n".join(matrix.render()) in PAGE.read_text()


def test_what_is_asked_for_by_default_is_so_marked_and_nothing_else() -> None:
    known = {feature.name for feature in features.features()}
    assert {name for name, _ in matrix.UNASKED} <= known


REPLY: dict[str, Any] = {
    "choices": [
        {
            "finish_reason": "tool_calls",
            "message": {
                "content": "Hi",
                "reasoning_content": "Hm",
                "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": '{"a": 1}'}}],
            },
        }
    ],
    "usage": {"prompt_tokens": 5, "completion_tokens": 6},
}


def damaged(*path: Any, value: Any) -> dict[str, Any]:
    copy = json.loads(json.dumps(REPLY))
    place = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return copy


@pytest.mark.parametrize(
    ("path", "value", "aspect"),
    [
        (("choices", 0, "message", "content"), "Hj", "text"),
        (("choices", 0, "message", "reasoning_content"), "", "thinking"),
        (("choices", 0, "message", "tool_calls", 0, "function", "arguments"), '{"a": 2}', "calls"),
        (("choices", 0, "message", "tool_calls", 0, "id"), "d", "call ids"),
        (("choices", 0, "finish_reason"), "length", "finish"),
        (("usage", "completion_tokens"), 7, "usage"),
    ],
)
def test_a_damaged_answer_is_found(path: tuple[Any, ...], value: object, aspect: str) -> None:
    found = answers.read_openai(damaged(*path, value=value))
    assert verdicts.of_answer(answers.read_openai(REPLY), found, "openai") == ([aspect], [])


def test_a_lost_setting_is_found_unless_it_is_named() -> None:
    document = {"messages": [{"role": "user", "content": "Hello"}], "seed": 5, "brand_new": True}
    wanted, found = requests.read_openai(document), requests.read_openai({"messages": document["messages"]})
    assert verdicts.of_request(wanted, found, (), "openai") == (["field brand_new", "seed"], [])
    assert verdicts.of_request(wanted, found, ("seed", "brand_new"), "openai") == ([], ["field brand_new", "seed"])
    assert verdicts.of_request(wanted, found, ("seeds",), "openai")[0] == ["field brand_new", "seed"]


def test_log_probabilities_reach_clients_of_each_format() -> None:
    row = {"token": "Hi", "logprob": -0.5, "bytes": [72, 105], "top_logprobs": [{"token": "Ho", "logprob": -1.5}]}
    choice = {"message": {"content": "Hi"}, "finish_reason": "stop", "logprobs": {"content": [row]}}
    whole = json.dumps(damaged("choices", 0, value=choice)).encode()
    assert b'"logprobs":{"content":[{"token":"Hi"' in gate.answered("anthropic", "openai", whole)
    (candidate,) = json.loads(gate.answered("gemini", "openai", whole))["candidates"]
    assert candidate["logprobsResult"] == {
        "topCandidates": [{"candidates": [{"token": "Ho", "logProbability": -1.5}]}],
        "chosenCandidates": [{"token": "Hi", "logProbability": -0.5}],
    }
    (item,) = json.loads(gate.answered("responses", "openai", whole))["output"]
    assert item["content"][0]["logprobs"] == [row]
    piece = {"index": 0, "delta": {"content": "Hi"}, "logprobs": {"content": [row]}, "finish_reason": "stop"}
    stream = b"data: " + json.dumps({"id": "r", "choices": [piece]}).encode() + b"\n\ndata: [DONE]\n\n"
    assert b'"logprob":-0.5' in gate.streamed("anthropic", "openai", [stream])
    assert b'"chosenCandidates":[{"token":"Hi","logProbability":-0.5}]' in gate.streamed("gemini", "openai", [stream])
    last = gate.streamed("responses", "openai", [stream]).splitlines()[-2]
    (item,) = json.loads(last.removeprefix(b"data: "))["response"]["output"]
    assert item["content"][0]["logprobs"] == [row]


def test_streams_are_put_together() -> None:
    told = b"".join(b'data: {"choices":[{"delta":{"content":"%s"}}]}\n\n' % letter for letter in (b"H", b"i"))
    assert answers.read_openai(streams.fold_openai(told + b"data: [DONE]\n\n")) == {"text": "Hi"}
