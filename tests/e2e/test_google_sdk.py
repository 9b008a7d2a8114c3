"""Google's own SDK through the real Envoy, to a Gemini vendor and to others; others' SDKs to a Gemini model."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import anthropic
import httpx
import openai
import pytest
from google import genai
from google.genai import errors, types

from e2e.running import Administrator, running, set_up
from fake_vendor import FakeVendor, anthropic_message, openai_chat, openai_embeddings, openai_stream
from fake_vendor.reply import Reply, json_reply, stream_reply

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SIGNATURE = base64.b64encode(b"signed by google").decode()
USAGE = {"promptTokenCount": 7, "candidatesTokenCount": 3, "thoughtsTokenCount": 2, "totalTokenCount": 12}
GENERATE = "/v1beta/models/gemini-3-pro:generateContent"
STREAM = "/v1beta/models/gemini-3-pro:streamGenerateContent"
CHAT = "/v1/chat/completions"
MESSAGES = "/v1/messages"
WEATHER = types.FunctionDeclaration(
    name="weather",
    description="The weather of a city",
    parameters_json_schema={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)


def generated(*parts: dict[str, Any], reason: str | None = "STOP") -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": list(parts)}, "index": 0}
    if reason is not None:
        candidate["finishReason"] = reason
    return {"candidates": [candidate], "usageMetadata": USAGE, "modelVersion": "gemini-3-pro", "responseId": "r1"}


def generated_stream(*documents: dict[str, Any]) -> Reply:
    return stream_reply([b"data: " + json.dumps(document).encode() + b"\r\n\r\n" for document in documents])


@dataclass
class Stage:
    ada: Administrator
    vendor: FakeVendor
    token: str
    google: genai.Client

    @property
    def url(self) -> str:
        return self.ada.passgate.url

    def last(self) -> Any:
        """What the vendor was asked last."""
        return self.vendor.requests[-1].json()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with running(tmp_path_factory.mktemp("google") / "data") as passgate, FakeVendor() as vendor:
        ada = set_up(passgate)
        listed = {"models": [{"name": f"models/{name}"} for name in ("gemini-3-pro", "gemini-embedding-2")]}
        vendor.reply("/v1beta/models", json_reply(listed))
        models = [{"id": "gpt-4o-mini"}, {"id": "text-embedding-3-small"}, {"id": "claude-test"}]
        vendor.reply("/v1/models", json_reply({"data": models}))
        ada.provider("gemini", vendor.url, "gemini-3-pro", "gemini-embedding-2")
        ada.provider("openai", f"{vendor.url}/v1", "gpt-4o-mini", "text-embedding-3-small")
        ada.provider("anthropic", vendor.url, "claude-test")
        token, _ = ada.token(ada.application("google"))
        ada.in_force()
        with genai.Client(api_key=token, http_options=types.HttpOptions(base_url=passgate.url)) as google:
            yield Stage(ada, vendor, token, google)


def test_text_passes_unchanged(stage: Stage) -> None:
    answer = generated({"text": "Hello", "thoughtSignature": SIGNATURE})
    stage.vendor.reply(GENERATE, json_reply(answer))
    config = types.GenerateContentConfig(system_instruction="Be brief.", temperature=0.5, top_k=3, stop_sequences=["x"])
    found = stage.google.models.generate_content(model="gemini-3-pro", contents="Hi", config=config)
    assert found.text == "Hello"
    assert found.usage_metadata is not None
    assert found.usage_metadata.thoughts_token_count == 2
    asked = stage.vendor.requests[-1]
    assert asked.headers["x-goog-api-key"] == "sk-vendor-secret"
    assert stage.token not in str(asked.headers) + asked.query
    body = b'{"contents":[{"parts":[{"text":"Hi"}]}], "a_new_field": 1e2}'
    for where in ({"params": {"key": stage.token}}, {"headers": {"x-goog-api-key": stage.token}}):
        raw = httpx.post(stage.url + GENERATE, content=body, **where)
        assert raw.content == json.dumps(answer).encode()
        assert stage.vendor.requests[-1].body == body
        assert "key" not in stage.vendor.requests[-1].query


def test_streams_as_events_and_as_an_array(stage: Stage) -> None:
    pieces = [generated({"text": "Hel"}, reason=None), generated({"text": "lo"})]
    stage.vendor.reply(STREAM, generated_stream(*pieces))
    found = stage.google.models.generate_content_stream(model="gemini-3-pro", contents="Hi")
    assert "".join(chunk.text or "" for chunk in found) == "Hello"
    body = {"contents": [{"parts": [{"text": "Hi"}]}]}
    array = httpx.post(stage.url + STREAM, json=body, headers={"x-goog-api-key": stage.token})
    assert array.headers["content-type"].startswith("application/json")
    assert array.json() == pieces
    assert stage.vendor.requests[-1].query == "alt=sse"


@pytest.mark.parametrize(("model", "path"), [("gpt-4o-mini", CHAT), ("claude-test", MESSAGES)])
def test_text_and_pictures_reach_other_vendors(stage: Stage, model: str, path: str) -> None:
    stage.vendor.reply(path, openai_chat("Hello") if path == CHAT else anthropic_message("Hello"))
    config = types.GenerateContentConfig(system_instruction="Be brief.", max_output_tokens=50)
    contents: list[Any] = ["Look", types.Part.from_bytes(data=PICTURE, mime_type="image/png")]
    found = stage.google.models.generate_content(model=model, contents=contents, config=config)
    assert found.text == "Hello"
    assert found.usage_metadata is not None
    assert found.usage_metadata.prompt_token_count
    asked = json.dumps(stage.last())
    assert "Be brief." in asked
    assert base64.b64encode(PICTURE).decode() in asked


def tool_config(mode: str, *names: str) -> types.GenerateContentConfig:
    calling = types.FunctionCallingConfig(mode=mode, allowed_function_names=list(names) or None)
    return types.GenerateContentConfig(
        tools=[types.Tool(function_declarations=[WEATHER])],
        tool_config=types.ToolConfig(function_calling_config=calling),
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )


@pytest.mark.parametrize(
    ("config", "to_openai", "to_anthropic"),
    [
        (tool_config("AUTO"), "auto", {"type": "auto"}),
        (tool_config("NONE"), "none", {"type": "none"}),
        (tool_config("ANY"), "required", {"type": "any"}),
        (tool_config("VALIDATED"), "auto", {"type": "auto"}),
        (
            tool_config("ANY", "weather"),
            {"type": "function", "function": {"name": "weather"}},
            {"type": "tool", "name": "weather"},
        ),
    ],
)
def test_every_choice_of_tools(
    stage: Stage, config: types.GenerateContentConfig, to_openai: Any, to_anthropic: Any
) -> None:
    stage.vendor.reply(CHAT, openai_chat())
    stage.vendor.reply(MESSAGES, anthropic_message())
    stage.vendor.reply(GENERATE, json_reply(generated({"text": "x"})))
    for model, wanted in (("gpt-4o-mini", to_openai), ("claude-test", to_anthropic)):
        stage.google.models.generate_content(model=model, contents="Hi", config=config)
        assert stage.last()["tool_choice"] == wanted
        assert "weather" in json.dumps(stage.last()["tools"])
    stage.google.models.generate_content(model="gemini-3-pro", contents="Hi", config=config)
    assert stage.last()["toolConfig"]["functionCallingConfig"]["mode"]


def openai_tool_call() -> Reply:
    call = {"id": "call_9", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Oslo"}'}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    usage = {"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 10}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    return json_reply({"id": "c", "object": "chat.completion", "created": 1, "choices": [choice], "usage": usage})


def anthropic_tool_call() -> Reply:
    content = [
        {"type": "thinking", "thinking": "Hm.", "signature": "anthropic signed"},
        {"type": "redacted_thinking", "data": "hidden"},
        {"type": "tool_use", "id": "toolu_9", "name": "weather", "input": {"city": "Oslo"}},
    ]
    usage = {"input_tokens": 5, "output_tokens": 5}
    message = {"id": "m", "type": "message", "role": "assistant", "model": "claude-test", "content": content}
    return json_reply({**message, "stop_reason": "tool_use", "stop_sequence": None, "usage": usage})


def talk(stage: Stage, model: str) -> Any:
    """Two turns with a tool, the first answer sent back as the SDK keeps it; gives the second request."""
    client, config = stage.google, tool_config("AUTO")
    first = client.models.generate_content(model=model, contents="Weather in Oslo?", config=config)
    assert first.function_calls is not None
    assert [(call.name, call.args) for call in first.function_calls] == [("weather", {"city": "Oslo"})]
    assert first.candidates is not None
    result = types.Part.from_function_response(name="weather", response={"sky": "clear"})
    if result.function_response is not None:
        result.function_response.id = first.function_calls[0].id
    contents: list[Any] = [
        types.UserContent("Weather in Oslo?"),
        first.candidates[0].content,
        types.UserContent([result]),
    ]
    client.models.generate_content(model=model, contents=contents, config=config)
    return stage.last()


def test_tools_and_thoughts_survive_the_round_trip(stage: Stage) -> None:
    stage.vendor.reply(CHAT, openai_tool_call(), openai_chat("Clear."))
    sent = talk(stage, "gpt-4o-mini")["messages"]
    assert sent[1]["tool_calls"][0]["id"] == sent[2]["tool_call_id"] == "call_9"
    assert json.loads(sent[2]["content"]) == {"sky": "clear"}

    stage.vendor.reply(MESSAGES, anthropic_tool_call(), anthropic_message("Clear."))
    sent = talk(stage, "claude-test")["messages"]
    assert sent[1]["content"] == [
        {"type": "thinking", "thinking": "Hm.", "signature": "anthropic signed"},
        {"type": "redacted_thinking", "data": "hidden"},
        {"type": "tool_use", "id": "toolu_9", "name": "weather", "input": {"city": "Oslo"}},
    ]
    assert sent[2]["content"][0]["tool_use_id"] == "toolu_9"

    call = {"functionCall": {"name": "weather", "args": {"city": "Oslo"}}, "thoughtSignature": SIGNATURE}
    stage.vendor.reply(GENERATE, json_reply(generated(call)), json_reply(generated({"text": "Clear."})))
    assert talk(stage, "gemini-3-pro")["contents"][1]["parts"][0]["thoughtSignature"] == SIGNATURE


def test_structured_output(stage: Stage) -> None:
    schema = {"type": "OBJECT", "properties": {"n": {"type": "INTEGER", "nullable": True}}, "required": ["n"]}
    config = types.GenerateContentConfig(response_mime_type="application/json", response_schema=schema)
    stage.vendor.reply(CHAT, openai_chat('{"n": 1}'))
    found = stage.google.models.generate_content(model="gpt-4o-mini", contents="Hi", config=config)
    assert found.parsed == {"n": 1}
    wanted = {"type": "object", "properties": {"n": {"type": ["integer", "null"]}}, "required": ["n"]}
    assert stage.last()["response_format"]["json_schema"]["schema"] == wanted
    stage.vendor.reply(MESSAGES, anthropic_message('{"n": 1}'))
    stage.google.models.generate_content(model="claude-test", contents="Hi", config=config)
    assert stage.last()["output_config"]["format"]["schema"] == wanted


def test_thinking_and_what_is_dropped(stage: Stage) -> None:
    stage.vendor.reply(CHAT, openai_chat())
    thinking = types.ThinkingConfig(thinking_level=types.ThinkingLevel.HIGH, include_thoughts=True)
    safety = types.SafetySetting(
        category=types.HarmCategory.HARM_CATEGORY_HARASSMENT, threshold=types.HarmBlockThreshold.BLOCK_NONE
    )
    config = types.GenerateContentConfig(thinking_config=thinking, safety_settings=[safety], top_k=5)
    found = stage.google.models.generate_content(model="gpt-4o-mini", contents="Hi", config=config)
    assert "reasoning_effort" not in stage.last()  # the model does not think, and would answer with 400
    assert found.sdk_http_response is not None
    assert found.sdk_http_response.headers is not None
    dropped = found.sdk_http_response.headers["x-passgate-dropped"]
    assert dropped == "safetySettings, generationConfig.topK, generationConfig.thinkingConfig"


def test_streams_of_other_vendors(stage: Stage) -> None:
    stage.vendor.reply(CHAT, openai_stream(("Hel", "lo")))
    chat = stage.google.chats.create(model="gpt-4o-mini")
    assert "".join(chunk.text or "" for chunk in chat.send_message_stream("Hi")) == "Hello"
    stage.vendor.reply(CHAT, openai_chat("Again"))
    assert chat.send_message("And?").text == "Again"
    assert [message["content"] for message in stage.last()["messages"]] == ["Hi", "Hello", "And?"]


def test_embeddings(stage: Stage) -> None:
    vectors = {"embeddings": [{"values": [0.5, 0.25]}, {"values": [0.5, -1.0]}]}
    stage.vendor.reply("/v1beta/models/gemini-embedding-2:batchEmbedContents", json_reply(vectors))
    contents: list[Any] = [types.UserContent("a"), types.UserContent("b")]
    config = types.EmbedContentConfig(task_type="RETRIEVAL_QUERY", output_dimensionality=2)
    found = stage.google.models.embed_content(model="gemini-embedding-2", contents=contents, config=config)
    assert found.embeddings is not None
    assert [one.values for one in found.embeddings] == [[0.5, 0.25], [0.5, -1.0]]
    with openai.OpenAI(api_key=stage.token, base_url=f"{stage.url}/v1", max_retries=0) as client:
        made = client.embeddings.create(model="gemini-embedding-2", input=["a", "b"], dimensions=2)
    assert [row.embedding for row in made.data] == [[0.5, 0.25], [0.5, -1.0]]
    assert [one["outputDimensionality"] for one in stage.last()["requests"]] == [2, 2]
    stage.vendor.reply("/v1/embeddings", openai_embeddings(2))
    found = stage.google.models.embed_content(model="text-embedding-3-small", contents=contents)
    assert found.embeddings is not None
    assert [one.values for one in found.embeddings] == [[0.25, -0.5, 0.125]] * 2
    assert stage.last()["input"] == ["a", "b"]


def test_counting_tokens(stage: Stage) -> None:
    stage.vendor.reply("/v1beta/models/gemini-3-pro:countTokens", json_reply({"totalTokens": 12}))
    assert stage.google.models.count_tokens(model="gemini-3-pro", contents="Hi").total_tokens == 12
    stage.vendor.reply("/v1/messages/count_tokens", json_reply({"input_tokens": 9}))
    assert stage.google.models.count_tokens(model="claude-test", contents="Hi").total_tokens == 9
    stage.vendor.reply("/v1/responses/input_tokens", json_reply({"object": "response.input_tokens", "input_tokens": 7}))
    assert stage.google.models.count_tokens(model="gpt-4o-mini", contents="Hi").total_tokens == 7
    with anthropic.Anthropic(api_key=stage.token, base_url=stage.url, max_retries=0) as claude:
        for model, count in (("claude-test", 9), ("gemini-3-pro", 12), ("gpt-4o-mini", 7)):
            asked: Any = [{"role": "user", "content": "Hi"}]
            assert claude.messages.count_tokens(model=model, messages=asked).input_tokens == count


def test_models(stage: Stage) -> None:
    names = {model.name for model in stage.google.models.list()}
    assert {"models/gemini-3-pro", "models/gpt-4o-mini", "models/claude-test"} <= names
    found = stage.google.models.get(model="gpt-4o-mini")
    assert found.name == "models/gpt-4o-mini"
    small = stage.google.models.list(config={"page_size": 2})
    assert {model.name for model in small} == names


def status_of(call: Callable[[], object]) -> tuple[int, str | None]:
    with pytest.raises(errors.APIError) as raised:
        call()
    return raised.value.code, raised.value.status


def test_errors_in_google_s_words(stage: Stage) -> None:
    client = stage.google
    ask = client.models.generate_content
    assert status_of(lambda: ask(model="nothing", contents="Hi")) == (404, "NOT_FOUND")
    assert status_of(lambda: ask(model="gemini-embedding-2", contents="Hi")) == (400, "INVALID_ARGUMENT")
    search = types.GenerateContentConfig(tools=[types.Tool(google_search=types.GoogleSearch())])
    refused = lambda: ask(model="gpt-4o-mini", contents="Hi", config=search)  # noqa: E731 - named for its line
    assert status_of(refused) == (400, "INVALID_ARGUMENT")
    with genai.Client(api_key="nobody", http_options=types.HttpOptions(base_url=stage.url)) as stranger:
        assert status_of(lambda: stranger.models.generate_content(model="gemini-3-pro", contents="Hi"))[0] == 401
    limited = {"error": {"code": 429, "message": "Slow down.", "status": "RESOURCE_EXHAUSTED"}}
    stage.vendor.reply(GENERATE, json_reply(limited, status=429))
    assert status_of(lambda: ask(model="gemini-3-pro", contents="Hi")) == (429, "RESOURCE_EXHAUSTED")
    stage.vendor.reply(CHAT, json_reply({"error": {"message": "Slow down."}}, status=429))
    assert status_of(lambda: ask(model="gpt-4o-mini", contents="Hi")) == (429, "RESOURCE_EXHAUSTED")
    stage.vendor.reply(STREAM, generated_stream(generated({"text": "Hel"}, reason=None), limited))
    stream = client.models.generate_content_stream(model="gemini-3-pro", contents="Hi")
    assert status_of(lambda: list(stream)) == (429, "RESOURCE_EXHAUSTED")


def test_others_sdks_reach_a_gemini_model(stage: Stage) -> None:
    call = {"functionCall": {"name": "weather", "args": {"city": "Oslo"}}, "thoughtSignature": SIGNATURE}
    answers = json_reply(generated(call)), json_reply(generated({"text": "Clear."}))
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}

    stage.vendor.reply(GENERATE, *answers)
    with openai.OpenAI(api_key=stage.token, base_url=f"{stage.url}/v1", max_retries=0) as client:
        tool: Any = {"type": "function", "function": {"name": "weather", "parameters": schema}}
        messages: list[Any] = [{"role": "user", "content": "Weather?"}]
        message = (
            client.chat.completions.create(model="gemini-3-pro", messages=messages, tools=[tool]).choices[0].message
        )
        assert message.tool_calls
        messages += [message, {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "clear"}]
        last = client.chat.completions.create(model="gemini-3-pro", messages=messages, tools=[tool])
        assert last.choices[0].message.content == "Clear."
        check_talk(stage.last(), {"output": "clear"})

    stage.vendor.reply(GENERATE, *answers)
    with anthropic.Anthropic(api_key=stage.token, base_url=stage.url, max_retries=0) as claude:
        own: Any = {"name": "weather", "input_schema": schema}
        messages = [{"role": "user", "content": "Weather?"}]
        first = claude.messages.create(model="gemini-3-pro", max_tokens=99, messages=messages, tools=[own])
        assert first.stop_reason == "tool_use"
        result = {"type": "tool_result", "tool_use_id": first.content[-1].id, "content": "clear"}
        messages += [{"role": "assistant", "content": first.content}, {"role": "user", "content": [result]}]
        again = claude.messages.create(model="gemini-3-pro", max_tokens=99, messages=messages, tools=[own])
        assert again.content[0].text == "Clear."
        check_talk(stage.last(), {"output": "clear"})

        stage.vendor.reply(STREAM, generated_stream(generated({"text": "Hel"}, reason=None), generated({"text": "lo"})))
        with claude.messages.stream(model="gemini-3-pro", max_tokens=99, messages=messages[:1]) as stream:
            assert stream.get_final_text() == "Hello"


def check_talk(sent: Any, response: Any) -> None:
    """The call went back with Google's signature, and its result beside it."""
    (called,) = sent["contents"][1]["parts"]
    assert called["thoughtSignature"] == SIGNATURE
    assert called["functionCall"]["args"] == {"city": "Oslo"}
    answered = sent["contents"][2]["parts"][0]["functionResponse"]
    assert (answered["name"], answered["response"]) == ("weather", response)
    assert answered["id"] == called["functionCall"]["id"]
