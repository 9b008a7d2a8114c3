"""The vendors' own SDKs read what the gate translates: the SDK's whole way from bytes to objects."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import anthropic
import httpx2
import openai
import pytest

from inference.translation.answers import Answer, anthropic_stream, openai_stream
from inference.translation.calls import plain_exchange, streamed
from inference.translation.recordings import Recording, covered

pytestmark = pytest.mark.recordings


def streams(dialect: str) -> list[Recording]:
    return [recording for recording in covered() if recording.streamed and recording.dialect == dialect]


@contextmanager
def transport(body: bytes, status: int = 200) -> Iterator[httpx2.Client]:
    """An HTTP client whose every call is answered with these bytes."""
    kind = "text/event-stream" if status == 200 else "application/json"
    answer = httpx2.Response(status, headers={"content-type": kind}, content=body)
    with httpx2.Client(transport=httpx2.MockTransport(lambda _: answer)) as client:
        yield client


def read_by_anthropic(body: bytes) -> anthropic.types.Message:
    with transport(body) as http, anthropic.Anthropic(api_key="k", http_client=http, max_retries=0) as client:
        told = [{"role": "user", "content": "x"}]
        with client.messages.stream(model="m", max_tokens=5, messages=told) as stream:
            return stream.get_final_message()


def read_by_openai(body: bytes) -> Answer:
    answer = Answer()
    calls: dict[int, list[str]] = {}
    with transport(body) as http, openai.OpenAI(api_key="k", http_client=http, max_retries=0) as client:
        told = [{"role": "user", "content": "x"}]
        for chunk in client.chat.completions.create(model="m", messages=told, stream=True):
            for choice in chunk.choices:
                answer.text += (choice.delta.content or "") + (choice.delta.refusal or "")
                answer.stop = choice.finish_reason or answer.stop
                for call in choice.delta.tool_calls or []:
                    known = calls.setdefault(call.index, ["", "", ""])
                    known[0] += call.id or ""
                    known[1] += call.function.name or ""
                    known[2] += call.function.arguments or ""
    answer.calls = [(known[0], known[1], json.loads(known[2])) for known in calls.values()]
    return answer


def test_anthropics_sdk_reads_streams_of_openai_like_vendors() -> None:
    found = streams("openai")
    assert found
    for recording in found:
        out, _ = streamed(plain_exchange("anthropic-messages", "openai", stream=True), recording.body)
        message = read_by_anthropic(out)
        wanted = anthropic_stream(out)
        texts = [block.text for block in message.content if block.type == "text"]
        calls = [(block.id, block.name, block.input) for block in message.content if block.type == "tool_use"]
        assert ("".join(texts), calls, message.stop_reason) == (wanted.text, wanted.calls, wanted.stop)
        assert wanted.usage is not None
        assert message.usage.output_tokens == wanted.usage["output"]
        assert message.usage.input_tokens == wanted.usage["input"] - wanted.usage["cached"] - wanted.usage["written"]


def test_openais_sdk_reads_streams_of_anthropic() -> None:
    found = streams("anthropic")
    assert found
    for recording in found:
        out, _ = streamed(plain_exchange("openai-chat", "anthropic", stream=True), recording.body)
        wanted = openai_stream(out)
        answer = read_by_openai(out)
        assert (answer.text, answer.calls, answer.stop) == (wanted.text, wanted.calls, wanted.stop)


def test_the_sdks_raise_on_a_translated_stream_that_breaks_off() -> None:
    half = streams("openai")[0].body[:1500]
    out, error = streamed(plain_exchange("anthropic-messages", "openai", stream=True), half.rpartition(b"\n\n")[0])
    assert error == "vendor_stream_truncated"
    with pytest.raises(anthropic.APIStatusError, match="ended before the answer was complete"):
        read_by_anthropic(out)
    half = streams("anthropic")[0].body[:3000]
    out, error = streamed(plain_exchange("openai-chat", "anthropic", stream=True), half.rpartition(b"\n\n")[0])
    assert error == "vendor_stream_truncated"
    with pytest.raises(openai.APIError, match="ended before the answer was complete"):
        read_by_openai(out)


def test_the_sdks_raise_their_own_errors() -> None:
    reply = plain_exchange("anthropic-messages", "openai").reply(
        429, "application/json", b'{"error":{"message":"Slow down.","code":"rate_limit_exceeded"}}', request_id="req-1"
    )
    with (
        transport(reply.body, 429) as http,
        anthropic.Anthropic(api_key="k", http_client=http, max_retries=0) as one,
        pytest.raises(anthropic.RateLimitError, match="Slow down"),
    ):
        one.messages.create(model="m", max_tokens=5, messages=[{"role": "user", "content": "x"}])
    overloaded = b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
    reply = plain_exchange("openai-chat", "anthropic").reply(529, "application/json", overloaded, request_id="req-1")
    with (
        transport(reply.body, 529) as http,
        openai.OpenAI(api_key="k", http_client=http, max_retries=0) as other,
        pytest.raises(openai.InternalServerError, match="Overloaded"),
    ):
        other.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])
