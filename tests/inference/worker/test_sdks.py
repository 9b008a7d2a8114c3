"""The vendors' own SDKs as clients of a worker."""

from collections.abc import Iterator

import anthropic
import openai
import pytest

from fake_vendor import (
    FakeVendor,
    anthropic_message,
    anthropic_stream,
    endless_stream,
    openai_chat,
    openai_embeddings,
    openai_stream,
    rate_limited,
)
from fake_vendor.openai_replies import openai_events
from inference.worker.running_worker import RunningWorker, claims, revocation


@pytest.fixture
def openai_client(worker: RunningWorker) -> Iterator[openai.OpenAI]:
    headers = {"x-passgate-claims": claims()}
    with openai.OpenAI(api_key="x", base_url=f"{worker.url}/v1", max_retries=0, default_headers=headers) as client:
        yield client


@pytest.fixture
def anthropic_client(worker: RunningWorker) -> Iterator[anthropic.Anthropic]:
    headers = {"x-passgate-claims": claims()}
    with anthropic.Anthropic(api_key="x", base_url=worker.url, max_retries=0, default_headers=headers) as client:
        yield client


def test_openai(openai_client: openai.OpenAI, vendor: FakeVendor) -> None:
    vendor.reply("/v1/chat/completions", openai_chat("Hello"), openai_stream(("Hel", "lo")))
    vendor.reply("/v1/embeddings", openai_embeddings())
    answer = openai_client.chat.completions.create(model="gpt", messages=[{"role": "user", "content": "Hi"}])
    assert answer.choices[0].message.content == "Hello"
    stream = openai_client.chat.completions.create(
        model="gpt", messages=[{"role": "user", "content": "Hi"}], stream=True
    )
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "Hello"
    assert openai_client.embeddings.create(model="acme/embed", input="a", encoding_format="float").data[0].embedding
    assert [row.id for row in openai_client.models.list()] == ["acme/embed", "claude", "gpt"]
    assert openai_client.models.retrieve("acme/embed").owned_by == "acme"


def test_openai_to_an_anthropic_model(openai_client: openai.OpenAI, vendor: FakeVendor) -> None:
    vendor.reply("/v1/messages", anthropic_message("Hello"), anthropic_stream(("Hel", "lo")))
    answer = openai_client.chat.completions.create(model="claude", messages=[{"role": "user", "content": "Hi"}])
    assert answer.choices[0].message.content == "Hello"
    with openai_client.chat.completions.stream(model="claude", messages=[{"role": "user", "content": "Hi"}]) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.content == "Hello"


@pytest.mark.parametrize("model", ["claude", "gpt"])
def test_responses(openai_client: openai.OpenAI, worker: RunningWorker, vendor: FakeVendor, model: str) -> None:
    vendor.reply("/v1/messages", anthropic_message("Hello"), anthropic_stream(("Hel", "lo")))
    vendor.reply("/v1/chat/completions", openai_chat("Hello"), openai_stream(("Hel", "lo")))
    answer = openai_client.responses.create(model=model, input="Hi", max_output_tokens=64)
    assert (answer.output_text, answer.status, answer.store) == ("Hello", "completed", False)
    with openai_client.responses.stream(model=model, input="Hi", max_output_tokens=64) as stream:
        deltas = [event.delta for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()
    assert (deltas, final.output_text) == (["Hel", "lo"], "Hello")
    assert final.usage is not None
    assert final.usage.output_tokens == 9
    assert [record.format_in for record in worker.usage(2)] == ["openai-responses"] * 2
    with pytest.raises(openai.BadRequestError) as refused:
        openai_client.responses.create(model=model, input="Hi", previous_response_id="resp_1")
    assert refused.value.param == "previous_response_id"


def test_openai_errors(openai_client: openai.OpenAI, worker: RunningWorker, vendor: FakeVendor) -> None:
    with pytest.raises(openai.NotFoundError) as missing:
        openai_client.chat.completions.create(model="nope", messages=[{"role": "user", "content": "Hi"}])
    assert missing.value.code == "model_not_found"
    assert missing.value.request_id
    vendor.reply("/v1/chat/completions", rate_limited())
    with pytest.raises(openai.RateLimitError):
        openai_client.chat.completions.create(model="gpt", messages=[{"role": "user", "content": "Hi"}])
    vendor.reply("/v1/chat/completions", endless_stream(openai_events()[1]))
    stream = openai_client.chat.completions.create(
        model="gpt", messages=[{"role": "user", "content": "Hi"}], stream=True
    )
    next(stream)
    worker.revoke(revocation(1, "tok_1"))
    with pytest.raises(openai.APIError, match="revoked") as cut:
        list(stream)
    assert cut.value.code == "token_revoked"
    with pytest.raises(openai.AuthenticationError):
        openai_client.models.list()


@pytest.mark.parametrize("model", ["claude", "gpt"])
def test_anthropic(anthropic_client: anthropic.Anthropic, vendor: FakeVendor, model: str) -> None:
    vendor.reply("/v1/messages", anthropic_message("Hello"), anthropic_stream(("Hel", "lo")))
    vendor.reply("/v1/chat/completions", openai_chat("Hello"), openai_stream(("Hel", "lo")))
    answer = anthropic_client.messages.create(model=model, max_tokens=64, messages=[{"role": "user", "content": "Hi"}])
    assert answer.content[0].type == "text"
    assert answer.content[0].text == "Hello"
    with anthropic_client.messages.stream(
        model=model, max_tokens=64, messages=[{"role": "user", "content": "Hi"}]
    ) as stream:
        assert "".join(stream.text_stream) == "Hello"
        assert stream.get_final_message().usage.output_tokens == 9


def test_anthropic_lists_and_errors(anthropic_client: anthropic.Anthropic) -> None:
    assert [row.id for row in anthropic_client.models.list()] == ["claude", "gpt"]
    with pytest.raises(anthropic.NotFoundError):
        anthropic_client.messages.create(model="nope", max_tokens=9, messages=[{"role": "user", "content": "Hi"}])
