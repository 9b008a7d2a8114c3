"""Anthropic clients with OpenAI-compatible models: requests there, answers back."""

import json
from hashlib import sha256
from typing import Any

import pytest

from inference.translation.calls import opened, sent, target
from passgate.inference.translation import InvalidRequestError, Target, UntranslatableError

USER = {"role": "user", "content": "Hello"}
BASE = {"model": "public", "max_tokens": 100, "messages": [USER]}
WRITTEN = {"model": "vendor-model", "messages": [USER], "max_completion_tokens": 100}
EPHEMERAL = {"type": "ephemeral"}


def translated(document: dict[str, Any], **profile: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    exchange = opened("anthropic-messages", {**BASE, **document}, target("openai", **profile))
    return sent(exchange), exchange.dropped


def conversation() -> dict[str, Any]:
    pdf = {"type": "base64", "media_type": "application/pdf", "data": "BBBB"}
    png = {"type": "base64", "media_type": "image/png", "data": "AAAA"}
    return {
        "system": [{"type": "text", "text": "Be brief."}, {"type": "text", "text": "Be kind."}],
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Look.", "cache_control": EPHEMERAL},
                    {"type": "image", "source": {"type": "url", "url": "https://x.example/a.png"}},
                    {"type": "document", "source": pdf, "title": "a.pdf"},
                    {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Hi"}},
                ],
            },
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "Hm.", "signature": "SIG"},
                    {"type": "text", "text": "I "},
                    {"type": "text", "text": "look."},
                    {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}},
                    {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": "é"}},
                    {"type": "tool_use", "id": "toolu_2", "name": "look", "input": {}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "toolu_1",
                        "content": [{"type": "text", "text": "A cat."}, {"type": "image", "source": png}],
                    },
                    {"type": "tool_result", "tool_use_id": "toolu_2", "content": "Too dark.", "is_error": True},
                    {"type": "text", "text": "And?"},
                ],
            },
            {"role": "system", "content": "Now be long."},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_3"}]},
        ],
    }


def calls(*told: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        {"id": name, "type": "function", "function": {"name": "look", "arguments": arguments}}
        for name, arguments in told
    ]


def test_a_whole_conversation() -> None:
    body, dropped = translated(conversation())
    assert body["messages"] == [
        {"role": "system", "content": "Be brief.\n\nBe kind."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Look."},
                {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}},
                {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,BBBB"}},
                {"type": "text", "text": "Hi"},
            ],
        },
        {
            "role": "assistant",
            "content": "I look.",
            "tool_calls": calls(("toolu_1", '{"at":"é"}'), ("toolu_2", "{}")),
        },
        {"role": "tool", "tool_call_id": "toolu_1", "content": "A cat."},
        {"role": "tool", "tool_call_id": "toolu_2", "content": "Error: Too dark."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "(What the tool call toolu_1 returned besides text:)"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                {"type": "text", "text": "And?"},
            ],
        },
        {"role": "system", "content": "Now be long."},
        {"role": "tool", "tool_call_id": "toolu_3", "content": ""},
    ]
    assert dropped == (
        "messages.content.cache_control",
        "messages.content.server_tool_use",
        "messages.content.thinking",
    )


def test_a_vendor_that_takes_more_gets_more() -> None:
    accepts = ["cache_control", "top_k", "file_url"]
    document = {
        "top_k": 5,
        "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        "messages": [
            {"role": "user", "content": [{"type": "document", "source": {"type": "url", "url": "https://x/a.pdf"}}]},
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm.", "signature": "SIG"}]},
            USER,
        ],
    }
    body, dropped = translated(document, accepts=accepts, reasoning_field="reasoning_details")
    assert dropped == ()
    assert body["top_k"] == 5
    control = {"type": "ephemeral", "ttl": "1h"}
    detail = {"type": "reasoning.text", "text": "Hm.", "signature": "SIG", "format": "anthropic-claude-v1", "index": 0}
    assert body["messages"][:3] == [
        {"role": "system", "content": [{"type": "text", "text": "Be brief.", "cache_control": control}]},
        {
            "role": "user",
            "content": [{"type": "file", "file": {"filename": "document.pdf", "file_data": "https://x/a.pdf"}}],
        },
        {"role": "assistant", "content": "", "reasoning_details": [detail]},
    ]


@pytest.mark.parametrize(
    ("given", "expected", "dropped"),
    [
        ({"temperature": 0.5, "top_p": 0.9}, {"temperature": 0.5, "top_p": 0.9}, ()),
        ({"top_k": 5}, {}, ("top_k",)),
        ({"stop_sequences": ["END"]}, {"stop": ["END"]}, ()),
        ({"metadata": {"user_id": "u-1"}}, {"user": "u-1"}, ()),
        ({"service_tier": "standard_only"}, {"service_tier": "default"}, ()),
        ({"stream": True}, {"stream": True, "stream_options": {"include_usage": True}}, ()),
        ({"cache_control": {"type": "ephemeral"}}, {}, ("cache_control",)),
        ({"container": "c", "x_new": 1}, {}, ("container", "x_new")),
        ({"thinking": {"type": "enabled", "budget_tokens": 2000}}, {"reasoning_effort": "low"}, ()),
        ({"thinking": {"type": "enabled", "budget_tokens": 8000}}, {"reasoning_effort": "medium"}, ()),
        ({"thinking": {"type": "enabled", "budget_tokens": 30000}}, {"reasoning_effort": "high"}, ()),
        ({"thinking": {"type": "disabled"}}, {}, ("thinking",)),
        (
            {"thinking": {"type": "adaptive", "display": "omitted"}, "output_config": {"effort": "max"}},
            {"reasoning_effort": "max"},
            ("thinking.display",),
        ),
        (
            {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}},
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "answer", "schema": {"type": "object"}, "strict": True},
                }
            },
            (),
        ),
    ],
)
def test_every_option_is_translated_or_named(given: Any, expected: Any, dropped: tuple[str, ...]) -> None:
    body, left_out = translated(given)
    assert body == {**WRITTEN, **expected}
    assert left_out == dropped


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        ({"type": "object", "properties": {"a": {}}, "required": ["a"], "additionalProperties": False}, True),
        ({"type": "object", "properties": {"a": {}}, "required": ["a"]}, False),
        ({"type": "object", "properties": {"a": {}}, "additionalProperties": False}, False),
        ({"anyOf": [{"type": "object", "properties": {"a": {}}}]}, False),
    ],
)
def test_a_schema_is_enforced_where_openai_can(schema: dict[str, Any], strict: bool) -> None:  # noqa: FBT001 - a case
    body, _ = translated({"output_config": {"format": {"type": "json_schema", "schema": schema}}})
    assert body["response_format"]["json_schema"]["strict"] is strict


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"type": "auto"}, {"tool_choice": "auto"}),
        ({"type": "any"}, {"tool_choice": "required"}),
        ({"type": "none"}, {"tool_choice": "none"}),
        ({"type": "tool", "name": "t"}, {"tool_choice": {"type": "function", "function": {"name": "t"}}}),
        (
            {"type": "auto", "disable_parallel_tool_use": True},
            {"tool_choice": "auto", "parallel_tool_calls": False},
        ),
    ],
)
def test_every_choice_of_tools(choice: Any, expected: Any) -> None:
    schema = {"type": "object", "properties": {}}
    tool = {"name": "t", "description": "d", "input_schema": schema, "strict": True, "defer_loading": True}
    body, dropped = translated({"tools": [tool], "tool_choice": choice})
    function = {"name": "t", "description": "d", "parameters": schema, "strict": True}
    assert body == {**WRITTEN, "tools": [{"type": "function", "function": function}], **expected}
    assert dropped == ("tools.defer_loading",)


@pytest.mark.parametrize(
    ("profile", "expected", "dropped"),
    [
        ({"max_tokens_field": "max_tokens"}, {"max_tokens": 100, "temperature": 1}, ()),
        ({"refuses": ["temperature"]}, {"max_completion_tokens": 100}, ("temperature",)),
        ({"renames": {"temperature": "heat"}}, {"max_completion_tokens": 100, "heat": 1}, ()),
    ],
)
def test_a_vendors_oddities_are_met(profile: dict[str, Any], expected: Any, dropped: tuple[str, ...]) -> None:
    body, left_out = translated({"temperature": 1}, **profile)
    assert body == {"model": "vendor-model", "messages": [USER], **expected}
    assert left_out == dropped


def test_ids_of_tool_calls_fit_a_vendor_that_demands_a_length() -> None:
    body, _ = translated(conversation(), tool_call_id_length=9)
    answer, first = body["messages"][2], body["messages"][3]
    made = answer["tool_calls"][0]["id"]
    assert len(made) == 9
    assert made.isalnum()
    assert first["tool_call_id"] == made != answer["tool_calls"][1]["id"]
    for told, kept in (("abcDEF123", True), ("abc_EF123", False), ("abcDEF12", False)):
        result = {"type": "tool_result", "tool_use_id": told, "content": "x"}
        body, _ = translated({"messages": [{"role": "user", "content": [result]}]}, tool_call_id_length=9)
        assert (body["messages"][0]["tool_call_id"] == told) is kept


def said(block: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [block]}]}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "tools[0].type"),
        ({"mcp_servers": [{"type": "url", "url": "https://x", "name": "x"}]}, "mcp_servers"),
        ({"thinking": {"type": "between_tools"}}, "thinking.type"),
        (said({"type": "container_upload", "file_id": "f"}), "messages[0].content[0]"),
        (said({"type": "image", "source": {"type": "file", "file_id": "f"}}), "messages[0].content[0]"),
        (said({"type": "document", "source": {"type": "url", "url": "https://x"}}), "messages[0].content[0]"),
    ],
)
def test_what_cannot_be_translated_is_refused_by_name(given: Any, field: str) -> None:
    with pytest.raises(UntranslatableError) as caught:
        translated(given)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": [{"type": "image"}]}]}, "messages[0].content[0].source"),
        ({"system": 5}, "system"),
        ({"tools": [{"input_schema": {}}]}, "tools[0].name"),
        ({"tool_choice": {"type": "maybe"}}, "tool_choice.type"),
        ({"output_config": {"effort": "some"}}, "output_config.effort"),
    ],
)
def test_wrong_fields_are_named(given: Any, field: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        translated(given)
    assert caught.value.field == field


def test_a_limit_beyond_the_models_own_is_lowered_and_named() -> None:
    to = Target("openai", "https://v.example/v1", "k", "m", max_output_tokens=50)
    exchange = opened("anthropic-messages", BASE, to)
    assert sent(exchange)["max_completion_tokens"] == 50
    assert exchange.dropped == ("max_tokens",)


def test_a_user_s_id_that_is_too_long_for_openai_is_told_by_its_digest() -> None:
    told = json.dumps({"device_id": "a" * 64, "account_uuid": "", "session_id": "b" * 36})
    digest = sha256(told.encode()).hexdigest()
    for model, name in (("gpt-4o-mini", "user"), ("o9-pro", "safety_identifier")):
        to = target("openai", model, responses_path="/responses", responses_only=["o9-"])
        for user, wanted in ((told, digest), ("u" * 64, "u" * 64)):
            document = {**BASE, "metadata": {"user_id": user}}
            exchange = opened("anthropic-messages", document, to)
            assert sent(exchange)[name] == wanted
            assert exchange.dropped == ()


def test_a_tool_that_the_client_s_own_search_found_is_offered_and_named() -> None:
    found = {"type": "tool_reference", "tool_name": "mcp__weather__now"}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": [found]}
    call = {"type": "tool_use", "id": "t1", "name": "ToolSearch", "input": {"query": "weather"}}
    talk = [USER, {"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]
    tools = [
        {"name": "ToolSearch", "input_schema": {"type": "object"}},
        {"name": "mcp__weather__now", "input_schema": {"type": "object"}, "defer_loading": True},
    ]
    body, dropped = translated({"messages": talk, "tools": tools})
    assert body["messages"][-1]["content"] == "The tool mcp__weather__now can be called now."
    assert [tool["function"]["name"] for tool in body["tools"]] == ["ToolSearch", "mcp__weather__now"]
    assert dropped == ("messages.content.content.tool_reference", "tools.defer_loading")
