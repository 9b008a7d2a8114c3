"""Libraries that people build with, unchanged, as clients of the real Envoy: chats, streams, tools, structured answers.

The large ones are imported by their own tests alone: together they take ten seconds, which each collection would pay.
"""

import asyncio
import importlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import anthropic
import cohere
import httpx
import openai
import pytest
from pydantic import BaseModel, SecretStr

from e2e.running import Administrator, running, set_up, until
from fake_vendor import FakeVendor, VendorRequest, json_reply, openai_chat, openai_stream
from fake_vendor.file_store import FileStore
from fake_vendor.reply import Reply
from node_packages import node_with
from passgate.publishing.playground.answer import Answer
from passgate.publishing.playground.calling import call_model
from passgate.publishing.playground.question import picture, read_question
from passgate.publishing.prompts.gate import LocalGate

MODEL = "gpt-4o-mini"
ARGUMENTS = {"city": "Oslo"}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


class Weather(BaseModel):
    """The weather of a city."""

    city: str


@dataclass
class Stage:
    url: str
    token: str
    vendor: FakeVendor
    provider: str
    ada: Administrator


def answer(request: VendorRequest) -> Reply:
    """A call of the tool where there is one not called yet, JSON where JSON is asked for, words otherwise."""
    asked = request.json()
    called = any(message["role"] == "tool" for message in asked["messages"])
    if asked.get("tools") and not called:
        return tool_call(asked["tools"][0]["function"]["name"])
    if asked.get("response_format"):
        return openai_chat(json.dumps(ARGUMENTS))
    return openai_stream(["Hel", "lo"]) if asked.get("stream") else openai_chat("Hello")


def tool_call(name: str) -> Reply:
    call = {"id": "call_9", "type": "function", "function": {"name": name, "arguments": json.dumps(ARGUMENTS)}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    usage = {"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 10}
    document = {"id": "c", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice]}
    return json_reply({**document, "usage": usage})


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with running(tmp_path_factory.mktemp("libraries") / "data") as passgate, FakeVendor() as vendor:
        ada = set_up(passgate)
        vendor.reply("/v1/models", json_reply({"data": [{"id": MODEL}]}))
        vendor.reply("/v1/chat/completions", answer)
        provider = ada.provider("openai", f"{vendor.url}/v1", MODEL)
        ada.provider("cohere", vendor.url, "rerank-v3.5")
        application = ada.application("libraries")
        open_to = {"pass_through": True, "pass_through_applications": [application]}
        ada.request("PATCH", f"/providers/{provider}", open_to)
        token, _ = ada.token(application)
        ada.in_force()
        yield Stage(passgate.url, token, vendor, provider, ada)


def test_openai_tools_and_structured_answers(stage: Stage) -> None:
    with openai.OpenAI(base_url=f"{stage.url}/v1", api_key=stage.token, max_retries=0) as client:
        messages: list[Any] = [{"role": "user", "content": "Weather in Oslo?"}]
        found = client.chat.completions.parse(model=MODEL, messages=messages, response_format=Weather)
        assert found.choices[0].message.parsed == Weather(city="Oslo")
        tools: list[Any] = [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}]
        called = client.chat.completions.create(model=MODEL, messages=messages, tools=tools)
        assert called.choices[0].message.tool_calls is not None
        assert called.choices[0].message.tool_calls[0].id == "call_9"


def test_what_needs_stored_state_is_refused_by_name_and_reaches_no_vendor(stage: Stage) -> None:
    reference = [{"role": "user", "content": "Hi"}, {"type": "item_reference", "id": "msg_1"}]
    asked: list[tuple[str, dict[str, Any]]] = [
        ("input[1].id", {"input": reference}),
        ("previous_response_id", {"input": "Hi", "previous_response_id": "resp_1"}),
        ("conversation", {"input": "Hi", "conversation": {"id": "conv_1"}}),
        ("store", {"input": "Hi", "store": True}),
        ("background", {"input": "Hi", "background": True, "stream": True}),
    ]
    before = len(stage.vendor.requests)
    with openai.OpenAI(base_url=f"{stage.url}/v1", api_key=stage.token, max_retries=0) as client:
        for field, request in asked:
            with pytest.raises(
                openai.BadRequestError, match="needs stored conversation state, which is off"
            ) as refused:
                client.responses.create(model=MODEL, **request)
            assert (refused.value.param, refused.value.code) == (field, "unsupported_field")
        with pytest.raises(openai.NotFoundError, match="stores no conversations"):
            client.responses.retrieve("resp_1")
        with pytest.raises(openai.NotFoundError, match="reached at /providers/"):
            client.responses.compact(model=MODEL, input="Hi")
    assert len(stage.vendor.requests) == before


def test_a_provider_called_as_it_is(stage: Stage) -> None:
    base = f"{stage.url}/providers/{stage.provider}/v1"
    with openai.OpenAI(base_url=base, api_key=stage.token, max_retries=0) as client:
        messages: list[Any] = [{"role": "user", "content": "Hi"}]
        found = client.chat.completions.with_raw_response.create(model=MODEL, messages=messages)
        assert found.parse().choices[0].message.content == "Hello"
        assert stage.vendor.requests[-1].headers["authorization"] == "Bearer sk-vendor-secret"
        stream = client.chat.completions.create(model=MODEL, messages=messages, stream=True)
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices) == "Hello"
        stage.vendor.reply("/v1/files", json_reply({"id": "file-1", "object": "file"}))
        assert client.files.create(file=b"0" * 300_000, purpose="batch").id == "file-1"
    assert len(stage.vendor.requests[-1].body) > 300_000
    assert httpx.get(f"{base}/files").json()["error"]["code"] == "token_missing"
    request_id = found.headers["x-request-id"]

    usage = until(lambda: usage_of(stage, request_id), what="the call's row")
    assert (usage["format_in"], usage["tokens_in"], usage["cost_micro_dollars"]) == ("pass-through", 12, 7)


def test_files_and_batches(stage: Stage) -> None:
    store = FileStore(stage.vendor)
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Hi" * 100_000}]}
    line = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": body}
    other, _ = stage.ada.token(stage.ada.application("another"))
    stage.ada.in_force()
    with (
        openai.OpenAI(base_url=f"{stage.url}/v1", api_key=stage.token, max_retries=0) as client,
        openai.OpenAI(base_url=f"{stage.url}/v1", api_key=other, max_retries=0) as stranger,
    ):
        asked = client.files.create(file=("asked.jsonl", json.dumps(line).encode()), purpose="batch")
        made = client.batches.with_raw_response.create(
            input_file_id=asked.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        batch = made.parse()
        store.finish(next(iter(store.batches)))
        done = client.batches.retrieve(batch.id)
        assert done.output_file_id is not None
        assert b"custom_id" in client.files.content(done.output_file_id).content
        assert [one.id for one in client.batches.list()] == [batch.id]
        assert [one.filename for one in client.files.list()] == ["asked.jsonl"]
        assert list(stranger.files.list()) == list(stranger.batches.list()) == []
        for act in (stranger.files.retrieve, stranger.files.content, stranger.files.delete):
            with pytest.raises(openai.NotFoundError):
                act(asked.id)
        assert client.files.delete(asked.id).deleted
        content = os.urandom(300_000)
        whole = client.uploads.upload_file_chunked(
            file=content, filename="a.bin", bytes=len(content), mime_type="x/y", purpose="user_data", part_size=100_000
        )
        assert whole.file is not None
        assert client.files.content(whole.file.id).content == content
        with pytest.raises(openai.NotFoundError):
            stranger.uploads.cancel(whole.id)
    usage = until(lambda: usage_of(stage, made.headers["x-request-id"]), what="the batch's charge")
    assert (usage["format_in"], usage["vendor_model"], usage["tokens_in"]) == ("openai-batches", MODEL, 100)
    assert usage["cost_micro_dollars"] == 22  # half of 100 x 0.15 + 50 x 0.6, to the even neighbour


def usage_of(stage: Stage, request_id: str) -> Any:
    rows = stage.ada.get("/calls?limit=100")["items"]
    return next((row["usage"] for row in rows if row["request_id"] == request_id and row["usage"]), None)


def test_anthropic_tools(stage: Stage) -> None:
    with anthropic.Anthropic(base_url=stage.url, api_key=stage.token, max_retries=0) as client:
        tools: list[Any] = [{"name": "weather", "description": "", "input_schema": SCHEMA}]
        messages: list[Any] = [{"role": "user", "content": "Weather in Oslo?"}]
        found = client.messages.create(model=MODEL, max_tokens=50, messages=messages, tools=tools)
        assert found.stop_reason == "tool_use"
        assert found.content[0].input == ARGUMENTS  # type: ignore[union-attr]  # told by the stop reason


def test_cohere_reranks(stage: Stage) -> None:
    rows = [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.2}]
    stage.vendor.reply("/v2/rerank", json_reply({"id": "r", "results": rows, "meta": {}}))
    with httpx.Client() as connections:
        client = cohere.ClientV2(stage.token, base_url=stage.url, httpx_client=connections)
        found = client.rerank(model="rerank-v3.5", query="q", documents=["a", "b"])
    assert [(row.index, row.relevance_score) for row in found.results] == [(1, 0.9), (0, 0.2)]


def test_langchain(stage: Stage) -> None:
    from langchain_core.tools import tool  # noqa: PLC0415  # see above
    from langchain_openai import ChatOpenAI  # noqa: PLC0415  # see above

    @tool
    def weather(city: str) -> str:
        """The weather of a city."""
        return f"clear in {city}"

    key = SecretStr(stage.token)
    with httpx.Client() as own:
        chat = ChatOpenAI(model=MODEL, base_url=f"{stage.url}/v1", api_key=key, max_retries=0, http_client=own)
        assert chat.invoke("Hi").content == "Hello"
        assert "".join(str(chunk.content) for chunk in chat.stream("Hi")) == "Hello"
        called = chat.bind_tools([weather]).invoke("Weather in Oslo?")
        assert [(call["name"], call["args"]) for call in called.tool_calls] == [("weather", ARGUMENTS)]
        assert chat.with_structured_output(Weather).invoke("Weather in Oslo?") == Weather(city="Oslo")


LITELLM = """
import json, sys, litellm
base, token, schema = sys.argv[1:]
common = {"model": "openai/gpt-4o-mini", "api_base": base, "api_key": token, "max_retries": 0,
          "messages": [{"role": "user", "content": "Hi"}]}
whole = litellm.completion(**common).choices[0].message.content
streamed = "".join(chunk.choices[0].delta.content or "" for chunk in litellm.completion(**common, stream=True))
tools = [{"type": "function", "function": {"name": "weather", "parameters": json.loads(schema)}}]
called = litellm.completion(**common, tools=tools).choices[0].message.tool_calls[0].function.arguments
print(json.dumps({"whole": whole, "streamed": streamed, "called": json.loads(called)}))
"""


def test_litellm(stage: Stage) -> None:
    """In a process of its own: it leaves an event loop unclosed."""
    command = [sys.executable, "-c", LITELLM, f"{stage.url}/v1", stage.token, json.dumps(SCHEMA)]
    environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}  # it would fetch prices from the network
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == {"whole": "Hello", "streamed": "Hello", "called": ARGUMENTS}


def test_pydantic_ai(stage: Stage) -> None:
    from pydantic_ai import Agent  # noqa: PLC0415  # see above
    from pydantic_ai.models.openai import OpenAIChatModel  # noqa: PLC0415  # see above
    from pydantic_ai.providers.openai import OpenAIProvider  # noqa: PLC0415  # see above

    async def talk() -> tuple[str, str, Weather, str]:
        async with openai.AsyncOpenAI(base_url=f"{stage.url}/v1", api_key=stage.token, max_retries=0) as client:
            model = OpenAIChatModel(MODEL, provider=OpenAIProvider(openai_client=client))
            plain = Agent(model)
            whole = (await plain.run("Hi")).output
            async with plain.run_stream("Hi") as stream:
                streamed = await stream.get_output()
            structured = (await Agent(model, output_type=Weather).run("Weather in Oslo?")).output
            helped = Agent(model)

            @helped.tool_plain
            def weather(city: str) -> str:
                return f"clear in {city}"

            return whole, streamed, structured, (await helped.run("Weather in Oslo?")).output

    assert asyncio.run(talk()) == ("Hello", "Hello", Weather(city="Oslo"), "Hello")
    assert stage.vendor.requests[-1].json()["messages"][-1]["content"] == "clear in Oslo"


def test_instructor(stage: Stage) -> None:
    if importlib.util.find_spec("instructor") is None:
        pytest.skip("instructor is not installed: the lock for development has it")
    instructor = importlib.import_module("instructor")
    with openai.OpenAI(base_url=f"{stage.url}/v1", api_key=stage.token, max_retries=0) as plain:
        client = instructor.from_openai(plain)
        messages = [{"role": "user", "content": "Weather in Oslo?"}]
        found = client.chat.completions.create(model=MODEL, response_model=Weather, messages=messages)
        assert isinstance(found, Weather)  # of a class of instructor's below it
        assert found.city == "Oslo"


VERCEL = """
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, jsonSchema, streamText, tool } from "ai";
const [baseURL, apiKey, schema] = process.argv.slice(1);
const model = createOpenAICompatible({ name: "passgate", baseURL, apiKey, includeUsage: true })("gpt-4o-mini");
const whole = await generateText({ model, prompt: "Hi", maxRetries: 0 });
let streamed = "";
for await (const piece of streamText({ model, prompt: "Hi", maxRetries: 0 }).textStream) streamed += piece;
const weather = tool({ description: "The weather", inputSchema: jsonSchema(JSON.parse(schema)) });
const called = await generateText({ model, prompt: "Weather in Oslo?", tools: { weather }, maxRetries: 0 });
console.log(JSON.stringify({
  whole: whole.text, tokens: whole.usage.totalTokens, streamed, called: called.toolCalls.map((call) => call.input),
}));
"""


@pytest.mark.node_js
def test_vercels_ai(stage: Stage, request: pytest.FixtureRequest) -> None:
    node, folder = node_with(request.config, "node-vercel-ai", "ai@6", "@ai-sdk/openai-compatible@2")
    command = [node, "--input-type=module", "-e", VERCEL, f"{stage.url}/v1", stage.token, json.dumps(SCHEMA)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"whole": "Hello", "tokens": 21, "streamed": "Hello", "called": [ARGUMENTS]}


def test_a_talk_in_the_playground(stage: Stage) -> None:
    """As its page makes it, turn by turn, through the gate to the vendor."""
    gate = LocalGate(port=int(stage.url.rpartition(":")[2]))
    shown = picture("image/png", b"\x89PNG")
    first = read_question("Weather?", "Be kind", pictures=[shown]).document(MODEL)
    asked, told = Answer(), Answer()
    asyncio.run(call_model(gate, stage.token, first, asked))
    assert (asked.state, asked.problem) == ("done", None)
    said = [*first["messages"][1:], asked.message()]
    asyncio.run(call_model(gate, stage.token, read_question("And now?", "Be kind").document(MODEL, said), told))
    assert (told.state, told.text) == ("done", "Hello")
    sent = stage.vendor.requests[-1].json()["messages"]
    assert [one["role"] for one in sent] == ["system", "user", "assistant", "user"]
    assert sent[1]["content"][1]["image_url"]["url"] == shown
    assert sent[2]["content"] == "Hello"
