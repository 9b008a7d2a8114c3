"""The recorded exchanges of vendors whose format no client speaks to the gate: their answers in each chat format."""

import base64
import json
import random
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from anthropic.types import Message
from openai.types import CreateEmbeddingResponse
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from inference.translation import answers
from inference.translation.calls import opened, plain_exchange, streamed, target
from inference.translation.recordings import FOLDER
from inference.translation.substance import REPLY, STREAM, family
from inference.translation.vendor_answers import bedrock_reply, bedrock_stream, cohere_reply
from passgate.inference.translation import Exchange, InboundFormat

pytestmark = pytest.mark.recordings

VENDORS = ("bedrock", "cohere")
FORMATS: tuple[InboundFormat, ...] = ("openai-chat", "anthropic-messages")
OWN = {"bedrock": bedrock_reply, "cohere": cohere_reply}
STOPS = {
    "openai-chat": {
        "end_turn": "stop",
        "COMPLETE": "stop",
        "STOP_SEQUENCE": "stop",
        "stop_sequence": "stop",
        "max_tokens": "length",
        "tool_use": "tool_calls",
        "TOOL_CALL": "tool_calls",
    },
    "anthropic-messages": {
        "end_turn": "end_turn",
        "COMPLETE": "end_turn",
        "STOP_SEQUENCE": "stop_sequence",
        "stop_sequence": "stop_sequence",
        "max_tokens": "max_tokens",
        "tool_use": "tool_use",
        "TOOL_CALL": "tool_use",
    },
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
    def kind(self) -> str:
        """Part of the path that tells what was asked: ``converse``, ``invoke``, ``chat``, ``embed``."""
        return self.path.split("?")[0].rpartition("/")[2]

    @property
    def model(self) -> str:
        return self.path.split("/")[2].replace("%3A", ":").replace("%2F", "/") if self.vendor == "bedrock" else "m"

    def json(self) -> Any:
        return json.loads(self.body)


@cache
def everything() -> tuple[Exchanged, ...]:
    if not FOLDER.is_dir():
        pytest.skip("the recorded exchanges (../shared/recordings) are absent")
    found = []
    for vendor in VENDORS:
        for line in (FOLDER / f"{vendor}.jsonl").read_text().splitlines():
            row = json.loads(line)
            told = row["response"]
            body = base64.b64decode(told["base64"]) if "base64" in told else json.dumps(told).encode()
            found.append(Exchanged(vendor, row["name"], row["path"], row["request"], row["status"], body))
    return tuple(found)


def of_kind(*kinds: str, status: int = 200) -> list[Exchanged]:
    found = [exchanged for exchanged in everything() if exchanged.kind in kinds and exchanged.status == status]
    assert found
    return found


def test_what_is_not_covered_has_a_reason() -> None:
    covered = {"converse", "converse-stream", "invoke", "chat", "embed"}
    left = {(exchanged.vendor, exchanged.kind) for exchanged in everything() if exchanged.kind not in covered}
    assert left == {("bedrock", "count-tokens")}  # counting tokens is no chat
    assert len(everything()) == 136


@pytest.mark.parametrize("form", FORMATS)
def test_whole_answers_keep_their_substance(form: InboundFormat) -> None:
    for exchanged in of_kind("converse", "chat"):
        exchange = plain_exchange(form, exchanged.vendor)
        reply = exchange.reply(200, "application/json", exchanged.body, request_id="r")
        assert (reply.status, reply.error_code) == (200, None), exchanged.name
        wanted = OWN[exchanged.vendor](exchanged.json())
        wanted.stop = STOPS[form][wanted.stop or ""]
        document = json.loads(reply.body)
        assert REPLY[family(form)](document) == wanted, exchanged.name
        assert reply.usage is not None
        assert wanted.usage is not None
        assert (reply.usage.input, reply.usage.output) == (wanted.usage["input"], wanted.usage["output"])
        assert document["id"]
        (ChatCompletion if form == "openai-chat" else Message).model_validate(document)


@pytest.mark.parametrize("form", FORMATS)
def test_event_streams_keep_their_substance_wherever_they_are_cut(form: InboundFormat) -> None:
    for exchanged in of_kind("converse-stream"):
        wanted = bedrock_stream(exchanged.body)
        wanted.stop = STOPS[form][wanted.stop or ""]
        whole, error = streamed(plain_exchange(form, "bedrock", stream=True), exchanged.body)
        assert error is None
        assert STREAM[family(form)](whole) == wanted
        dice = random.Random(exchanged.name)  # noqa: S311 - the same cuts in every run
        for pieces in (3, 30, 300):
            places = sorted(dice.randrange(len(exchanged.body) + 1) for _ in range(pieces))
            cut = [exchanged.body[a:b] for a, b in zip([0, *places], [*places, len(exchanged.body)], strict=True)]
            assert streamed(plain_exchange(form, "bedrock", stream=True), *cut) == (whole, None)
        if form == "openai-chat":
            for event in answers.events(whole)[:-1]:
                ChatCompletionChunk.model_validate(event)


def test_a_stream_that_breaks_off_or_is_damaged_is_an_error() -> None:
    body = of_kind("converse-stream")[0].body
    out, error = streamed(plain_exchange("openai-chat", "bedrock", stream=True), body[: len(body) // 2])
    assert error == "vendor_stream_truncated"
    assert b"ended before" in out
    place = len(body) // 2
    damaged = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
    whole = streamed(plain_exchange("openai-chat", "bedrock", stream=True), damaged)
    assert whole[1] == "vendor_invalid_response"
    each = [bytes([byte]) for byte in damaged]
    assert streamed(plain_exchange("openai-chat", "bedrock", stream=True), *each) == whole


@pytest.mark.parametrize("form", FORMATS)
def test_errors_keep_status_and_words(form: InboundFormat) -> None:
    refused = [exchanged for exchanged in everything() if exchanged.status >= 400]
    assert len(refused) == 6
    for exchanged in refused:
        exchange = plain_exchange(form, exchanged.vendor)
        reply = exchange.reply(exchanged.status, "application/json", exchanged.body, request_id="req-1")
        assert reply.status == exchanged.status
        assert json.loads(reply.body)["error"]["message"] == exchanged.json()["message"]


def embedding_texts(request: Any) -> list[str]:
    if "singleEmbeddingParams" in request:
        return [request["singleEmbeddingParams"]["text"]["value"]]
    return request.get("texts") or [request["inputText"]]


def embedding_exchange(exchanged: Exchanged, texts: list[str]) -> Exchange:
    model = exchanged.model
    if "application-inference-profile" in model:
        model = "amazon.titan-embed-text-v2:0"  # the ARN of an application's profile tells no family
    return opened("openai-embeddings", {"model": "e", "input": texts}, target(exchanged.vendor, model))


def test_embeddings_keep_every_number() -> None:
    for exchanged in of_kind("invoke", "embed"):
        texts = embedding_texts(exchanged.request)
        exchange = embedding_exchange(exchanged, texts)
        sent = json.loads(exchange.request.body)
        assert embedding_texts(sent) == texts
        reply = exchange.reply(200, "application/json", exchanged.body, request_id="r")
        assert (reply.status, reply.error_code) == (200, None)
        answer = CreateEmbeddingResponse.model_validate_json(reply.body)
        recorded = exchanged.json()
        vectors = recorded["embeddings"] if "embeddings" in recorded else [recorded["embedding"]]
        vectors = vectors["float"] if isinstance(vectors, dict) else vectors
        vectors = [vector["embedding"] if isinstance(vector, dict) else vector for vector in vectors]
        assert [row.embedding for row in answer.data] == vectors
        told = recorded.get("inputTextTokenCount") or recorded.get("meta", {}).get("billed_units", {}).get(
            "input_tokens", 0
        )
        assert answer.usage.prompt_tokens == told
