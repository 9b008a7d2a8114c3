"""Every recorded exchange that the present formats and dialects cover, through each of them."""

import json
import random

import pytest
from anthropic.types import Message, RawMessageStreamEvent
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import TypeAdapter

from inference.translation import answers
from inference.translation.calls import CHAT_FORMATS, plain_exchange, streamed, target
from inference.translation.recordings import Recording, covered, uncovered
from inference.translation.substance import NATIVE, REPLY, STREAM, expected, family, same
from passgate.inference.translation import InboundFormat, UntranslatableError
from passgate.inference.translator import open_exchange, parse

pytestmark = pytest.mark.recordings

ANTHROPIC_EVENT: TypeAdapter[object] = TypeAdapter(RawMessageStreamEvent)


def chats(*, stream: bool) -> list[Recording]:
    return [
        recording
        for recording in covered()
        if recording.status == 200 and recording.streamed is stream and recording.form != "openai-embeddings"
    ]


def cuts(stream: bytes, seed: str) -> list[bytes]:
    dice = random.Random(seed)  # noqa: S311 - the same cuts in every run
    places = sorted(dice.randrange(len(stream) + 1) for _ in range(dice.choice((1, 5, 40))))
    return [stream[start:end] for start, end in zip([0, *places], [*places, len(stream)], strict=True)]


def test_what_is_not_covered_has_a_reason_and_no_other() -> None:
    assert {(vendor, reason) for vendor, _, reason in uncovered()} == {
        ("openai", "Responses have a test of their own (test_responses.py)"),
        ("openai", "files are kept by the vendor, not part of a chat"),
        ("openai", "conversations are kept by the vendor, not part of a chat"),
        ("openai", "vector stores are kept by the vendor, not part of a chat"),
        ("openai", "realtime speech is not spoken yet"),
        ("deepseek", "Responses have a test of their own (test_responses.py)"),
        ("anthropic", "files are kept by the vendor, not part of a chat"),
        ("anthropic", "counting tokens is no chat"),
        ("cerebras", "a list of models is no chat"),
        ("huggingface", "a list of models is no chat"),
    }
    assert len(covered()) > 300


def test_every_request_passes_unchanged_to_a_vendor_of_its_own_format() -> None:
    for recording in covered():
        model = recording.request["model"]
        exchange = open_exchange(parse(recording.form, recording.raw, {}), target(recording.dialect, model))
        assert exchange.dropped == ()
        body = exchange.request.body
        if body != recording.raw:
            document = json.loads(body)
            options = document.pop("stream_options", None)
            assert options is None or options["include_usage"] is True
            wanted = {name: value for name, value in recording.request.items() if name != "stream_options"}
            assert document == wanted, recording.name


def test_another_model_name_changes_nothing_else() -> None:
    for recording in covered():
        exchange = open_exchange(parse(recording.form, recording.raw, {}), target(recording.dialect, 'other"model'))
        document = json.loads(exchange.request.body)
        document.pop("stream_options", None)
        wanted = {name: value for name, value in recording.request.items() if name != "stream_options"}
        assert document == {**wanted, "model": 'other"model'}, recording.name


def untranslatable() -> set[tuple[str, str]]:
    """Vendor, and the field by which a request was refused, of those that the other dialect cannot express."""
    found = set()
    for recording in covered():
        other = "openai" if recording.dialect == "anthropic" else "anthropic"
        try:
            open_exchange(parse(recording.form, recording.raw, {}), target(other))
        except UntranslatableError as refused:
            found.add((recording.vendor, refused.field or ""))
    return found


def test_only_vendors_own_tools_files_and_sound_are_refused_in_translation() -> None:
    assert untranslatable() == {
        ("openai", "model"),  # embeddings, which Anthropic does not have
        ("openai", "messages[0].content[1]"),  # sound
        ("openai", "messages[3].content[0]"),  # sound, and a file that OpenAI keeps
        ("openai", "messages[3].content[1]"),  # sound
        ("openai", "web_search_options"),
        ("openrouter", "tools[0].type"),
        ("anthropic", "tools[0].type"),
        ("anthropic", "tools[1].type"),
        ("anthropic", "tools[2].type"),
        ("anthropic", "tools[4].type"),
        ("anthropic", "mcp_servers"),
        ("anthropic", "messages[3].content[0]"),  # a tool added in the middle of the talk
        ("anthropic", "messages[2].content[0].content[0]"),  # a file that Anthropic keeps, a document by URL
        ("anthropic", "messages[2].content[1]"),  # a document by URL
    }


@pytest.mark.parametrize("form", CHAT_FORMATS)
def test_whole_answers_keep_their_substance(form: InboundFormat) -> None:
    for recording in chats(stream=False):
        reply = plain_exchange(form, recording.dialect).reply(200, "application/json", recording.body, request_id="r")
        assert (reply.status, reply.error_code) == (200, None)
        wanted = expected(recording, form, REPLY[recording.dialect](recording.response))
        document = json.loads(reply.body)
        same(recording, form, REPLY[family(form)](document), wanted)
        assert reply.usage is not None
        assert wanted.usage is not None
        assert (reply.usage.input, reply.usage.output) == (wanted.usage["input"], wanted.usage["output"])
        if form == NATIVE[recording.dialect]:
            assert reply.body == recording.body
        elif form == "openai-chat":
            ChatCompletion.model_validate(document)
        else:
            Message.model_validate(document)


@pytest.mark.parametrize("form", CHAT_FORMATS)
def test_streams_keep_their_substance_wherever_they_are_cut(form: InboundFormat) -> None:
    for recording in chats(stream=True):
        wanted = expected(recording, form, STREAM[recording.dialect](recording.body))
        whole, error = streamed(plain_exchange(form, recording.dialect, stream=True), recording.body)
        assert error is None
        same(recording, form, STREAM[family(form)](whole), wanted)
        for attempt in range(8):
            pieces = cuts(recording.body, f"{recording.name} {attempt}")
            assert streamed(plain_exchange(form, recording.dialect, stream=True), *pieces) == (whole, None)
        if form == NATIVE[recording.dialect]:
            assert whole == recording.body


def test_streams_survive_a_cut_after_every_byte() -> None:
    shortest = min(chats(stream=True), key=lambda recording: len(recording.body))
    pieces = [bytes([byte]) for byte in shortest.body]
    for form in CHAT_FORMATS:
        whole = streamed(plain_exchange(form, shortest.dialect, stream=True), shortest.body)
        assert streamed(plain_exchange(form, shortest.dialect, stream=True), *pieces) == whole


def test_the_sdks_read_translated_streams() -> None:
    for recording in chats(stream=True):
        if recording.dialect == "anthropic":
            out, _ = streamed(plain_exchange("openai-chat", "anthropic", stream=True), recording.body)
            for event in answers.events(out)[:-1]:
                ChatCompletionChunk.model_validate(event)
        else:
            out, _ = streamed(plain_exchange("anthropic-messages", "openai", stream=True), recording.body)
            for event in answers.events(out):
                ANTHROPIC_EVENT.validate_python(event)


def test_errors_keep_status_and_words() -> None:
    refused = [recording for recording in covered() if recording.status >= 400]
    assert refused
    for recording in refused:
        for form in CHAT_FORMATS:
            exchange = plain_exchange(form, recording.dialect)
            reply = exchange.reply(recording.status, "application/json", recording.body, request_id="req-1")
            assert reply.status == recording.status
            error = json.loads(reply.body)["error"]
            assert error["message"] == recording.response["error"]["message"] == reply.vendor_message
            if form == NATIVE[recording.dialect]:
                assert reply.body == recording.body


def test_embeddings_pass_with_their_usage() -> None:
    found = [recording for recording in covered() if recording.form == "openai-embeddings"]
    assert found
    for recording in found:
        exchange = open_exchange(parse("openai-embeddings", recording.raw, {}), target("openai"))
        reply = exchange.reply(200, "application/json", recording.body, request_id="r")
        assert reply.body == recording.body
        assert reply.usage is not None
        assert reply.usage.input == recording.response["usage"]["prompt_tokens"]
