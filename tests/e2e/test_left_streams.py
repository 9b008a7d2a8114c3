"""Streams that their callers leave, through Envoy: what the ledger has of them, and what is left of a budget."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from e2e.conftest import CLAUDE, MODELS
from e2e.running import Administrator, running, set_up, until
from fake_vendor import FakeVendor, aborted_stream, json_reply, stalled_stream
from fake_vendor.anthropic_replies import anthropic_events
from fake_vendor.openai_replies import openai_events

QUESTION = [{"role": "user", "content": "Tell me everything."}]
CHAT = {"model": "gpt-4o-mini", "stream": True, "messages": QUESTION}
MESSAGE = {"model": "claude-test", "stream": True, "max_tokens": 100, "messages": QUESTION}
WORDS = ("twelve bytes",) * 100


@dataclass
class Gate:
    ada: Administrator
    openai: FakeVendor
    anthropic: FakeVendor
    application: str
    token: str

    def leave(self, path: str, document: dict[str, Any], events: int) -> dict[str, Any]:
        """Call, leave after so many events, or at the stream's end; gives the call as the API tells of it."""
        url, headers = f"{self.ada.passgate.url}{path}", {"Authorization": f"Bearer {self.token}"}
        with httpx.stream("POST", url, json=document, headers=headers, timeout=20) as answer:
            request_id = answer.headers["x-request-id"]
            lines = answer.iter_lines()
            while events and (line := next(lines, None)) is not None:
                events -= line.startswith("data: ")
        return until(lambda: self._call(request_id), what="the call and its usage")

    def _call(self, request_id: str) -> dict[str, Any] | None:
        found = [one for one in self.ada.get("/calls?limit=20")["items"] if one["request_id"] == request_id]
        return found[0] if found and found[0]["usage"] else None


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    folder = tmp_path_factory.mktemp("left") / "data"
    with running(folder) as passgate, FakeVendor() as openai, FakeVendor() as anthropic:
        ada = set_up(passgate)
        openai.reply("/v1/models", json_reply(MODELS))
        anthropic.reply("/v1/models", json_reply(CLAUDE))
        ada.provider("openai", f"{openai.url}/v1", "gpt-4o-mini")
        ada.provider("anthropic", anthropic.url, "claude-test")
        application = ada.application("caller")
        token, _ = ada.token(application)
        ada.in_force()
        yield Gate(ada, openai, anthropic, application, token)


def test_a_stream_that_is_left_half_way_has_an_estimated_cost_and_its_budget_shrinks(gate: Gate) -> None:
    target = {"scope": "application", "target": gate.application, "measure": "money", "window": "total"}
    budget = gate.ada.post("/limits", {"name": "Test", "amount": 1_000_000, **target})["id"]
    gate.ada.in_force()
    gate.openai.reply("/v1/chat/completions", stalled_stream(openai_events(WORDS)[:51]))
    call = gate.leave("/v1/chat/completions", CHAT, 51)
    usage = call["usage"]
    assert (usage["outcome"], usage["usage_source"]) == ("cancelled", "estimate")
    prompt = len(httpx.Request("POST", "http://gate", json=CHAT).content) // 3 + 1
    assert (usage["tokens_in"], usage["tokens_out"]) == (prompt, 200)
    assert usage["cost_micro_dollars"] > 0
    ledger = gate.ada.get(f"/calls/{call['id']}/ledger")
    assert (ledger["usage_source"], ledger["cost_micro_dollars"]) == ("estimate", usage["cost_micro_dollars"])
    assert [(one["kind"], one["count"]) for one in ledger["entries"][0]["lines"]] == [
        ("input", usage["tokens_in"]),
        ("output", 200),
    ]
    fill = until(lambda: (found := gate.ada.get(f"/limits/{budget}/fill"))["spent_micro_dollars"] and found)
    assert fill["spent_micro_dollars"] == usage["cost_micro_dollars"]


def test_an_anthropic_stream_keeps_the_prompt_that_the_vendor_told(gate: Gate) -> None:
    gate.anthropic.reply("/v1/messages", stalled_stream(anthropic_events(WORDS, prompt=1234)[:13]))
    usage = gate.leave("/v1/messages", MESSAGE, 13)["usage"]
    assert (usage["usage_source"], usage["tokens_in"], usage["tokens_out"]) == ("estimate", 1234, 1 + 40)


def test_a_stream_that_is_left_after_the_count_is_exact(gate: Gate) -> None:
    told = openai_events(WORDS, prompt=1000, completion=300)[:-1]
    gate.openai.reply("/v1/chat/completions", stalled_stream(told))
    document = {**CHAT, "stream_options": {"include_usage": True}}
    usage = gate.leave("/v1/chat/completions", document, len(told))["usage"]
    assert (usage["usage_source"], usage["tokens_in"], usage["tokens_out"]) == ("vendor", 1000, 300)


def test_a_vendor_that_breaks_off_has_told_nothing_and_is_paid_nothing(gate: Gate) -> None:
    gate.openai.reply("/v1/chat/completions", aborted_stream(openai_events(WORDS)[:51], gap=0.01))
    usage = gate.leave("/v1/chat/completions", CHAT, 1000)["usage"]
    assert (usage["outcome"], usage["error_code"]) == ("error", "vendor_stream_truncated")
    assert (usage["usage_source"], usage["cost_micro_dollars"], usage["tokens_out"]) == ("none", 0, 0)
