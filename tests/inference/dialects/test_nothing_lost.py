"""No member of the neutral request is lost in silence: every dialect sends it or names it."""

from dataclasses import fields

import pytest

from passgate.inference.exchange.chat_request import ChatRequest, Reasoning, ResponseFormat, Tool, ToolChoice, Turn
from passgate.inference.exchange.content import CacheHint, Text
from passgate.inference.translation import ParsedRequest, Target
from passgate.inference.translator import DIALECTS

GIVEN = {
    "tools": [Tool("t")],
    "tool_choice": ToolChoice("none"),
    "parallel_tool_calls": False,
    "max_tokens": 5,
    "temperature": 0.5,
    "top_p": 0.5,
    "top_k": 5,
    "stop": ("END",),
    "seed": 5,
    "n": 2,
    "frequency_penalty": 0.5,
    "presence_penalty": 0.5,
    "logit_bias": {"1": 1},
    "logprobs": True,
    "top_logprobs": 5,
    "response_format": ResponseFormat("json_object"),
    "reasoning": Reasoning(effort="low"),
    "verbosity": "low",
    "user": "u",
    "metadata": {"a": "b"},
    "service_tier": "flex",
    "cache": CacheHint(),
    "prompt_cache_key": "k",
    "stream": True,
    "system": [Text("Be brief.")],
}
ONE_ANSWER = {"anthropic", "bedrock", "cohere", "ollama"}
NOT_FOR_VENDORS = {"model", "turns", "names", "unread", "include_usage"}


@pytest.mark.parametrize("dialect", list(DIALECTS))
def test_every_member_changes_the_request_or_is_named(dialect: str) -> None:
    assert {field.name for field in fields(ChatRequest)} == GIVEN.keys() | NOT_FOR_VENDORS
    chat = DIALECTS[dialect].chat
    assert chat is not None
    parsed = ParsedRequest("openai-chat", b"", {}, "m", stream=False)
    to = Target(dialect, "https://v.example", None, "m")

    def write(**given: object) -> tuple[bytes, tuple[str, ...]]:
        request = ChatRequest("m", [Turn("user", (Text("Hello"),))])
        for name, value in given.items():
            setattr(request, name, value)
        outgoing = chat.request(request, parsed, to)
        return outgoing.request.url.encode() + outgoing.request.body, outgoing.dropped

    for name, value in GIVEN.items():
        if name == "n" and dialect in ONE_ANSWER:
            continue  # refused by name, which has a test of its own
        others = {"tools": GIVEN["tools"]} if name in {"tool_choice", "parallel_tool_calls"} else {}
        if name == "parallel_tool_calls":
            others["tool_choice"] = ToolChoice("auto")
        before, _ = write(**others)
        body, dropped = write(**others, **{name: value})
        assert body != before or dropped == (name,), name
