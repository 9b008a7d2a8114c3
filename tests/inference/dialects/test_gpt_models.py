"""What OpenAI's own models refuse is not sent to them, and named; functions go where the model calls them."""

import json
from typing import Any

import pytest

from inference.translation.calls import opened, replied, sent, target
from passgate.catalog.vendors import find_vendor
from passgate.inference.translation import Exchange, InboundFormat

USER = {"role": "user", "content": "Hello"}
FUNCTION = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
TOOL = {"name": "look", "input_schema": {"type": "object"}}
OPENAI = find_vendor("openai").profile


def asked(model: str, form: InboundFormat = "anthropic-messages", **more: Any) -> Exchange:
    document = {"model": "m", "messages": [USER], **more}
    return opened(form, document, target("openai", model, **OPENAI))


@pytest.mark.parametrize(
    ("model", "effort", "kept", "dropped"),
    [
        ("gpt-5", "max", "high", ()),
        ("gpt-5", "minimal", "minimal", ()),
        ("gpt-5-mini", "none", "minimal", ("thinking",)),
        ("gpt-5.1", "minimal", "none", ()),
        ("gpt-5.1", "xhigh", "high", ()),
        ("gpt-5.4", "max", "xhigh", ()),
        ("gpt-5.6-terra", "max", "max", ()),
        ("gpt-6-sol", "max", "max", ()),
        ("o4-mini", "none", "low", ("thinking",)),
        ("gpt-4.1", "high", None, ("thinking",)),
        ("gpt-4o", "high", None, ("thinking",)),
        ("gpt-5.3-chat-latest", "high", None, ("thinking",)),
        ("my-own-deployment", "max", "max", ()),
    ],
)
def test_the_effort_is_the_nearest_that_the_model_takes(
    model: str, effort: str, kept: str | None, dropped: tuple[str, ...]
) -> None:
    exchange = asked(model, max_tokens=9, output_config={"effort": effort})
    assert sent(exchange).get("reasoning_effort") == kept
    assert exchange.dropped == dropped


@pytest.mark.parametrize(
    ("model", "more", "dropped"),
    [
        ("gpt-5", {"temperature": 0.2, "top_p": 0.5}, ("temperature", "top_p")),
        ("gpt-5", {"temperature": 1, "top_p": 1}, ()),
        ("o3", {"stop_sequences": ["END"]}, ("stop_sequences",)),
        ("gpt-5.4", {"temperature": 0.2}, ()),
        ("gpt-5.4", {"temperature": 0.2, "output_config": {"effort": "low"}}, ("temperature",)),
        ("gpt-5.6", {"temperature": 0.2}, ("temperature",)),
        ("gpt-5.6", {"temperature": 0.2, "thinking": {"type": "disabled"}}, ()),
        ("gpt-4.1", {"temperature": 0.2}, ()),
    ],
)
def test_sampling_is_left_out_while_it_thinks(model: str, more: dict[str, Any], dropped: tuple[str, ...]) -> None:
    exchange = asked(model, max_tokens=9, **more)
    assert exchange.dropped == dropped
    assert ("temperature" in sent(exchange)) is ("temperature" in more and "temperature" not in dropped)


@pytest.mark.parametrize(
    ("model", "more", "path"),
    [
        ("gpt-5.6", {}, "/responses"),
        ("gpt-6-sol", {"thinking": {"type": "disabled"}}, "/chat/completions"),
        ("gpt-5.4", {}, "/chat/completions"),
        ("gpt-5.4", {"output_config": {"effort": "low"}}, "/responses"),
        ("gpt-5.4-pro", {}, "/responses"),
        ("gpt-5", {"output_config": {"effort": "low"}}, "/chat/completions"),
        ("gpt-4.1", {}, "/chat/completions"),
    ],
)
def test_functions_go_by_responses_where_the_model_calls_them_there_alone(
    model: str, more: dict[str, Any], path: str
) -> None:
    assert asked(model, max_tokens=9, tools=[TOOL], **more).request.url.endswith(path)


def test_a_chat_with_functions_gets_an_answer_too() -> None:
    exchange = asked("gpt-5.6", "openai-chat", tools=[FUNCTION], temperature=0.2, reasoning_effort="high")
    body = sent(exchange)
    assert exchange.request.url.endswith("/v1/responses")
    assert body["tools"][0]["name"] == "look"
    assert body["reasoning"] == {"effort": "high", "summary": "auto"}
    assert exchange.dropped == ("temperature",)
    call = {"type": "function_call", "call_id": "call_1", "name": "look", "arguments": "{}"}
    answer = {"id": "resp_1", "object": "response", "status": "completed", "model": "gpt-5.6", "output": [call]}
    choice = json.loads(replied(exchange, answer).body)["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["tool_calls"][0]["function"]["name"] == "look"


@pytest.mark.parametrize("more", [{}, {"tools": [FUNCTION], "reasoning_effort": "none"}])
def test_a_chat_that_needs_no_change_passes_as_it_is(more: dict[str, Any]) -> None:
    exchange = asked("gpt-5.6", "openai-chat", temperature=0.2, **more)
    assert sent(exchange) == {"model": "gpt-5.6", "messages": [USER], "temperature": 0.2, **more}


def test_other_vendors_of_the_format_know_for_themselves() -> None:
    to = target("openai", "openai/gpt-5.6", **find_vendor("openrouter").profile)
    document = {"model": "m", "max_tokens": 9, "messages": [USER], "tools": [TOOL], "temperature": 0.2}
    exchange = opened("anthropic-messages", document, to)
    assert exchange.request.url.endswith("/chat/completions")
    assert sent(exchange)["temperature"] == 0.2


LOOSE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "days": {"type": "array"},
        "type": {"type": ["array", "null"], "default": [{"type": "array"}]},
        "kept": {"type": "array", "items": {"type": "string"}},
        "any": {"anyOf": [{"type": "array"}, {"type": "object"}]},
    },
}


@pytest.mark.parametrize("model", ["gpt-4o-mini", "gpt-5.2"])
def test_schemas_of_functions_have_what_openai_demands(model: str) -> None:
    tools = [{"name": "look", "input_schema": LOOSE}, {"name": "ping", "input_schema": {"type": "object"}}]
    request = {"model": "public", "max_tokens": 2000, "thinking": {"type": "adaptive"}, "tools": tools}
    request |= {"output_config": {"effort": "low"}, "messages": [{"role": "user", "content": "Hi"}]}
    to = target("openai", model, gpt_models=True, responses_path="/responses")
    sent_tools = sent(opened("anthropic-messages", request, to))["tools"]
    look, ping = (tool.get("function", tool)["parameters"] for tool in sent_tools)
    assert ping == {"type": "object", "properties": {}}
    assert look["properties"] == {
        "days": {"type": "array", "items": {}},
        "type": {"type": ["array", "null"], "default": [{"type": "array"}], "items": {}},
        "kept": {"type": "array", "items": {"type": "string"}},
        "any": {"anyOf": [{"type": "array", "items": {}}, {"type": "object"}]},
    }
    others = sent(opened("anthropic-messages", request, target("openai", model)))["tools"]
    assert [tool["function"]["parameters"] for tool in others] == [LOOSE, {"type": "object"}]
