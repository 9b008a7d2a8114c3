"""OpenAI's requests as Cohere and Ollama take them, and their streams."""

import json
import random
from typing import Any

import pytest

from inference.translation.answers import openai_stream
from inference.translation.calls import opened, replied, sent, streamed, target
from passgate.inference.translation import Target, UntranslatableError

TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"x":1}'}}
TALK = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Look"},
    {"role": "assistant", "content": None, "reasoning_content": "I will look.", "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "c1", "content": "seen"},
]
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


def ask(vendor: str, to: Target | None = None, **document: Any) -> tuple[Any, tuple[str, ...]]:
    asked = {"model": "m", "messages": TALK, **document}
    exchange = opened("openai-chat", asked, to or target(vendor))
    return sent(exchange), exchange.dropped


def test_cohere_takes_a_talk_with_tools() -> None:
    body, dropped = ask("cohere", tools=[TOOL], tool_choice={"type": "function", "function": {"name": "look"}}, top_k=3)
    assert dropped == ()
    assert body["messages"][2] == {"role": "assistant", "tool_calls": [CALL], "tool_plan": "I will look."}
    assert body["messages"][3] == {"role": "tool", "tool_call_id": "c1", "content": "seen"}
    assert (body["tool_choice"], body["k"]) == ("REQUIRED", 3)
    schema = {"type": "object"}
    wanted = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}
    body, dropped = ask("cohere", response_format=wanted, stop=["a"], reasoning_effort="none", top_p=0.5)
    assert body["response_format"] == {"type": "json_object", "json_schema": schema}
    assert (body["stop_sequences"], body["thinking"], body["p"]) == (["a"], {"type": "disabled"}, 0.5)
    assert dropped == ("response_format.json_schema.name",)


def strict_tool(name: str, *, strict: bool) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object"}, "strict": strict}}


def test_cohere_is_strict_with_all_tools_or_with_none() -> None:
    one, other = strict_tool("one", strict=True), strict_tool("other", strict=False)
    body, dropped = ask("cohere", tools=[one, {**one, "function": {**one["function"], "name": "too"}}])
    assert (body["strict_tools"], dropped) == (True, ())
    body, dropped = ask("cohere", tools=[one, other])
    assert "strict_tools" not in body
    assert dropped == ("tools.strict",)
    body, dropped = ask("cohere", tools=[other])
    assert "strict_tools" not in body
    assert dropped == ()


@pytest.mark.parametrize("vendor", ["bedrock", "cohere", "gemini", "ollama", "openai"])
def test_a_tool_added_in_the_midst_of_a_talk_is_refused_and_not_forgotten(vendor: str) -> None:
    added = {"type": "tool_addition", "tool": {"type": "tool_reference", "tool_name": "look"}}
    talk = [{"role": "user", "content": "Look"}, {"role": "system", "content": [added]}]
    with pytest.raises(UntranslatableError) as refused:
        opened("anthropic-messages", {"model": "m", "max_tokens": 9, "messages": talk}, target(vendor))
    assert refused.value.field == "messages[1].content[0]"


def test_gemini_is_told_that_a_picture_without_an_ending_is_a_picture() -> None:
    picture = {"type": "image_url", "image_url": {"url": "https://e.example/picture"}}
    body, _ = ask("gemini", messages=[{"role": "user", "content": [picture]}])
    told = {"fileUri": "https://e.example/picture", "mimeType": "image/jpeg"}
    assert body["contents"][0]["parts"] == [{"fileData": told}]


def test_ollama_takes_a_talk_with_tools_pictures_and_room() -> None:
    to = Target("ollama", "http://localhost:11434/v1", None, "qwen3", context_window=16384)
    body, dropped = ask("ollama", to, tools=[TOOL], max_tokens=9, seed=1, top_k=3, reasoning_effort="low", stop="END")
    assert dropped == ("reasoning_effort",)  # that it thinks is said, how much cannot be
    function = {"name": "look", "arguments": {"x": 1}}
    assert body["messages"][2] == {
        "role": "assistant",
        "content": "",
        "thinking": "I will look.",
        "tool_calls": [{"id": "c1", "function": function}],
    }
    assert body["messages"][3] == {"role": "tool", "content": "seen", "tool_name": "look", "tool_call_id": "c1"}
    assert body["options"] == {"seed": 1, "top_k": 3, "num_predict": 9, "stop": ["END"], "num_ctx": 16384}
    assert body["think"] is True
    assert ask("ollama", Target("ollama", "http://x", None, "gpt-oss:20b"), reasoning_effort="low")[0]["think"] == "low"
    body, dropped = ask(
        "ollama", messages=[{"role": "user", "content": [PICTURE]}], tools=[TOOL], tool_choice="required"
    )
    assert body["messages"] == [{"role": "user", "content": "", "images": ["AAAA"]}]
    assert dropped == ("tool_choice",)


@pytest.mark.parametrize("vendor", ["cohere", "ollama"])
def test_what_they_cannot_take_is_refused_by_name(vendor: str) -> None:
    sound = {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}
    with pytest.raises(UntranslatableError) as refused:
        ask(vendor, messages=[{"role": "user", "content": [sound]}])
    assert refused.value.field == "messages[0].content[0]"
    with pytest.raises(UntranslatableError, match="one answer"):
        ask(vendor, n=2)


def sse(kind: str, **more: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **more})}\n\n".encode()


def message(**told: Any) -> dict[str, Any]:
    return {"message": told}


COHERE_STREAM = b"".join(
    (
        sse("message-start", id="c-1", delta=message(role="assistant")),
        sse("tool-plan-delta", delta=message(tool_plan="I will look.")),
        sse("content-start", index=0, delta=message(content={"type": "text", "text": ""})),
        sse("content-delta", index=0, delta=message(content={"text": "Hel"})),
        sse("content-delta", index=0, delta=message(content={"text": "lo"})),
        sse("content-end", index=0),
        sse(
            "tool-call-start",
            index=0,
            delta=message(tool_calls={"id": "t1", "type": "function", "function": {"name": "look", "arguments": ""}}),
        ),
        sse("tool-call-delta", index=0, delta=message(tool_calls={"function": {"arguments": '{"x":'}})),
        sse("tool-call-delta", index=0, delta=message(tool_calls={"function": {"arguments": "1}"}})),
        sse("tool-call-end", index=0),
        sse(
            "message-end",
            delta={
                "finish_reason": "TOOL_CALL",
                "usage": {
                    "billed_units": {"input_tokens": 5, "output_tokens": 7},
                    "tokens": {"input_tokens": 500, "output_tokens": 9},
                },
            },
        ),
    )
)
LINES = [
    {"message": {"role": "assistant", "content": "", "thinking": "I will look."}, "done": False},
    {"message": {"role": "assistant", "content": "Hel"}, "done": False},
    {"message": {"role": "assistant", "content": "lo"}, "done": False},
    {
        "message": {"content": "", "tool_calls": [{"id": "t1", "function": {"name": "look", "arguments": {"x": 1}}}]},
        "done": False,
    },
    {"message": {"content": ""}, "done": True, "done_reason": "stop", "prompt_eval_count": 5, "eval_count": 7},
]
OLLAMA_STREAM = b"".join(
    json.dumps({"model": "qwen3", "created_at": "2026-11-23T10:00:00.123456789Z", **line}).encode() + b"\n"
    for line in LINES
)
STREAMS = {"cohere": COHERE_STREAM, "ollama": OLLAMA_STREAM}


@pytest.mark.parametrize("vendor", STREAMS)
def test_streams_fold_to_the_same_answer_wherever_they_are_cut(vendor: str) -> None:
    asked = {"model": "m", "messages": TALK, "stream": True, "stream_options": {"include_usage": True}}
    body = STREAMS[vendor]

    def run(*pieces: bytes) -> tuple[bytes, str | None]:
        return streamed(opened("openai-chat", asked, target(vendor)), *pieces)

    whole = run(body)
    assert whole[1] is None
    answer = openai_stream(whole[0])
    assert (answer.text, answer.thinking, answer.stop) == ("Hello", "I will look.", "tool_calls")
    assert answer.calls == [("t1", "look", {"x": 1})]
    assert answer.usage is not None
    assert (answer.usage["input"], answer.usage["output"]) == (5, 7)
    for seed in range(20):
        dice = random.Random(seed)  # noqa: S311 - the same cuts in every run
        places = sorted(dice.randrange(len(body) + 1) for _ in range(12))
        assert run(*[body[a:b] for a, b in zip([0, *places], [*places, len(body)], strict=True)]) == whole
    half = b"".join(body.splitlines(keepends=True)[: 6 if vendor == "cohere" else 2])
    assert run(half)[1] == "vendor_stream_truncated"


@pytest.mark.parametrize(
    ("vendor", "last", "code"),
    [
        ("cohere", sse("message-end", delta={"finish_reason": "ERROR", "error": "It broke."}), "vendor_error"),
        ("ollama", b'{"error":"It broke."}\n', "vendor_error"),
    ],
)
def test_an_error_in_the_midst_of_a_stream_is_told(vendor: str, last: bytes, code: str) -> None:
    asked = {"model": "m", "messages": TALK, "stream": True}
    begun = STREAMS[vendor].splitlines(keepends=True)[: 3 if vendor == "cohere" else 1]
    out, error = streamed(opened("openai-chat", asked, target(vendor)), *begun, last)
    assert error == code
    assert b"It broke." in out


def test_whole_answers_and_embeddings_of_ollama() -> None:
    exchange = opened("openai-chat", {"model": "m", "messages": TALK}, target("ollama"))
    told = {"role": "assistant", "content": "Hello", "thinking": "Hm"}
    counts = {"prompt_eval_count": 5, "eval_count": 7}
    reply = replied(exchange, {"model": "qwen3", "message": told, "done": True, "done_reason": "length", **counts})
    document = json.loads(reply.body)
    assert document["choices"][0]["message"]["content"] == "Hello"
    assert document["choices"][0]["finish_reason"] == "length"
    assert document["id"].startswith("gen-")
    assert document["usage"]["total_tokens"] == 12
    asked = {"model": "e", "input": ["a", "b"], "encoding_format": "base64"}
    exchange = opened("openai-embeddings", asked, target("ollama"))
    assert exchange.request.url == "http://localhost:11434/api/embed"
    reply = replied(exchange, {"model": "e", "embeddings": [[0.5, 1], [2, 3]], "prompt_eval_count": 2})
    data = json.loads(reply.body)["data"]
    assert data[0]["embedding"] == "AAAAPwAAgD8="
    few = replied(exchange, {"model": "e", "embeddings": [[0.5, 1]], "prompt_eval_count": 2})
    assert (few.status, few.error_code) == (502, "vendor_invalid_response")
    missing = replied(exchange, {"error": "model 'e' not found"}, 404)
    assert (missing.status, json.loads(missing.body)["error"]["message"]) == (404, "model 'e' not found")


def test_tokens_and_streams_of_embeddings_are_refused() -> None:
    with pytest.raises(UntranslatableError, match="tokens"):
        opened("openai-embeddings", {"model": "e", "input": [1, 2]}, target("cohere"))
