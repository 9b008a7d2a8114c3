"""OpenAI's SDK through the real Envoy to vendors that speak formats, framings and credentials of their own."""

from collections.abc import Iterator
from dataclasses import dataclass

import openai
import pytest
from mistralai.client import Mistral

from e2e.running import Administrator, running, set_up, until
from fake_vendor import (
    FakeVendor,
    bedrock_converse,
    bedrock_stream,
    cohere_chat,
    cohere_stream,
    json_reply,
    ollama_chat,
    ollama_stream,
    openai_chat,
    openai_embeddings,
    openai_stream,
    openai_tool_stream,
)

QUESTION = [{"role": "user", "content": "Say hello."}]
NOVA = "us.amazon.nova-lite-v1:0"
CONVERSE = "/model/us.amazon.nova-lite-v1%3A0/converse"
DEPLOYMENT = "/openai/deployments/gpt-4o/chat/completions"
MODELS = (NOVA, "command-a-03-2025", "qwen3:8b", "gpt-4o")


@dataclass
class Story:
    ada: Administrator
    vendor: FakeVendor
    client: openai.OpenAI


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with running(tmp_path_factory.mktemp("others") / "data") as passgate, FakeVendor() as vendor:
        ada = set_up(passgate)
        ada.provider("bedrock", vendor.url, NOVA, "amazon.titan-embed-text-v2:0", key="AKIAEXAMPLE:secret")
        ada.provider("cohere", vendor.url, "command-a-03-2025", "embed-v4.0")
        ada.provider("ollama", vendor.url, "qwen3:8b", key=None)
        ada.provider("azure-deployments", f"{vendor.url}/openai", "gpt-4o", "text-embedding-3-small")
        token, _ = ada.token(ada.application("shop"))
        ada.in_force()
        with openai.OpenAI(base_url=f"{passgate.url}/v1", api_key=token, max_retries=0) as client:
            yield Story(ada, vendor, client)


def ask(story: Story, model: str) -> str:
    answer = story.client.chat.completions.create(model=model, messages=QUESTION)  # type: ignore[arg-type] # plain dicts
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (12, 9)
    return answer.choices[0].message.content or ""


def stream(story: Story, model: str) -> str:
    chunks = story.client.chat.completions.create(model=model, messages=QUESTION, stream=True)  # type: ignore[arg-type] # plain dicts
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def test_bedrock_is_called_with_a_signature_and_answers_in_an_event_stream(story: Story) -> None:
    story.vendor.reply(CONVERSE, bedrock_converse("Hello from Bedrock"))
    story.vendor.reply(f"{CONVERSE}-stream", bedrock_stream(["Hel", "lo"]))
    assert ask(story, NOVA) == "Hello from Bedrock"
    asked = story.vendor.requests[-1]
    assert asked.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/")
    assert stream(story, NOVA) == "Hello"
    story.vendor.reply(
        "/model/amazon.titan-embed-text-v2%3A0/invoke", json_reply({"embedding": [0.5], "inputTextTokenCount": 3})
    )
    vector = story.client.embeddings.create(model="amazon.titan-embed-text-v2:0", input="hi")
    assert (vector.data[0].embedding, vector.usage.prompt_tokens) == ([0.5], 3)


def test_cohere(story: Story) -> None:
    story.vendor.reply("/v2/chat", cohere_chat("Hello from Cohere"), cohere_stream(["Hel", "lo"]))
    assert ask(story, "command-a-03-2025") == "Hello from Cohere"
    assert stream(story, "command-a-03-2025") == "Hello"
    vectors = {"embeddings": {"float": [[0.25, 1]]}, "meta": {"billed_units": {"input_tokens": 2}}}
    story.vendor.reply("/v2/embed", json_reply(vectors))
    vector = story.client.embeddings.create(model="embed-v4.0", input=["hi"])
    assert vector.data[0].embedding == [0.25, 1]


def test_ollama_streams_json_lines(story: Story) -> None:
    story.vendor.reply("/api/chat", ollama_chat("Hello from Ollama"), ollama_stream(["Hel", "lo"]))
    assert ask(story, "qwen3:8b") == "Hello from Ollama"
    assert stream(story, "qwen3:8b") == "Hello"


def test_azure_names_the_deployment_in_the_path(story: Story) -> None:
    story.vendor.reply(DEPLOYMENT, openai_chat("Hello from Azure"), openai_stream(["Hel", "lo"]))
    assert ask(story, "gpt-4o") == "Hello from Azure"
    asked = story.vendor.requests[-1]
    assert (asked.headers["api-key"], asked.query) == ("sk-vendor-secret", "api-version=2024-10-21")
    assert stream(story, "gpt-4o") == "Hello"


def test_mistrals_sdk_works_with_a_token_as_its_key(story: Story) -> None:
    story.vendor.reply(DEPLOYMENT, openai_chat("Hello"), openai_stream(["Hel", "lo"]))
    url = str(story.client.base_url).removesuffix("/v1/")
    with Mistral(api_key=story.client.api_key, server_url=url) as client:
        answer = client.chat.complete(model="gpt-4o", messages=QUESTION)  # type: ignore[arg-type] # plain dicts
        assert answer.choices[0].message is not None
        assert answer.choices[0].message.content == "Hello"
        with client.chat.stream(model="gpt-4o", messages=QUESTION) as events:  # type: ignore[arg-type] # plain dicts
            assert (
                "".join(str(event.data.choices[0].delta.content or "") for event in events if event.data.choices)
                == "Hello"
            )


def test_mistrals_sdk_takes_what_other_vendors_answer(story: Story) -> None:
    """It checks answers against models of its own, stricter than OpenAI's; and words some requests its own way."""
    url = str(story.client.base_url).removesuffix("/v1/")
    vectors = {"embeddings": {"float": [[0.25, 1]]}, "meta": {"billed_units": {"input_tokens": 2}}}
    story.vendor.reply("/v2/embed", json_reply(vectors))
    story.vendor.reply("/openai/deployments/text-embedding-3-small/embeddings", openai_embeddings())
    story.vendor.reply(DEPLOYMENT, openai_tool_stream("weather", ['{"city":', '"Oslo"}']))
    with Mistral(api_key=story.client.api_key, server_url=url) as client:
        listed = {card.id: card for card in client.models.list().data or []}
        assert listed["gpt-4o"].capabilities.function_calling
        assert not listed["embed-v4.0"].capabilities.completion_chat
        assert client.models.retrieve(model_id="gpt-4o").id == "gpt-4o"
        for model in ("embed-v4.0", "text-embedding-3-small"):
            found = client.embeddings.create(model=model, inputs=["hi"], output_dimension=2)
            assert (found.id[:5], len(found.data[0].embedding or ())) == ("embd-", 2 if model[0] == "e" else 3)
        assert story.vendor.requests[-1].json()["dimensions"] == 2
        with client.chat.stream(
            model="gpt-4o",
            messages=QUESTION,  # type: ignore[arg-type] # plain dicts
            tools=[{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}],
            tool_choice="any",
            random_seed=7,
        ) as events:
            chunks = [event.data for event in events]
    assert (story.vendor.requests[-1].json()["tool_choice"], story.vendor.requests[-1].json()["seed"]) == (
        "required",
        7,
    )
    calls = [call for chunk in chunks for call in chunk.choices[0].delta.tool_calls or ()]
    assert [(call.function.name, call.function.arguments) for call in calls] == [("weather", '{"city":"Oslo"}')]
    assert (chunks[-1].choices[0].finish_reason, chunks[-1].usage and chunks[-1].usage.total_tokens) == (
        "tool_calls",
        21,
    )


def test_an_error_keeps_its_status_and_words(story: Story) -> None:
    story.vendor.reply(CONVERSE, json_reply({"message": "Too many tokens, please wait."}, status=429))
    with pytest.raises(openai.RateLimitError, match="Too many tokens"):
        ask(story, NOVA)


def test_every_call_is_counted_with_its_tokens(story: Story) -> None:
    def counted() -> set[str]:
        rows = story.ada.get("/calls?limit=100")["items"]
        told = [row for row in rows if row["usage"]]
        return {row["model"] for row in told if (row["usage"]["tokens_in"], row["usage"]["tokens_out"]) == (12, 9)}

    story.vendor.reply(CONVERSE, bedrock_converse())
    story.vendor.reply("/v2/chat", cohere_chat())
    story.vendor.reply("/api/chat", ollama_chat())
    story.vendor.reply(DEPLOYMENT, openai_chat())
    for model in MODELS:
        ask(story, model)
    until(lambda: counted() >= set(MODELS), what="calls with their tokens")
