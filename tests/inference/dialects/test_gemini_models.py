"""What each generation of Gemini refuses is not sent to it."""

import json
from typing import Any

import pytest

from inference.translation.calls import opened, replied, sent, target
from passgate.inference.translation import Exchange, UntranslatableError

USER = {"role": "user", "content": "Hello"}


def asked(model: str, **more: Any) -> Exchange:
    return opened("openai-chat", {"model": "m", "messages": [USER], **more}, target("gemini", model))


@pytest.mark.parametrize(
    ("model", "effort", "level"),
    [
        ("gemini-3-flash-preview", "none", "minimal"),
        ("gemini-3.6-flash", "minimal", "minimal"),
        ("gemini-3.8-flash", "minimal", "low"),
        ("gemini-3.1-flash-lite", "minimal", "minimal"),
        ("gemini-3.1-pro-preview", "none", "low"),
        ("gemini-4-argon", "none", "low"),
        ("gemini-4-argon", "xhigh", "high"),
    ],
)
def test_the_level_is_one_that_the_model_knows(model: str, effort: str, level: str) -> None:
    config = sent(asked(model, reasoning_effort=effort))["generationConfig"]["thinkingConfig"]
    assert config["thinkingLevel"] == level


@pytest.mark.parametrize(("budget", "level"), [(1024, "low"), (8000, "medium"), (30000, "high")])
def test_a_budget_becomes_a_level(budget: int, level: str) -> None:
    thinking = {"type": "enabled", "budget_tokens": budget}
    document = {"model": "m", "max_tokens": 64000, "messages": [USER], "thinking": thinking}
    body = sent(opened("anthropic-messages", document, target("gemini", "gemini-4-argon")))
    assert body["generationConfig"]["thinkingConfig"] == {"includeThoughts": True, "thinkingLevel": level}


def test_what_gemini_4_refuses() -> None:
    exchange = asked("gemini-4-argon", frequency_penalty=0.5, presence_penalty=0.5, n=1)
    assert exchange.dropped == ("frequency_penalty", "presence_penalty")
    assert sent(exchange)["generationConfig"] == {"candidateCount": 1}
    with pytest.raises(UntranslatableError, match="Gemini 4 gives one answer"):
        asked("gemini-4-argon", n=2)
    assert sent(asked("gemini-2.5-flash", n=2, presence_penalty=1))["generationConfig"]["candidateCount"] == 2


def test_vertex_ai_tells_how_likely_tokens_were() -> None:
    to = target("gemini", "gemini-2.5-flash", surface="vertex")
    document = {"model": "m", "messages": [USER], "logprobs": True, "top_logprobs": 2}
    exchange = opened("openai-chat", document, to)
    assert sent(exchange)["generationConfig"] == {"responseLogprobs": True, "logprobs": 2}
    chosen = {"token": "Hi", "tokenId": 1, "logProbability": -0.5}
    told = {"topCandidates": [{"candidates": [chosen]}], "chosenCandidates": [chosen]}
    content = {"role": "model", "parts": [{"text": "Hi"}]}
    candidate = {"content": content, "finishReason": "STOP", "logprobsResult": told}
    answer = json.loads(replied(exchange, {"candidates": [candidate], "responseId": "r"}).body)
    row = {"token": "Hi", "logprob": -0.5, "bytes": [72, 105]}
    assert answer["choices"][0]["logprobs"]["content"] == [{**row, "top_logprobs": [row]}]
    assert "vendor_blocks" not in answer["choices"][0]["message"]
    assert asked("gemini-2.5-flash", logprobs=True).dropped == ("logprobs",)
