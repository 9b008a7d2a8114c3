"""OpenAI's requests as Converse takes them, and who signs them."""

import base64
import json
from typing import Any

import pytest

from fake_vendor import event_stream_message
from inference.translation.calls import opened, replied, sent, streamed, target
from passgate.inference.translation import Target, UntranslatableError

CLAUDE = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
TOOL = {
    "type": "function",
    "function": {
        "name": "look",
        "description": "Looks",
        "parameters": {"type": "object", "properties": {"x": {"type": "string"}}},
    },
}
PNG = base64.b64encode(b"png").decode()


def ask(document: dict[str, Any], model: str = CLAUDE) -> tuple[Any, tuple[str, ...]]:
    messages = document.pop("messages", [{"role": "user", "content": "Hi"}])
    exchange = opened("openai-chat", {"model": "m", "messages": messages, **document}, target("bedrock", model))
    return sent(exchange), exchange.dropped


def test_a_talk_with_tools_and_pictures() -> None:
    call = {"id": "functions.look:0", "type": "function", "function": {"name": "look", "arguments": '{"x":"y"}'}}
    body, dropped = ask(
        {
            "messages": [
                {"role": "system", "content": "Be brief."},
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "What is it?"},
                        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}},
                        {
                            "type": "file",
                            "file": {"filename": "a_b.pdf", "file_data": f"data:application/pdf;base64,{PNG}"},
                        },
                    ],
                },
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "functions.look:0", "content": "seen"},
                {"role": "user", "content": "And?"},
            ],
            "tools": [TOOL],
            "tool_choice": "required",
            "max_tokens": 50,
            "temperature": 0.5,
            "top_p": 0.9,
            "stop": ["END", " "],
            "service_tier": "flex",
        }
    )
    assert dropped == ("stop", "top_p")
    assert body["system"] == [{"text": "Be brief."}]
    said, answered, results = body["messages"]
    assert said["content"][1] == {"image": {"format": "png", "source": {"bytes": PNG}}}
    assert said["content"][2] == {"document": {"format": "pdf", "name": "a b pdf", "source": {"bytes": PNG}}}
    used = {"toolUseId": "functions_look_0", "name": "look", "input": {"x": "y"}}
    assert answered == {"role": "assistant", "content": [{"toolUse": used}]}
    result = {"toolUseId": "functions_look_0", "content": [{"text": "seen"}]}
    assert results == {"role": "user", "content": [{"toolResult": result}, {"text": "And?"}]}
    assert body["inferenceConfig"] == {"maxTokens": 50, "temperature": 0.5, "stopSequences": ["END"]}
    assert body["toolConfig"]["toolChoice"] == {"any": {}}
    assert body["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"]["properties"] == {"x": {"type": "string"}}
    assert body["serviceTier"] == {"type": "flex"}


def test_ways_to_think_by_family() -> None:
    body, dropped = ask({"reasoning_effort": "low", "max_tokens": 8000, "temperature": 0.5})
    assert body["additionalModelRequestFields"] == {"thinking": {"type": "enabled", "budget_tokens": 2048}}
    assert body["inferenceConfig"] == {"maxTokens": 8000}
    assert dropped == ("temperature",)
    body, _ = ask({"reasoning_effort": "high"}, "global.amazon.nova-2-lite-v1:0")
    config = {"type": "enabled", "maxReasoningEffort": "high"}
    assert body["additionalModelRequestFields"] == {"reasoningConfig": config}
    body, _ = ask({"reasoning_effort": "minimal"}, "openai.gpt-oss-120b-1:0")
    assert body["additionalModelRequestFields"] == {"reasoning_effort": "low"}
    body, dropped = ask({"reasoning_effort": "high", "top_k": 3}, "meta.llama3-3-70b-instruct-v1:0")
    assert "additionalModelRequestFields" not in body
    assert dropped == ("top_k", "reasoning_effort")


def test_a_schema_and_caching_marks() -> None:
    schema = {"type": "object", "properties": {}}
    body, dropped = ask(
        {
            "messages": [
                {
                    "role": "user",
                    "content": [{"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
                }
            ],
            "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}},
        }
    )
    assert dropped == ()
    told = body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]
    assert (told["name"], json.loads(told["schema"])) == ("n", schema)
    assert body["messages"][0]["content"][1] == {"cachePoint": {"type": "default", "ttl": "1h"}}


def test_tools_that_are_forbidden_are_not_offered() -> None:
    body, dropped = ask({"tools": [TOOL], "tool_choice": "none"})
    assert ("toolConfig" in body, dropped) == (False, ())


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ({"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}, "s3://"),
        ({"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}, "sound"),
    ],
)
def test_what_bedrock_cannot_take_is_refused_by_name(part: Any, reason: str) -> None:
    with pytest.raises(UntranslatableError, match=reason) as refused:
        ask({"messages": [{"role": "user", "content": [part]}]})
    assert refused.value.field == "messages[0].content[0]"


def test_thoughts_survive_a_round_trip() -> None:
    asked = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 5000}
    exchange = opened("anthropic-messages", asked, target("bedrock", CLAUDE))
    redacted = base64.b64encode(b"EuQF").decode()
    content = [
        {"reasoningContent": {"reasoningText": {"text": "Hm", "signature": "sig"}}},
        {"reasoningContent": {"redactedContent": redacted}},
        {"text": "Yes"},
    ]
    usage = {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}
    answer = {"output": {"message": {"content": content}}, "stopReason": "end_turn", "usage": usage}
    blocks = json.loads(replied(exchange, answer).body)["content"]
    assert blocks[0] == {"type": "thinking", "thinking": "Hm", "signature": "sig"}
    assert blocks[1] == {"type": "redacted_thinking", "data": "EuQF"}
    asked["messages"] += [{"role": "assistant", "content": blocks}, {"role": "user", "content": "Go on"}]
    again = sent(opened("anthropic-messages", asked, target("bedrock", CLAUDE)))
    assert again["messages"][1]["content"] == content


def test_a_stream_of_tool_calls_thoughts_and_an_error() -> None:
    events = [
        ("messageStart", {"role": "assistant"}),
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "Hm"}}}),
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": "sig"}}}),
        ("contentBlockStart", {"contentBlockIndex": 1, "start": {"toolUse": {"toolUseId": "t1", "name": "look"}}}),
        ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"toolUse": {"input": '{"x":1}'}}}),
        ("contentBlockStop", {"contentBlockIndex": 1}),
        ("contentBlockStart", {"contentBlockIndex": 2, "start": {"toolUse": {"toolUseId": "t2", "name": "go"}}}),
        ("contentBlockStop", {"contentBlockIndex": 2}),
    ]
    body = b"".join(event_stream_message(name, told) for name, told in events)
    asked = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "stream": True}
    stop = event_stream_message("messageStop", {"stopReason": "tool_use"})
    out, error = streamed(opened("openai-chat", asked, target("bedrock", CLAUDE)), body, stop)
    assert error is None
    assert b'"reasoning_content":"Hm"' in out
    assert b'"signature":"sig"' in out
    assert out.count(b'"arguments":"{}"') == 1
    assert b'"finish_reason":"tool_calls"' in out
    thrown = event_stream_message("throttlingException", {"message": "Too fast."}, kind="exception")
    out, error = streamed(opened("openai-chat", asked, target("bedrock", CLAUDE)), body, thrown)
    assert error == "vendor_rate_limited"
    assert b"Too fast." in out


def test_calls_are_signed_for_the_regions_host() -> None:
    def asked(key: str) -> tuple[str, Any]:
        to = Target("bedrock", "https://bedrock-runtime.eu-west-1.amazonaws.com", key, CLAUDE)
        request = opened("openai-chat", {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}, to).request
        return request.url, request.headers

    url, headers = asked("AKIA:secret")
    assert url.endswith("/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse")
    assert "Credential=AKIA/20231114/eu-west-1/bedrock/aws4_request" in headers["authorization"]
    assert headers["x-amz-date"] == "20231114T221320Z"
    assert asked("ABSKkey")[1]["authorization"] == "Bearer ABSKkey"


@pytest.mark.parametrize(
    ("model", "texts", "field"),
    [("amazon.titan-embed-text-v2:0", ["a", "b"], "input"), ("meta.llama3-3-70b-instruct-v1:0", ["a"], "model")],
)
def test_embeddings_that_cannot_be_asked_for_are_refused_by_name(model: str, texts: list[str], field: str) -> None:
    with pytest.raises(UntranslatableError) as refused:
        opened("openai-embeddings", {"model": "e", "input": texts}, target("bedrock", model))
    assert refused.value.field == field


def test_calls_of_tools_that_are_offered_no_more_stand_beside_definitions() -> None:
    """Converse: "The toolConfig field must be defined when using toolUse and toolResult content blocks."."""
    calls = [
        {"id": f"c{number}", "type": "function", "function": {"name": name, "arguments": "{}"}}
        for number, name in enumerate(("look", "read", "look"))
    ]
    results = [{"role": "tool", "tool_call_id": call["id"], "content": "x"} for call in calls]
    talk = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": None, "tool_calls": calls}, *results]
    body, dropped = ask({"messages": [*talk, {"role": "user", "content": "Sum it up."}]})
    specs = [tool["toolSpec"] for tool in body["toolConfig"]["tools"]]
    assert [(spec["name"], spec["inputSchema"]) for spec in specs] == [
        ("look", {"json": {"type": "object"}}),
        ("read", {"json": {"type": "object"}}),
    ]
    assert all("answer without it" in spec["description"] for spec in specs)
    assert dropped == ()
