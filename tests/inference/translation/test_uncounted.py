"""What a stream said since its vendor last counted, in every dialect, passed on or translated."""

import json
from itertools import pairwise
from typing import Any

import pytest

from fake_vendor import Reply
from fake_vendor.anthropic_replies import anthropic_events
from fake_vendor.openai_replies import openai_events, openai_tool_stream
from fake_vendor.other_replies import bedrock_stream, cohere_stream, ollama_stream
from inference.translation.calls import CHAT_FORMATS, opened, plain_exchange, target
from inference.translation.gemini_answers import gemini_exchange, hello
from inference.translation.recordings import covered
from passgate.inference.exchange.said_text import said_bytes
from passgate.inference.translation import InboundFormat, StreamTranslator

WORDS = ("Grüße, ", "世界", " and all")
SAID = len("".join(WORDS).encode())


def parts(reply: Reply) -> list[bytes]:
    return list(reply.parts)


def gemini_events(*, counts: bool) -> list[bytes]:
    """Gemini's; where it counts on the way, it tells in each event all tokens so far."""
    events = []
    for number, word in enumerate(WORDS, start=1):
        usage = {"promptTokenCount": 12, **({"candidatesTokenCount": 3 * number} if counts else {})}
        content = {"role": "model", "parts": [{"text": word, "thoughtSignature": "c2lnbmVk"}]}
        document = {"candidates": [{"index": 0, "content": content}], "usageMetadata": usage}
        events.append(b"data: " + json.dumps(document).encode() + b"\r\n\r\n")
    return events


def chunk(delta: dict[str, Any], **more: Any) -> bytes:
    document = {"id": "1", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": None}], **more}
    return b"data: " + json.dumps(document).encode() + b"\n\n"


def fed(stream: StreamTranslator, events: list[bytes]) -> list[int]:
    """What was uncounted after each event."""
    found = []
    for event in events:
        stream.feed(event)
        assert stream.error_code is None
        found.append(stream.uncounted)
    return found


@pytest.mark.parametrize("form", CHAT_FORMATS)
@pytest.mark.parametrize(
    ("dialect", "events"),
    [
        ("openai", openai_events(WORDS)),
        ("anthropic", anthropic_events(WORDS)),
        ("bedrock", parts(bedrock_stream(WORDS))),
        ("cohere", parts(cohere_stream(WORDS))),
        ("ollama", parts(ollama_stream(WORDS))),
        ("gemini", gemini_events(counts=False)),
    ],
    ids=["openai", "anthropic", "bedrock", "cohere", "ollama", "gemini"],
)
def test_words_add_up_until_the_vendor_counts(form: InboundFormat, dialect: str, events: list[bytes]) -> None:
    stream = plain_exchange(form, dialect, stream=True).stream()
    found = fed(stream, events)
    assert max(found) == SAID
    assert found[-1] == (SAID if dialect == "gemini" else 0)  # this Gemini counts the prompt alone, and has not ended


@pytest.mark.parametrize("form", [*CHAT_FORMATS, "gemini", "gemini-array"])
def test_a_vendor_that_counts_on_the_way_leaves_nothing_uncounted(form: InboundFormat) -> None:
    if form.startswith("gemini"):
        exchange = gemini_exchange(hello(), "gemini", stream=True, array=form == "gemini-array")
    else:
        exchange = plain_exchange(form, "gemini", stream=True)
    stream = exchange.stream()
    assert fed(stream, gemini_events(counts=True)) == [0, 0, 0]
    assert stream.usage is not None
    assert stream.usage.output == 9


def test_an_answer_of_one_token_is_counted_though_the_count_does_not_grow() -> None:
    stream = plain_exchange("anthropic-messages", "anthropic", stream=True).stream()
    assert fed(stream, anthropic_events(("Hi",), completion=1))[-3:] == [2, 0, 0]


@pytest.mark.parametrize("form", CHAT_FORMATS)
@pytest.mark.parametrize(
    ("delta", "said"),
    [
        ({"role": "assistant", "content": ""}, 0),
        ({"role": "assistant", "content": "four"}, 4),
        ({"content": None, "reasoning_content": "thought"}, 7),
        ({"reasoning": "thought", "reasoning_details": [{"type": "reasoning.text", "text": "thought"}]}, 7),
        ({"reasoning_details": [{"type": "reasoning.text", "text": "thought", "signature": "x" * 99}]}, 7),
        ({"refusal": "no"}, 2),
        ({"content": [{"type": "text", "text": "four"}]}, 4),
    ],
)
def test_thoughts_and_refusals_count_once_and_seals_do_not(
    form: InboundFormat, delta: dict[str, Any], said: int
) -> None:
    assert fed(plain_exchange(form, "openai", stream=True).stream(), [chunk(delta)]) == [said]


@pytest.mark.parametrize("form", CHAT_FORMATS)
def test_a_tool_s_name_and_arguments_count(form: InboundFormat) -> None:
    events = parts(openai_tool_stream("weather", ['{"city":', '"Bern"}']))
    found = fed(plain_exchange(form, "openai", stream=True).stream(), events)
    assert max(found) == len('weather{"city":"Bern"}')


def test_a_response_s_words_and_arguments_count_and_its_sound_does_not() -> None:
    said = [
        {"type": "response.output_text.delta", "delta": "four"},
        {"type": "response.reasoning_summary_text.delta", "delta": "thought"},
        {"type": "response.function_call_arguments.delta", "delta": "{}"},
        {"type": "response.audio.delta", "delta": "UklGRg=="},
        {"type": "response.output_text.done", "text": "four"},
    ]
    events = [b"data: " + json.dumps(one).encode() + b"\n\n" for one in said]
    document = {"model": "public", "input": "Hi", "stream": True}
    stream = opened("openai-responses", document, target("openai", responses_path="/responses")).stream()
    assert fed(stream, events) == [4, 11, 13, 13, 13]
    usage = {"input_tokens": 5, "output_tokens": 6}
    response = {"status": "completed", "output": [], "usage": usage}
    last = {"type": "response.completed", "response": response}
    assert fed(stream, [b"data: " + json.dumps(last).encode() + b"\n\n"]) == [0]


def test_a_piece_may_be_as_deep_as_a_vendor_likes() -> None:
    piece: Any = "word"
    for _ in range(5000):
        piece = {"parts": [piece]}
    assert said_bytes(piece) == 4


@pytest.mark.recordings
def test_every_recorded_stream_that_tells_its_usage_ends_with_nothing_uncounted() -> None:
    seen = 0
    for recording in covered():
        if recording.status != 200 or not recording.streamed:
            continue
        for form in CHAT_FORMATS:
            stream = plain_exchange(form, recording.dialect, stream=True).stream()
            found = [stream.uncounted]
            for line in recording.body.split(b"\n\n"):
                stream.feed(line + b"\n\n")
                found.append(stream.uncounted)
            if stream.error_code is None and stream.usage is not None and stream.finish_reason is not None:
                assert found[-1] == 0, recording.name
                assert any(later > earlier for earlier, later in pairwise(found)) or not stream.usage.output
                seen += 1
    assert seen > 20
