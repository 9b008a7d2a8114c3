"""How many tokens a prompt has, asked in Anthropic's words, of vendors that count and of one that does not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fake_vendor import FakeVendor, json_reply
from inference.worker.running_worker import RunningWorker, config, deployment, model, provider
from passgate.contracts.limits import LimitRule

PATH = "/v1/messages/count_tokens"
TOOL = {"name": "weather", "description": "Tells it", "input_schema": {"type": "object", "properties": {}}}
ASKED: dict[str, Any] = {
    "model": "claude",
    "system": "Be kind",
    "messages": [{"role": "user", "content": "Hi"}],
    "tools": [TOOL],
    "a_new_field": 12345678901234567890,
}


@pytest.fixture
def worker(tmp_path: Path, vendor: FakeVendor) -> Iterator[RunningWorker]:
    providers = [
        provider("an", vendor.url, dialect="anthropic"),
        provider("go", vendor.url, dialect="gemini"),
        provider("oa", vendor.url).model_copy(update={"profile": {"counts_path": "/responses/input_tokens"}}),
        provider("aws", vendor.url, dialect="bedrock"),
        provider("none", vendor.url),
    ]
    models = [
        model("claude", deployment("an", "claude-test")),
        model("gemini", deployment("go", "gemini-3-pro")),
        model("gpt", deployment("oa")),
        model("bedrock", deployment("aws", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0")),
        model("other", deployment("none")),
    ]
    used_up = LimitRule(
        id="lim_1", name="Day", scope="application", target="app_1", measure="money", window="day", amount=1
    )
    running = RunningWorker(tmp_path)
    running.configure(config(providers, models).model_copy(update={"limits": (used_up,)}))
    with running:
        yield running


def test_anthropic_counts_the_very_request(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(PATH, json_reply({"input_tokens": 21}))
    answer = worker.call(PATH, ASKED)
    assert (answer.status, answer.json()) == (200, {"input_tokens": 21})
    assert vendor.requests[-1].json() == {**ASKED, "model": "claude-test"}
    (record,) = worker.usage()
    assert (record.outcome, record.cost_micro_dollars, record.usage.input) == ("ok", 0, 0)


def test_other_vendors_count_in_their_words(worker: RunningWorker, vendor: FakeVendor) -> None:
    plain = {name: value for name, value in ASKED.items() if name != "a_new_field"}
    vendor.reply("/v1beta/models/gemini-3-pro:countTokens", json_reply({"totalTokens": 12}))
    assert worker.call(PATH, {**plain, "model": "gemini"}).json() == {"input_tokens": 12}
    sent = vendor.requests[-1].json()["generateContentRequest"]
    assert sent.keys() == {"model", "contents", "systemInstruction", "tools"}
    assert sent["model"] == "models/gemini-3-pro"
    vendor.reply("/v1/responses/input_tokens", json_reply({"object": "response.input_tokens", "input_tokens": 7}))
    assert worker.call(PATH, {**plain, "model": "gpt", "stream": True}).json() == {"input_tokens": 7}
    sent = vendor.requests[-1].json()
    assert sent.keys() == {"model", "input", "instructions", "tools"}
    assert sent["instructions"] == "Be kind"
    vendor.reply("/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/count-tokens", json_reply({"inputTokens": 9}))
    assert worker.call(PATH, {**plain, "model": "bedrock"}).json() == {"input_tokens": 9}
    assert vendor.requests[-1].json()["input"]["converse"].keys() == {"messages", "system", "toolConfig"}


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"model": "other"}, 400, "counts no tokens before a call"),
        ({"messages": []}, 400, "messages"),
        ({"model": "nothing"}, 404, "nothing"),
    ],
)
def test_what_cannot_be_counted_is_refused(
    worker: RunningWorker, vendor: FakeVendor, change: dict[str, Any], status: int, words: str
) -> None:
    answer = worker.call(PATH, {**ASKED, **change})
    assert (answer.status, answer.json()["type"]) == (status, "error")
    assert words in answer.json()["error"]["message"]
    assert vendor.requests == []


def test_a_vendor_s_refusal_is_told(worker: RunningWorker, vendor: FakeVendor) -> None:
    error = {"type": "invalid_request_error", "message": "messages: too long"}
    vendor.reply(PATH, json_reply({"type": "error", "error": error}, status=400))
    answer = worker.call(PATH, ASKED)
    assert (answer.status, answer.json()["error"]["message"]) == (400, "messages: too long")
