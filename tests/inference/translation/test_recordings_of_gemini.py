"""The recorded exchanges of Gemini and Vertex AI in every direction, and the others' to Gemini's clients."""

import base64
import json
import random
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from anthropic.types import Message
from google.genai.types import GenerateContentResponse
from openai.types import CreateEmbeddingResponse
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from inference.translation import answers
from inference.translation.answers import Answer
from inference.translation.calls import opened, plain_exchange, streamed, target
from inference.translation.gemini_answers import gemini_exchange, gemini_pieces, gemini_reply, gemini_stream, hello
from inference.translation.recordings import FOLDER, Recording, covered
from inference.translation.substance import REPLY, STREAM, family
from passgate.inference.translation import InboundFormat, Target, UntranslatableError
from passgate.inference.translator import open_exchange, parse

pytestmark = pytest.mark.recordings

FORMATS: tuple[InboundFormat, ...] = ("openai-chat", "anthropic-messages")
FORMS: dict[str, InboundFormat] = {
    "embedContent": "gemini-embeddings",
    "batchEmbedContents": "gemini-batch-embeddings",
    "countTokens": "gemini-count-tokens",
}
FROM_GEMINI = {
    "openai-chat": {"STOP": "stop", "MAX_TOKENS": "length", "SAFETY": "content_filter"},
    "anthropic-messages": {"STOP": "end_turn", "MAX_TOKENS": "max_tokens", "SAFETY": "refusal"},
}
AFTER_CALLS = {"openai-chat": "tool_calls", "anthropic-messages": "tool_use"}
TO_GEMINI = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "tool_calls": "STOP",
    "end_turn": "STOP",
    "stop_sequence": "STOP",
    "tool_use": "STOP",
}


@dataclass(frozen=True)
class Exchanged:
    vendor: str
    name: str
    path: str
    request: Any
    status: int
    body: bytes

    @property
    def method(self) -> str:
        """Such as ``generateContent``; what is no call of a model's method has none."""
        path = self.path.partition("?")[0]
        return path.rpartition(":")[2] if "/models/" in path else ""

    @property
    def model(self) -> str:
        return self.path.partition("?")[0].rpartition("/")[2].rpartition(":")[0]

    @property
    def called(self) -> tuple[InboundFormat, bytes, dict[str, str]]:
        """The request as a client of the gate's sends it."""
        form = FORMS.get(self.method, "gemini")
        path = f"/v1beta/models/{self.model}:{self.method}"
        return form, json.dumps(self.request).encode(), {":path": path}

    @property
    def home(self) -> Target:
        """Where it was recorded."""
        if self.vendor == "gemini":
            return Target("gemini", "https://generativelanguage.googleapis.com", "key", self.model)
        project = self.path.removeprefix("/v1beta1/").partition("/publishers/")[0]
        url = f"https://aiplatform.googleapis.com/v1beta1/{project}"
        return Target("gemini", url, "{}", self.model, profile={"surface": "vertex"})

    def json(self) -> Any:
        return json.loads(self.body)


@cache
def everything() -> tuple[Exchanged, ...]:
    if not FOLDER.is_dir():
        pytest.skip("the recorded exchanges (../shared/recordings) are absent")
    found = []
    for vendor in ("gemini", "vertex"):
        for line in (FOLDER / f"{vendor}.jsonl").read_text().splitlines():
            row = json.loads(line)
            told = row["response"]
            body = told.encode() if isinstance(told, str) else json.dumps(told).encode()
            found.append(Exchanged(vendor, row["name"], row["path"], row["request"], row["status"], body))
    return tuple(found)


def of(*methods: str, status: int = 200) -> list[Exchanged]:
    found = [exchanged for exchanged in everything() if exchanged.method in methods and exchanged.status == status]
    assert found
    return found


def test_what_is_not_covered_has_a_reason() -> None:
    left = Counter(
        exchanged.path.split("/")[2 if "upload" not in exchanged.path else 3].split("?")[0].partition(":")[0]
        for exchanged in everything()
        if not exchanged.method
    )
    # Files and caches are kept by Google, not part of a call.
    assert left == {"fileSearchStores": 8, "cachedContents": 2}
    assert len(everything()) == 211


def test_every_request_passes_unchanged_to_google() -> None:
    for exchanged in everything():
        if not exchanged.method:
            continue
        form, raw, headers = exchanged.called
        exchange = open_exchange(parse(form, raw, headers), exchanged.home)
        assert exchange.dropped == ()
        assert exchange.request.body == raw, exchanged.name
        assert exchange.request.url.endswith(exchanged.path), exchanged.name


def test_every_whole_answer_passes_unchanged_with_its_usage() -> None:
    for exchanged in of("generateContent"):
        form, raw, headers = exchanged.called
        reply = open_exchange(parse(form, raw, headers), exchanged.home).reply(
            200, "application/json", exchanged.body, request_id="r"
        )
        assert (reply.status, reply.error_code, reply.body) == (200, None, exchanged.body)
        wanted = gemini_reply(exchanged.json()).usage or {"input": 0, "output": 0}
        assert reply.usage is not None
        assert (reply.usage.input, reply.usage.output) == (wanted["input"], wanted["output"])


def same(form: InboundFormat, found: Answer, wanted: Answer, name: str) -> None:
    """Compare what a client read with what Google said; made-up ids of calls are not compared."""
    if wanted.calls and wanted.stop == "STOP":
        wanted.stop = AFTER_CALLS[form]
    else:
        wanted.stop = FROM_GEMINI[form][wanted.stop or ""]
    wanted.calls = [
        (told or made, tool, given) for (told, tool, given), (made, _, _) in zip(wanted.calls, found.calls, strict=True)
    ]
    assert all(made for made, _, _ in found.calls)
    assert len({made for made, _, _ in found.calls}) == len(found.calls)
    if form == "anthropic-messages":
        found.signatures = [
            json.loads(base64.urlsafe_b64decode(carried.removeprefix("passgate1.")))[0] for carried in found.signatures
        ]
    assert found == wanted, name


@pytest.mark.parametrize("form", FORMATS)
def test_whole_answers_keep_their_substance(form: InboundFormat) -> None:
    for exchanged in of("generateContent"):
        reply = plain_exchange(form, "gemini").reply(200, "application/json", exchanged.body, request_id="r")
        assert (reply.status, reply.error_code) == (200, None), exchanged.name
        document = json.loads(reply.body)
        same(form, REPLY[family(form)](document), gemini_reply(exchanged.json()), exchanged.name)
        (ChatCompletion if form == "openai-chat" else Message).model_validate(document)


def cuts(body: bytes, name: str) -> list[list[bytes]]:
    dice = random.Random(name)  # noqa: S311 - the same cuts in every run
    found = [[bytes([byte]) for byte in body[:3000]] + [body[3000:]]]
    for pieces in (3, 30):
        places = sorted(dice.randrange(len(body) + 1) for _ in range(pieces))
        found.append([body[a:b] for a, b in zip([0, *places], [*places, len(body)], strict=True)])
    return found


@pytest.mark.parametrize("form", FORMATS)
def test_streams_keep_their_substance_wherever_they_are_cut(form: InboundFormat) -> None:
    for exchanged in of("streamGenerateContent"):
        whole, error = streamed(plain_exchange(form, "gemini", stream=True), exchanged.body)
        assert error is None
        same(form, STREAM[family(form)](whole), gemini_stream(exchanged.body), exchanged.name)
        for pieces in cuts(exchanged.body, exchanged.name):
            assert streamed(plain_exchange(form, "gemini", stream=True), *pieces) == (whole, None)
        if form == "openai-chat":
            for event in answers.events(whole)[:-1]:
                ChatCompletionChunk.model_validate(event)


def test_streams_pass_unchanged_and_as_arrays() -> None:
    for exchanged in of("streamGenerateContent"):
        wanted = gemini_stream(exchanged.body)
        for pieces in ([exchanged.body], *cuts(exchanged.body, exchanged.name)):
            assert streamed(gemini_exchange(hello(), "gemini", stream=True), *pieces) == (exchanged.body, None)
            array, error = streamed(gemini_exchange(hello(), "gemini", array=True), *pieces)
            assert error is None
            assert gemini_pieces(json.loads(array)) == wanted


def chats(*, stream: bool) -> list[Recording]:
    return [
        recording
        for recording in covered()
        if recording.status == 200 and recording.streamed is stream and recording.form != "openai-embeddings"
    ]


def read_by_sdk(document: dict[str, Any]) -> None:
    """As the SDK itself reads an answer: without the members that it does not know."""
    GenerateContentResponse._from_response(response=document, kwargs={})  # there is no public way


def as_gemini(wanted: Answer) -> Answer:
    wanted.stop = TO_GEMINI[wanted.stop or ""]
    return wanted


def test_others_whole_answers_keep_their_substance_for_gemini_s_clients() -> None:
    for recording in chats(stream=False):
        exchange = gemini_exchange(hello(), recording.dialect)
        reply = exchange.reply(200, "application/json", recording.body, request_id="r")
        assert (reply.status, reply.error_code) == (200, None)
        document = json.loads(reply.body)
        assert gemini_reply(document) == as_gemini(REPLY[recording.dialect](recording.response)), recording.name
        read_by_sdk(document)


def test_others_streams_keep_their_substance_for_gemini_s_clients() -> None:
    for recording in chats(stream=True):
        whole, error = streamed(gemini_exchange(hello(), recording.dialect, stream=True), recording.body)
        assert error is None
        assert gemini_stream(whole) == as_gemini(STREAM[recording.dialect](recording.body)), recording.name
        for event in answers.events(whole):
            read_by_sdk(event)
        for pieces in cuts(recording.body, recording.name)[1:]:
            assert streamed(gemini_exchange(hello(), recording.dialect, stream=True), *pieces) == (whole, None)
            array, _ = streamed(gemini_exchange(hello(), recording.dialect, array=True), *pieces)
            assert json.loads(array) == answers.events(whole)


def refused_by(dialect: str) -> set[tuple[str, str]]:
    found = set()
    for exchanged in of("generateContent", "streamGenerateContent"):
        form, raw, headers = exchanged.called
        try:
            open_exchange(parse(form, raw, headers), target(dialect))
        except UntranslatableError as refused:
            found.add((exchanged.vendor, without_numbers(refused.field)))
    return found


def without_numbers(field: str | None) -> str:
    """Without the numbers, which differ from talk to talk."""
    return "".join(letter for letter in field or "" if not letter.isdigit())


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
def test_only_google_s_own_tools_files_and_films_are_refused_in_translation(dialect: str) -> None:
    # A talk without a word of the user's.
    alone = {("gemini", "messages")} if dialect == "anthropic" else set()
    assert refused_by(dialect) == alone | {
        ("gemini", "tools[].codeExecution"),
        ("gemini", "tools[].fileSearch"),
        ("gemini", "tools[].googleSearch"),
        ("gemini", "tools[].urlContext"),
        ("vertex", "tools[].googleSearch"),
        ("gemini", "cachedContent"),
        ("gemini", "contents[].parts[]"),  # a file that Google keeps; to Anthropic sound as well
        ("vertex", "contents[].parts[]"),
        ("gemini", "contents[].parts[].functionResponse.parts[]"),  # a file that Google keeps
        ("vertex", "contents[].parts[].function_response.parts[]"),  # the same, and a document by URL
        ("gemini", "contents[].parts[].fileData.mimeType"),  # films, and sound by URL
        ("vertex", "contents[].parts[].fileData.mime_type"),
        ("vertex", "contents[].parts[].file_data.mime_type"),
        ("vertex", "contents[].parts[].inlineData.mimeType"),
    }


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
def test_others_requests_are_refused_by_gemini_for_few_reasons(dialect: str) -> None:
    found = set()
    for recording in covered():
        if recording.dialect != dialect or recording.form == "openai-embeddings":
            continue
        try:
            open_exchange(parse(recording.form, recording.raw, {}), target("gemini"))
        except UntranslatableError as refused:
            found.add((recording.vendor, without_numbers(refused.field)))
    expected = {
        "openai": {
            ("openai", "messages[].content[]"),  # a file that OpenAI keeps
            ("openai", "web_search_options"),
            ("openrouter", "tools[].type"),
        },
        "anthropic": {
            ("anthropic", "tools[].type"),
            ("anthropic", "mcp_servers"),
            ("anthropic", "messages[].content[]"),  # a tool added in the middle of the talk
            ("anthropic", "messages[].content[].content[]"),  # a file that Anthropic keeps
        },
    }
    assert found == expected[dialect]


def test_errors_keep_status_and_words() -> None:
    for exchanged in everything():
        if exchanged.status < 400:
            continue
        words = exchanged.json()["error"]["message"]
        for form in FORMATS:
            reply = plain_exchange(form, "gemini").reply(exchanged.status, "x", exchanged.body, request_id="r")
            assert (reply.status, reply.vendor_message) == (exchanged.status, words)
            assert json.loads(reply.body)["error"]["message"] == words
        reply = gemini_exchange(hello(), "gemini").reply(exchanged.status, "x", exchanged.body, request_id="r")
        assert (reply.status, reply.body) == (exchanged.status, exchanged.body)


def test_embeddings_pass_and_translate() -> None:
    for exchanged in of("batchEmbedContents", "embedContent"):
        form, raw, headers = exchanged.called
        own = open_exchange(parse(form, raw, headers), exchanged.home)
        assert own.reply(200, "x", exchanged.body, request_id="r").body == exchanged.body
        document = exchanged.json()
        vectors = [entry["values"] for entry in document.get("embeddings") or [document["embedding"]]]
        texts = ["text"] * len(vectors)
        exchange = opened("openai-embeddings", {"model": "e", "input": texts}, target("gemini"))
        reply = exchange.reply(200, "x", exchanged.body, request_id="r")
        assert [row.embedding for row in CreateEmbeddingResponse.model_validate_json(reply.body).data] == vectors


def test_counts_pass() -> None:
    for exchanged in of("countTokens"):
        form, raw, headers = exchanged.called
        reply = open_exchange(parse(form, raw, headers), exchanged.home).reply(200, "x", exchanged.body, request_id="r")
        assert (reply.status, reply.error_code, reply.body) == (200, None, exchanged.body)
