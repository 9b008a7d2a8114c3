"""OpenAI chat clients with Anthropic's models: requests there, answers back."""

from typing import Any

import pytest

from inference.translation.calls import opened, sent, target
from passgate.inference.translation import InvalidRequestError, Target, UntranslatableError

USER = {"role": "user", "content": "Hello"}


def translated(document: dict[str, Any], **profile: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    base = {"model": "public", "messages": [USER]}
    exchange = opened("openai-chat", {**base, **document}, target("anthropic", "claude-sonnet-4-5", **profile))
    return sent(exchange), exchange.dropped


def conversation() -> list[dict[str, Any]]:
    return [
        {"role": "developer", "content": "Be brief."},
        {"role": "system", "content": [{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}]},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Look."},
                {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "high"}},
                {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,BBBB"}},
                {"type": "file", "file": {"filename": "a.txt", "file_data": "data:text/plain;base64,SGk="}},
            ],
        },
        {
            "role": "assistant",
            "content": "I look.",
            "tool_calls": [
                {"id": "call:1", "type": "function", "function": {"name": "look", "arguments": '{"at":"a"}'}},
                {"id": "call_2", "type": "function", "function": {"name": "look", "arguments": ""}},
            ],
        },
        {"role": "tool", "tool_call_id": "call:1", "content": "A cat."},
        {"role": "tool", "tool_call_id": "call_2", "content": [{"type": "text", "text": "A dog."}]},
        {"role": "user", "content": "And?"},
    ]


def test_a_whole_conversation() -> None:
    body, dropped = translated({"messages": conversation()})
    assert body == {
        "model": "claude-sonnet-4-5",
        "max_tokens": 64000,
        "system": [
            {"type": "text", "text": "Be brief."},
            {"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}},
        ],
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Look."},
                    {"type": "image", "source": {"type": "url", "url": "https://x.example/a.png"}},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
                    {
                        "type": "document",
                        "source": {"type": "base64", "media_type": "application/pdf", "data": "BBBB"},
                        "title": "a.pdf",
                    },
                    {
                        "type": "document",
                        "source": {"type": "text", "media_type": "text/plain", "data": "Hi"},
                        "title": "a.txt",
                    },
                ],
            },
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "I look."},
                    {"type": "tool_use", "id": "call_1", "name": "look", "input": {"at": "a"}},
                    {"type": "tool_use", "id": "call_2", "name": "look", "input": {}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "call_1", "content": "A cat."},
                    {"type": "tool_result", "tool_use_id": "call_2", "content": "A dog."},
                    {"type": "text", "text": "And?"},
                ],
            },
        ],
    }
    assert dropped == ("messages.content.image_url.detail",)


TOOL = {"type": "function", "function": {"name": "t", "description": "d", "parameters": {"properties": {}}}}
OTHER = {"type": "function", "function": {"name": "o", "strict": True}}
WRITTEN = {"name": "t", "description": "d", "input_schema": {"type": "object", "properties": {}}}
WRITTEN_OTHER = {"name": "o", "input_schema": {"type": "object"}, "strict": True}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, None),
        ({"tool_choice": "auto"}, {"type": "auto"}),
        ({"tool_choice": "none"}, {"type": "none"}),
        ({"tool_choice": "required"}, {"type": "any"}),
        ({"tool_choice": {"type": "function", "function": {"name": "t"}}}, {"type": "tool", "name": "t"}),
        ({"parallel_tool_calls": True}, None),
        ({"parallel_tool_calls": False}, {"type": "auto", "disable_parallel_tool_use": True}),
        (
            {"parallel_tool_calls": False, "tool_choice": "required"},
            {"type": "any", "disable_parallel_tool_use": True},
        ),
        ({"parallel_tool_calls": False, "tool_choice": "none"}, {"type": "none"}),
    ],
)
def test_every_choice_of_tools(given: dict[str, Any], expected: Any) -> None:
    body, dropped = translated({"tools": [TOOL, OTHER], **given})
    assert body["tools"] == [WRITTEN, WRITTEN_OTHER]
    assert body.get("tool_choice") == expected
    assert dropped == ()


def test_allowed_tools_are_the_only_ones_sent() -> None:
    names = [{"type": "function", "function": {"name": "t"}}]
    choice = {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": names}}
    body, _ = translated({"tools": [TOOL, OTHER], "tool_choice": choice})
    assert body["tools"] == [WRITTEN]
    assert body["tool_choice"] == {"type": "auto"}


@pytest.mark.parametrize(
    ("given", "expected", "dropped"),
    [
        ({"max_tokens": 7}, {"max_tokens": 7}, ()),
        ({"max_tokens": 7, "max_completion_tokens": 8}, {"max_tokens": 8}, ()),
        ({"temperature": 0.5, "top_p": 0.9}, {"temperature": 0.5}, ("top_p",)),
        ({"top_p": 0.9}, {"top_p": 0.9}, ()),
        ({"logprobs": False}, {}, ()),
        ({"stop": "END"}, {"stop_sequences": ["END"]}, ()),
        ({"stop": ["END", "\n"]}, {"stop_sequences": ["END"]}, ("stop",)),
        ({"user": "u-1"}, {"metadata": {"user_id": "u-1"}}, ()),
        ({"service_tier": "default"}, {"service_tier": "standard_only"}, ()),
        ({"service_tier": "flex"}, {}, ("service_tier",)),
        ({"stream": True}, {"stream": True}, ()),
        ({"n": 1}, {}, ()),
        ({"seed": 1, "logprobs": True, "top_logprobs": 2}, {}, ("seed", "logprobs", "top_logprobs")),
        ({"presence_penalty": 1, "frequency_penalty": 1}, {}, ("frequency_penalty", "presence_penalty")),
        ({"logit_bias": {"1": 2}, "metadata": {"a": "b"}}, {}, ("logit_bias", "metadata")),
        ({"verbosity": "low", "prompt_cache_key": "k"}, {}, ("verbosity", "prompt_cache_key")),
        ({"store": True, "x_new": 1, "x_null": None}, {}, ("store", "x_new")),
        ({"store": False}, {}, ()),
        ({"tool_choice": "auto"}, {}, ("tool_choice",)),
        ({"response_format": {"type": "text"}}, {}, ()),
        ({"response_format": {"type": "json_object"}}, {}, ("response_format",)),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}},
            {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}},
            ("response_format.json_schema.name",),
        ),
    ],
)
def test_every_option_is_translated_or_named(given: Any, expected: Any, dropped: tuple[str, ...]) -> None:
    body, left_out = translated(given)
    base = {"model": "claude-sonnet-4-5", "max_tokens": 64000}
    assert body == {**base, "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}], **expected}
    assert left_out == dropped


def budget(tokens: int) -> dict[str, Any]:
    return {"thinking": {"type": "enabled", "budget_tokens": tokens}}


ADAPTIVE_LOW = {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}}
LOW = {"reasoning_effort": "low"}
HIGH = {"reasoning_effort": "high"}


@pytest.mark.parametrize(
    ("model", "given", "expected", "dropped"),
    [
        ("claude-sonnet-4-5", LOW, budget(2048), ()),
        ("claude-3-7-sonnet-latest", LOW, budget(2048), ()),
        ("claude-opus-4-20250514", LOW, budget(2048), ()),
        ("claude-opus-4-6", LOW, ADAPTIVE_LOW, ()),
        ("claude-next", {"reasoning_effort": "minimal"}, ADAPTIVE_LOW, ()),
        ("claude-next", {"reasoning_effort": "none"}, {"thinking": {"type": "disabled"}}, ()),
        ("claude-sonnet-4-5", {**LOW, "temperature": 0.3}, budget(2048), ("temperature",)),
        ("claude-sonnet-4-5", {**HIGH, "max_tokens": 4000}, {"max_tokens": 4000, **budget(3000)}, ()),
        ("claude-sonnet-4-5", {**HIGH, "max_tokens": 500}, {"max_tokens": 500}, ("reasoning_effort",)),
    ],
)
def test_how_much_to_think(model: str, given: Any, expected: Any, dropped: tuple[str, ...]) -> None:
    to = Target("anthropic", "https://v.example", "k", model, max_output_tokens=64000)
    exchange = opened("openai-chat", {"model": "public", "messages": [USER], **given}, to)
    body = sent(exchange)
    messages = [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]
    assert body == {"model": model, "max_tokens": 64000, "messages": messages, **expected}
    assert exchange.dropped == dropped


def test_thinking_is_left_out_where_a_tool_loop_lost_its_thoughts() -> None:
    body, dropped = translated(
        {"messages": conversation(), "reasoning_effort": "low", "max_tokens": 9000, "tools": [TOOL]}
    )
    assert "thinking" not in body
    assert "reasoning_effort" in dropped


def said(part: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [part]}]}


BROKEN_CALL = {"id": "1", "function": {"name": "f", "arguments": "{"}}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"n": 2}, "n"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"functions": [{"name": "f"}]}, "functions"),
        ({"web_search_options": {}}, "web_search_options"),
        ({"tools": [{"type": "custom", "custom": {"name": "c"}}]}, "tools[0].type"),
        ({"response_format": {"type": "grammar"}}, "response_format.type"),
        ({"messages": [{"role": "system", "content": "Only me."}]}, "messages"),
        ({"messages": [USER, {"role": "function", "name": "f", "content": "x"}]}, "messages[1].role"),
        (said({"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}), "messages[0].content[0]"),
        (said({"type": "file", "file": {"file_id": "f"}}), "messages[0].content[0]"),
        (said({"type": "file", "file": {"file_data": "data:a/b;base64,AA=="}}), "messages[0].content[0]"),
        (
            {"messages": [{"role": "assistant", "tool_calls": [BROKEN_CALL]}]},
            "messages[0].tool_calls[0].function.arguments",
        ),
    ],
)
def test_what_cannot_be_translated_is_refused_by_name(given: Any, field: str) -> None:
    with pytest.raises(UntranslatableError) as caught:
        translated(given)
    assert caught.value.field == field
    assert caught.value.code == "unsupported_field"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"temperature": "hot"}, "temperature"),
        ({"stop": [1]}, "stop"),
        ({"tools": {}}, "tools"),
        ({"tools": [{"type": "function"}]}, "tools[0].function"),
        ({"tool_choice": "maybe"}, "tool_choice"),
        ({"reasoning_effort": "some"}, "reasoning_effort"),
        ({"messages": [{"role": "user"}, {"role": "robot"}]}, "messages[1].role"),
        ({"messages": [{"content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0].text"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "cat.png"}}]}]},
            "messages[0].content[0].image_url.url",
        ),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id"),
    ],
)
def test_wrong_fields_are_named(given: Any, field: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        translated(given)
    assert caught.value.field == field


def test_a_limit_beyond_the_models_own_is_lowered_and_named() -> None:
    to = Target("anthropic", "https://v.example", "k", "m", max_output_tokens=100)
    exchange = opened("openai-chat", {"model": "m", "messages": [USER], "max_tokens": 500}, to)
    assert sent(exchange)["max_tokens"] == 100
    assert exchange.dropped == ("max_tokens",)


def test_refused_parameters_of_a_profile_are_left_out() -> None:
    body, dropped = translated({"temperature": 0.5}, refuses=["temperature"])
    assert "temperature" not in body
    assert dropped == ("temperature",)
