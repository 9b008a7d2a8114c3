"""What each generation of Claude refuses is not sent to it, and named, at whichever vendor."""

import json
from typing import Any

import pytest

from inference.translation.calls import opened, sent, target
from passgate.inference.exchange.claude_model import claude_model
from passgate.inference.translation import Exchange, UntranslatableError
from passgate.inference.translator import open_exchange, parse

USER = {"role": "user", "content": "Hello"}
TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]
SAMPLED = {"temperature": 0.7, "top_p": 0.9}


def asked(model: str, **more: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    exchange = opened("openai-chat", {"model": "m", "messages": [USER], **more}, target("anthropic", model))
    body = sent(exchange)
    return {name: body[name] for name in body if name not in {"model", "messages", "tools"}}, exchange.dropped


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("claude-3-haiku-20240307", ("haiku", (3, 0))),
        ("claude-3-7-sonnet-latest", ("sonnet", (3, 7))),
        ("claude-sonnet-4-20250514", ("sonnet", (4, 0))),
        ("claude-sonnet-4@20250514", ("sonnet", (4, 0))),
        ("claude-opus-4-1-20250805", ("opus", (4, 1))),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", ("haiku", (4, 5))),
        ("global.anthropic.claude-opus-4-7-v1:0", ("opus", (4, 7))),
        ("anthropic/claude-opus-4.8", ("opus", (4, 8))),
        ("claude-sonnet-5", ("sonnet", (5, 0))),
        ("global.anthropic.claude-sonnet-5-v1:0", ("sonnet", (5, 0))),
        ("claude-fable-5-1", ("fable", (5, 1))),
        ("claude-mythos-preview", ("mythos", (5, 0))),
        ("kimi-k2-thinking", None),
        ("claude-next", None),
    ],
)
def test_the_generation_is_told_from_the_name(name: str, known: tuple[str, tuple[int, int]] | None) -> None:
    model = claude_model(name)
    assert (None if model is None else (model.family, model.version)) == known


@pytest.mark.parametrize(
    ("model", "kept", "dropped"),
    [
        ("claude-sonnet-4-20250514", SAMPLED, ()),
        ("claude-sonnet-4-5", {"temperature": 0.7}, ("top_p",)),
        ("claude-opus-4-6", {"temperature": 0.7}, ("top_p",)),
        ("claude-opus-4-7", {}, ("temperature", "top_p")),
        ("claude-haiku-5-5", {}, ("temperature", "top_p")),
        ("claude-fable-5", {}, ("temperature", "top_p")),
        ("another-makers-model", SAMPLED, ()),
    ],
)
def test_sampling(model: str, kept: dict[str, Any], dropped: tuple[str, ...]) -> None:
    body, left_out = asked(model, **SAMPLED, max_tokens=9)
    assert body == {"max_tokens": 9, **kept}
    assert left_out == dropped


@pytest.mark.parametrize(("model", "dropped"), [("claude-sonnet-4-5", ("temperature",)), ("another-makers-model", ())])
def test_a_temperature_that_other_vendors_take_becomes_the_highest(model: str, dropped: tuple[str, ...]) -> None:
    body, left_out = asked(model, temperature=1.5, max_tokens=9)
    assert (body["temperature"], left_out) == (1 if dropped else 1.5, dropped)
    assert asked(model, temperature=1, max_tokens=9) == ({"max_tokens": 9, "temperature": 1}, ())
    for name in (model, "amazon.nova-pro-v1:0"):
        document = {"model": "m", "messages": [USER], "temperature": 1.5}
        exchange = opened("openai-chat", document, target("bedrock", f"eu.anthropic.{name}"))
        assert (sent(exchange)["inferenceConfig"]["temperature"], exchange.dropped) == (1, ("temperature",))


def test_sampling_while_it_thinks() -> None:
    body, dropped = asked("claude-sonnet-4-5", reasoning_effort="low", top_p=0.9)
    assert (body.get("top_p"), dropped) == (None, ("top_p",))
    body, dropped = asked("claude-sonnet-4-5", reasoning_effort="low", top_p=0.97)
    assert (body["top_p"], dropped) == (0.97, ())


OFF = {"thinking": {"type": "disabled"}}
SUMMARIZED = {"type": "adaptive", "display": "summarized"}


@pytest.mark.parametrize(
    ("model", "effort", "expected", "dropped"),
    [
        ("claude-opus-4-6", "none", OFF, ()),
        ("claude-opus-4-8", "none", {}, ()),
        ("claude-opus-5", "none", OFF, ()),
        ("claude-haiku-5-5", "none", OFF, ()),
        ("claude-sonnet-5-5", "none", {"thinking": {"type": "between_tools"}}, ()),
        ("claude-opus-5-5", "none", {"output_config": {"effort": "low"}}, ("reasoning_effort",)),
        ("claude-fable-5", "none", {"output_config": {"effort": "low"}}, ("reasoning_effort",)),
        ("claude-opus-4-6", "xhigh", {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}, ()),
        ("claude-opus-4-7", "xhigh", {"thinking": SUMMARIZED, "output_config": {"effort": "xhigh"}}, ()),
        ("claude-opus-5-5", "minimal", {"thinking": SUMMARIZED, "output_config": {"effort": "low"}}, ()),
    ],
)
def test_how_each_thinks(model: str, effort: str, expected: dict[str, Any], dropped: tuple[str, ...]) -> None:
    body, left_out = asked(model, reasoning_effort=effort, max_tokens=9)
    assert body == {"max_tokens": 9, **expected}
    assert left_out == dropped


@pytest.mark.parametrize(
    ("model", "choice", "dropped"),
    [
        ("claude-opus-4-8", {"type": "any"}, ("reasoning_effort",)),
        ("claude-opus-5", {"type": "any"}, ()),
        ("claude-haiku-5-5", {"type": "any"}, ()),
        ("claude-opus-5-5", {"type": "auto"}, ("tool_choice",)),
        ("claude-fable-5-1", {"type": "auto"}, ("tool_choice",)),
    ],
)
def test_forced_tools(model: str, choice: dict[str, str], dropped: tuple[str, ...]) -> None:
    body, left_out = asked(model, tools=TOOLS, tool_choice="required", reasoning_effort="low")
    assert body["tool_choice"] == choice
    assert left_out == dropped


@pytest.mark.parametrize(
    ("model", "most"),
    [
        ("claude-3-haiku-20240307", 4096),
        ("claude-opus-4-1", 32000),
        ("claude-sonnet-4-5", 64000),
        ("claude-opus-5-5", 128000),
        ("another-makers-model", 4096),
    ],
)
def test_an_answer_without_a_limit_may_be_as_long_as_the_model_allows(model: str, most: int) -> None:
    assert asked(model)[0] == {"max_tokens": most}


def test_bedrock_is_spared_the_same() -> None:
    to = target("bedrock", "global.anthropic.claude-opus-5-5")
    document = {"model": "m", "messages": [USER], **SAMPLED, "tools": TOOLS, "tool_choice": "required"}
    exchange = opened("openai-chat", {**document, "reasoning_effort": "high", "max_tokens": 9}, to)
    body = sent(exchange)
    assert body["inferenceConfig"] == {"maxTokens": 9}
    assert body["toolConfig"]["toolChoice"] == {"auto": {}}
    assert body["additionalModelRequestFields"] == {"thinking": SUMMARIZED, "output_config": {"effort": "high"}}
    assert set(exchange.dropped) == {"tool_choice", "temperature", "top_p"}


def test_text_of_white_space_alone_is_not_said() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    talk = [
        USER,
        {"role": "assistant", "content": "\n\n", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "seen"},
        {"role": "assistant", "content": "So far: "},
    ]
    to = target("anthropic", "claude-sonnet-4-5")
    body = sent(opened("openai-chat", {"model": "m", "messages": talk}, to))
    assert [block["type"] for block in body["messages"][1]["content"]] == ["tool_use"]
    assert body["messages"][-1]["content"] == [{"type": "text", "text": "So far:"}]


def test_what_is_left_out_has_the_name_that_the_clients_format_gives_it() -> None:
    shape = {"type": "json_schema", "name": "n", "schema": {"type": "object"}}
    picture = {"type": "input_image", "image_url": "data:image/jpg;base64,AAAA", "detail": "high"}
    document = {"model": "m", "input": [{"role": "user", "content": [picture]}], "text": {"format": shape}}
    exchange = opened("openai-responses", document, target("anthropic", "claude-sonnet-4-5"))
    assert set(exchange.dropped) == {"input.content.detail", "text.format.name"}
    assert sent(exchange)["messages"][0]["content"][0]["source"]["media_type"] == "image/jpeg"


@pytest.mark.parametrize("vendor", ["anthropic", "bedrock"])
def test_an_answer_that_the_client_begins(vendor: str) -> None:
    document = {"model": "m", "messages": [USER, {"role": "assistant", "content": "So"}], "reasoning_effort": "low"}
    exchange = opened("openai-chat", document, target(vendor, "anthropic.claude-opus-4-5"))
    assert sent(exchange)["messages"][-1]["role"] == "assistant"
    assert exchange.dropped == ("reasoning_effort",)
    for model in ("claude-opus-4-6", "claude-sonnet-4-6", "claude-haiku-5-5"):
        with pytest.raises(UntranslatableError, match="the last turn must be the user's") as refused:
            opened("openai-chat", document, target(vendor, f"anthropic.{model}"))
        assert refused.value.field == "messages[1]"
    document["messages"].append(USER)
    assert (
        sent(opened("openai-chat", document, target(vendor, "anthropic.claude-opus-4-6")))["messages"][-1]["role"]
        == "user"
    )


def thoughtful(vendor: str, model: str, *, effort: str | None = None, **headers: str) -> Exchange:
    """A talk in which Claude has thought, on its way back to one."""
    detail = {"type": "reasoning.text", "text": "Hm.", "signature": "c2ln", "format": "anthropic-claude-v1"}
    said = {"role": "assistant", "content": "Yes", "reasoning_details": [detail]}
    document: dict[str, Any] = {"model": "m", "messages": [USER, said, USER]}
    if effort is not None:
        document["reasoning_effort"] = effort
    parsed = parse("openai-chat", json.dumps(document).encode(), headers)
    return open_exchange(parsed, target(vendor, model))


def test_thoughts_whose_talk_may_have_changed_are_not_refused() -> None:
    binding = {"type": "adaptive", "block_binding": {"prefix_mismatch_behavior": "drop_block"}}
    for model in ("claude-fable-5-1", "claude-opus-5-5", "claude-sonnet-5-5"):
        exchange = thoughtful("anthropic", model)
        assert sent(exchange)["thinking"] == binding
        assert exchange.request.headers["anthropic-beta"] == "thinking-binding-controls-2026-08-01"
        assert sent(exchange)["messages"][1]["content"][0]["signature"] == "c2ln"
        fields = sent(thoughtful("bedrock", f"eu.anthropic.{model}"))["additionalModelRequestFields"]
        assert fields == {"thinking": binding, "anthropic_beta": ["thinking-binding-controls-2026-08-01"]}
    exchange = thoughtful("anthropic", "claude-opus-5-5", effort="low", **{"anthropic-beta": "other-1"})
    assert sent(exchange)["thinking"] == {**SUMMARIZED, **binding}
    assert exchange.request.headers["anthropic-beta"] == "other-1,thinking-binding-controls-2026-08-01"


def test_models_that_do_not_check_thoughts_are_told_nothing_of_them() -> None:
    for model in ("claude-sonnet-4-5", "claude-opus-5"):
        exchange = thoughtful("anthropic", model)
        assert "thinking" not in sent(exchange)
        assert "anthropic-beta" not in exchange.request.headers
        assert sent(exchange)["messages"][1]["content"][0]["type"] == "thinking"


@pytest.mark.parametrize("vendor", ["anthropic", "bedrock"])
def test_thoughts_are_left_out_where_a_model_that_checks_them_is_not_to_think(vendor: str) -> None:
    exchange = thoughtful(vendor, "anthropic.claude-haiku-5-5", effort="none")
    assert [len(message["content"]) for message in sent(exchange)["messages"]] == [1, 1, 1]
    assert "block_binding" not in str(sent(exchange))
    assert exchange.dropped == ("messages.reasoning_details",)
