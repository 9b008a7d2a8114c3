"""Thoughts of a vendor that stepped in for one turn, on their way back to the vendor whose format the client speaks."""

import json
from typing import Any

import pytest

from inference.translation.calls import opened, replied, sent, target
from inference.translation.gemini_answers import gemini_exchange
from passgate.inference.translation import Target

GOOGLES = [
    {"text": "Hm.", "thought": True},
    {"functionCall": {"name": "look", "args": {}}, "thoughtSignature": "U0lH"},
]
GEMINI = {"candidates": [{"content": {"parts": GOOGLES}, "finishReason": "STOP"}], "responseId": "r"}
CLAUDES = [
    {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
    {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}},
]
CLAUDE = {"id": "msg_1", "model": "c", "content": CLAUDES, "stop_reason": "tool_use"}
UNSIGNED = {
    "id": "c1",
    "choices": [{"message": {"reasoning_content": "Hm.", "content": "Yes"}, "finish_reason": "stop"}],
}
RESULT = {"type": "tool_result", "tool_use_id": "call_r_0", "content": "Rain"}


def to_claude(content: list[Any], **more: Any) -> Any:
    talk = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": content}]
    document = {"model": "m", "max_tokens": 9000, "messages": [*talk, {"role": "user", "content": [RESULT]}], **more}
    return opened("anthropic-messages", document, target("anthropic", "claude-opus-4-5"))


def answer_in_anthropics_format(vendor: str, whole: Any) -> list[Any]:
    document = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    told: list[Any] = json.loads(replied(opened("anthropic-messages", document, target(vendor)), whole).body)["content"]
    return told


@pytest.mark.parametrize(("vendor", "whole"), [("gemini", GEMINI), ("openai", UNSIGNED)])
def test_claude_gets_none_that_it_did_not_sign(vendor: str, whole: Any) -> None:
    tools = [{"name": "look", "input_schema": {"type": "object"}}]
    thinking = {"type": "enabled", "budget_tokens": 2000}
    exchange = to_claude(answer_in_anthropics_format(vendor, whole), tools=tools, thinking=thinking)
    kinds = [block["type"] for block in sent(exchange)["messages"][1]["content"]]
    assert kinds == (["tool_use"] if vendor == "gemini" else ["text"])
    assert "messages.content" in exchange.dropped
    # In the midst of tool calls Claude thinks only where it has its earlier thoughts.
    assert ("thinking" in sent(exchange), "thinking" in exchange.dropped) == (vendor == "openai", vendor == "gemini")


def test_what_claude_signed_passes_in_its_bytes() -> None:
    for content in (CLAUDES, [{"type": "text", "text": 'passgate1. "signature": ""'}]):
        exchange = to_claude(content, unheard_of={"a": 1})
        assert (sent(exchange)["unheard_of"], exchange.dropped) == ({"a": 1}, ())


def test_gemini_gets_none_that_google_did_not_sign() -> None:
    answer = json.loads(replied(gemini_exchange({"contents": [{"parts": [{"text": "Hi"}]}]}, "anthropic"), CLAUDE).body)
    content = answer["candidates"][0]["content"]
    assert any("thoughtSignature" in part for part in content["parts"])
    result = {"functionResponse": {"name": "look", "response": {"a": 1}}}
    talk = [{"role": "user", "parts": [{"text": "Hi"}]}, content, {"role": "user", "parts": [result]}]
    exchange = gemini_exchange({"contents": talk}, target("gemini", "gemini-3-pro"))
    signatures = [part["thoughtSignature"] for part in sent(exchange)["contents"][1]["parts"] if "functionCall" in part]
    assert len(signatures) == 1
    assert not signatures[0].startswith("cGFzc2dhdGUx")  # but what Google asks for where there is none
    assert exchange.dropped
    talk[1] = {"role": "model", "parts": GOOGLES}
    exchange = gemini_exchange({"contents": talk, "unheardOf": 1}, target("gemini", "gemini-3-pro"))
    assert (sent(exchange)["unheardOf"], exchange.dropped) == (1, ())


@pytest.mark.parametrize(("vendor", "whole"), [("anthropic", CLAUDE), ("openai", UNSIGNED)])
def test_openai_gets_none_that_it_did_not_encrypt(vendor: str, whole: Any) -> None:
    document = {"model": "m", "input": [{"role": "user", "content": "Hi"}]}
    output = json.loads(replied(opened("openai-responses", document, target(vendor)), whole).body)["output"]
    own = {"type": "reasoning", "id": "rs_68a1", "summary": [], "encrypted_content": "gAAA"}
    to = Target("openai", "https://vendor.example/v1", "k", "gpt-5", profile={"responses_path": "/responses"})
    talk = [*document["input"], own, *output]
    exchange = opened("openai-responses", {**document, "input": talk, "unheard_of": 1}, to)
    assert output[0]["type"] == "reasoning"
    assert sent(exchange)["input"] == [*document["input"], own, *output[1:]]
    assert (sent(exchange)["unheard_of"], exchange.dropped) == (1, ("input.reasoning",))
    exchange = opened("openai-responses", {**document, "input": [*document["input"], own]}, to)
    assert exchange.dropped == ()


def test_a_client_that_counts_on_stored_thoughts_gets_them_encrypted() -> None:
    """It sends back all that it got; what came before, with an id alone, is nothing that OpenAI could find."""
    profile = {"responses_path": "/responses", "gpt_models": True}
    asked = {
        "model": "m",
        "input": [{"role": "user", "content": "Hi"}, {"type": "reasoning", "id": "rs_1", "summary": []}],
    }
    to = Target("openai", "https://vendor.example/v1", "k", "gpt-5", profile=profile)
    exchange = opened("openai-responses", asked, to)
    assert (sent(exchange)["input"], exchange.dropped) == (asked["input"][:1], ("input.reasoning",))
    assert sent(exchange)["include"] == ["reasoning.encrypted_content"]
    more = {**asked, "include": ["message.output_text.logprobs"]}
    assert len(sent(opened("openai-responses", more, to))["include"]) == 2
    assert "include" not in sent(opened("openai-responses", {**asked, "store": False}, to))
    plain = Target("openai", "https://vendor.example/v1", "k", "gpt-4o", profile=profile)
    assert "include" not in sent(opened("openai-responses", asked, plain))
