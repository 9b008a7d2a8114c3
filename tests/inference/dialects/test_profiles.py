"""What the rows of OpenAI-compatible vendors change in a request."""

from typing import Any

import pytest

from inference.translation.calls import opened, sent, streamed, target
from passgate.catalog.vendors import Vendor, all_vendors, find_vendor
from passgate.inference.translation import Target

PLAIN = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


def to_vendor(name: str) -> Target:
    vendor = find_vendor(name)
    return Target(vendor.dialect, vendor.base_url, "key", "their/model", name, vendor.profile)


def from_anthropic(name: str, **more: Any) -> tuple[Any, tuple[str, ...]]:
    exchange = opened("anthropic-messages", {**PLAIN, "max_tokens": 9000, **more}, to_vendor(name))
    return sent(exchange), exchange.dropped


THINKING = {"type": "enabled", "budget_tokens": 4096}


@pytest.mark.parametrize(
    ("vendor", "member", "value"),
    [
        ("openai", "reasoning_effort", "medium"),
        ("deepseek", "thinking", {"type": "enabled"}),
        ("dashscope", "thinking_budget", 4096),
        ("openrouter", "reasoning", {"max_tokens": 4096}),
        ("vllm", "chat_template_kwargs", {"enable_thinking": True, "thinking": True}),
    ],
)
def test_each_vendor_is_told_to_think_in_its_own_way(vendor: str, member: str, value: Any) -> None:
    assert from_anthropic(vendor, thinking=THINKING)[0][member] == value


def test_thinking_is_switched_off() -> None:
    off = {"type": "disabled"}
    assert from_anthropic("dashscope", thinking=off)[0]["enable_thinking"] is False
    assert from_anthropic("zai", thinking=off)[0]["thinking"] == {"type": "disabled"}
    assert from_anthropic("openrouter", thinking=off)[0]["reasoning"] == {"enabled": False}


def test_a_vendor_without_schemas_is_asked_for_json() -> None:
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    body, dropped = from_anthropic("deepseek", output_config={"format": {"type": "json_schema", "schema": schema}})
    assert body["response_format"] == {"type": "json_object"}
    assert "output_config.format" in dropped


def test_what_a_vendor_needs_is_added_where_the_client_says_nothing() -> None:
    assert sent(opened("openai-chat", PLAIN, to_vendor("minimax")))["reasoning_split"] is True
    told = {**PLAIN, "reasoning_split": False}
    assert sent(opened("openai-chat", told, to_vendor("minimax")))["reasoning_split"] is False
    assert from_anthropic("minimax")[0]["reasoning_split"] is True
    asked = {"model": "e", "input": "a"}
    assert sent(opened("openai-embeddings", asked, to_vendor("nvidia")))["input_type"] == "passage"


def test_refused_and_renamed_members() -> None:
    asked = {**PLAIN, "seed": 3, "logit_bias": {"1": 1}, "max_completion_tokens": 5}
    exchange = opened("openai-chat", asked, to_vendor("mistral"))
    assert exchange.dropped == ("logit_bias",)
    assert (sent(exchange)["random_seed"], sent(exchange)["max_tokens"]) == (3, 5)


def test_azure_names_the_deployment_in_its_path_and_the_key_in_its_header() -> None:
    exchange = opened("openai-chat", PLAIN, to_vendor("azure-deployments"))
    wanted = "/openai/deployments/their%2Fmodel/chat/completions?api-version=2024-10-21"
    assert exchange.request.url == "https://your-resource.openai.azure.com" + wanted
    assert exchange.request.headers["api-key"] == "key"
    assert "authorization" not in exchange.request.headers
    newer = opened("openai-chat", PLAIN, to_vendor("azure")).request
    assert newer.url == "https://your-resource.openai.azure.com/openai/v1/chat/completions"


def test_a_stream_that_begins_with_what_azures_filters_say() -> None:
    asked = {**PLAIN, "max_tokens": 5, "stream": True}
    first = b'data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{}]}\n\n'
    choice = b'"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop","content_filter_results":{}}]'
    second = b'data: {"id":"chatcmpl-7","model":"gpt-4o",' + choice + b"}\n\ndata: [DONE]\n\n"
    out, error = streamed(opened("anthropic-messages", asked, target("openai")), first, second)
    assert error is None
    assert b"chatcmpl-7" in out


@pytest.mark.parametrize("vendor", [row for row in all_vendors() if row.dialect == "openai"], ids=lambda row: row.id)
def test_every_row_takes_a_request(vendor: Vendor) -> None:
    to = Target("openai", vendor.base_url or "https://v.example", "key", "m", vendor.id, vendor.profile)
    body = sent(opened("anthropic-messages", {**PLAIN, "max_tokens": 10, "temperature": 0.5, "user": None}, to))
    refused = set(vendor.profile.get("refuses", ()))
    assert not refused & body.keys()
    assert 10 in (body.get("max_tokens"), body.get("max_completion_tokens"))


@pytest.mark.parametrize(
    ("vendor", "most"), [("zai", 1), ("zhipu", 1), ("moonshot", 1), ("minimax", 1), ("mistral", 1.5)]
)
def test_a_higher_temperature_than_a_vendor_takes(vendor: str, most: float) -> None:
    body, dropped = from_anthropic(vendor, temperature=1.8)
    assert (body["temperature"], dropped) == (most, ("temperature",))
    assert from_anthropic(vendor, temperature=most)[1] == ()
    assert from_anthropic("vllm", temperature=3)[0]["temperature"] == 3


@pytest.mark.parametrize(
    ("vendor", "most"),
    [("openai", 4), ("deepseek", 16), ("deepinfra", 16), ("xai", 4), ("zai", 1), ("gemini", 5), ("cohere", 5)],
)
def test_more_stop_sequences_than_a_vendor_takes(vendor: str, most: int) -> None:
    stops = [f"END{number}" for number in range(most + 1)]
    body, dropped = from_anthropic(vendor, stop_sequences=stops)
    kept = body.get("stop") or body.get("stop_sequences") or body["generationConfig"]["stopSequences"]
    assert (kept, dropped) == (stops[:-1], ("stop_sequences",))
    assert from_anthropic(vendor, stop_sequences=stops[:-1])[1] == ()
    assert from_anthropic("vllm", stop_sequences=stops)[0]["stop"] == stops


@pytest.mark.parametrize(
    ("vendor", "refused"),
    [
        ("mistral", ["reasoning", "reasoning_content", "reasoning_details"]),
        ("groq", ["reasoning_content", "reasoning_details"]),
        ("vllm", []),
    ],
)
def test_thoughts_of_another_vendor_are_no_part_of_messages(vendor: str, refused: list[str]) -> None:
    """Clients that send messages back as they got them send what a translated answer told in members of its own."""
    thoughts: dict[str, Any] = {
        "reasoning": "Hm.",
        "reasoning_content": "Hm.",
        "reasoning_details": [{"type": "reasoning.text"}],
    }
    said = {"role": "assistant", "content": "Yes", "annotations": [], **thoughts}
    document = {**PLAIN, "messages": [PLAIN["messages"][0], said], "unheard_of": 1}
    exchange = opened("openai-chat", document, to_vendor(vendor))
    kept = {name: value for name, value in said.items() if name not in refused}
    assert sent(exchange) == {**document, "model": "their/model", "messages": [PLAIN["messages"][0], kept]}
    assert exchange.dropped == tuple(f"messages.{name}" for name in refused)
    plain = {**PLAIN, "reasoning_effort": "low"}
    assert sent(opened("openai-chat", plain, to_vendor("openai"))) == {**plain, "model": "their/model"}
