"""Pictures, sound, moderation and rerank, with the vendors' own SDKs as clients of a worker."""

from collections.abc import Iterator

import cohere
import httpx
import openai
import pytest

from fake_vendor import FakeVendor, json_reply, stream_reply
from fake_vendor.reply import Reply
from inference.worker.running_worker import RunningWorker, claims, config, deployment, model, provider, until
from passgate.contracts.ai_policy import AiPolicy, MaskingRule
from passgate.contracts.inference_config import PriceTable
from passgate.inference.json_text import write_json
from passgate.inference.sse import sse_event

PRICE = PriceTable(version="test", input=1, output=2, request=2000, image=3)


@pytest.fixture
def client(worker: RunningWorker, vendor: FakeVendor) -> Iterator[openai.OpenAI]:
    providers = [provider("oa", vendor.url), provider("co", vendor.url, dialect="cohere")]
    models = [
        model("painter", deployment("oa", "gpt-image-1", price=PRICE), kind="image"),
        model("speaker", deployment("oa", "gpt-4o-mini-tts"), kind="audio"),
        model("judge", deployment("oa", "omni-moderation-latest"), kind="moderation"),
        model("order", deployment("oa", "jina-reranker-v2"), kind="rerank"),
        model("cohere-order", deployment("co", "rerank-v3.5", price=PRICE), kind="rerank"),
    ]
    worker.configure(config(providers, models, version=2))
    until(lambda: worker.call("/readyz").json()["snapshot_version"] == 2)
    with openai.OpenAI(
        api_key="x", base_url=f"{worker.url}/v1", max_retries=0, default_headers={"x-passgate-claims": claims()}
    ) as opened:
        yield opened


def test_a_picture(client: openai.OpenAI, worker: RunningWorker, vendor: FakeVendor) -> None:
    usage = {"input_tokens": 10, "output_tokens": 20, "total_tokens": 30}
    vendor.reply("/v1/images/generations", json_reply({"created": 1, "data": [{"b64_json": "aGk="}], "usage": usage}))
    made = client.images.generate(model="painter", prompt="A lighthouse", n=1, size="1024x1024")
    assert made.data is not None
    assert made.data[0].b64_json == "aGk="
    assert vendor.requests[0].json() == {"model": "gpt-image-1", "prompt": "A lighthouse", "n": 1, "size": "1024x1024"}
    (record,) = worker.usage()
    assert (record.usage.input, record.usage.output, record.usage.images) == (10, 20, 1)
    assert record.cost_micro_dollars == 10 + 40 + 2_000_000 + 3_000_000


def test_a_form_is_refused_where_requests_are_masked(
    client: openai.OpenAI, worker: RunningWorker, vendor: FakeVendor
) -> None:
    policies = (AiPolicy(id="p", masking=(MaskingRule(name="mail", kind="email"),)),)
    models = [model("painter", deployment("oa", "gpt-image-1"), kind="image")]
    ruled = config([provider("oa", vendor.url)], models, version=3)
    worker.configure(ruled.model_copy(update={"policies": policies}))
    until(lambda: worker.call("/readyz").json()["snapshot_version"] == 3)
    with pytest.raises(openai.PermissionDeniedError, match="forms with files cannot be masked") as refused:
        client.images.edit(model="painter", prompt="a hat", image=b"png")
    assert refused.value.code == "form_refused"
    assert vendor.requests == []


def test_a_streamed_picture(client: openai.OpenAI, worker: RunningWorker, vendor: FakeVendor) -> None:
    usage = {"input_tokens": 4, "output_tokens": 5, "total_tokens": 9}
    documents = [
        {"type": "image_generation.partial_image", "b64_json": "aA==", "partial_image_index": 0},
        {"type": "image_generation.completed", "b64_json": "aGk=", "usage": usage},
    ]
    events = [sse_event(write_json(document), str(document["type"])) for document in documents]
    vendor.reply("/v1/images/generations", stream_reply(events))
    stream = client.images.generate(model="painter", prompt="x", stream=True, partial_images=1)
    assert [event.type for event in stream] == ["image_generation.partial_image", "image_generation.completed"]
    (record,) = worker.usage()
    assert (record.outcome, record.usage.output) == ("ok", 5)


def test_an_edited_picture_keeps_its_files_byte_for_byte(client: openai.OpenAI, vendor: FakeVendor) -> None:
    vendor.reply("/v1/images/edits", json_reply({"created": 1, "data": [{"b64_json": "aGk="}]}))
    picture = bytes(range(256)) * 40
    client.images.edit(model="painter", prompt="Make it night", image=("a.png", picture, "image/png"))
    sent = vendor.requests[0]
    assert sent.headers["content-type"].startswith("multipart/form-data")
    assert picture in sent.body
    assert b"gpt-image-1" in sent.body
    assert b"painter" not in sent.body


def test_speech(client: openai.OpenAI, vendor: FakeVendor) -> None:
    sound = bytes(range(256)) * 500
    vendor.reply("/v1/audio/speech", Reply(content_type="audio/mpeg", parts=(sound[:1000], sound[1000:])))
    answer = client.audio.speech.create(model="speaker", input="Hello", voice="alloy")
    assert answer.read() == sound
    assert answer.response.headers["content-type"] == "audio/mpeg"
    assert vendor.requests[0].json()["model"] == "gpt-4o-mini-tts"


def test_a_transcript_and_a_translation(client: openai.OpenAI, worker: RunningWorker, vendor: FakeVendor) -> None:
    details = {"audio_tokens": 12, "text_tokens": 0}
    usage = {"type": "tokens", "input_tokens": 12, "input_token_details": details, "output_tokens": 3}
    vendor.reply("/v1/audio/transcriptions", json_reply({"text": "Hello", "usage": usage}))
    vendor.reply("/v1/audio/translations", Reply(content_type="text/plain", parts=(b"Good day\n",)))
    told = client.audio.transcriptions.create(model="speaker", file=("a.wav", b"RIFF1234", "audio/wav"))
    assert told.text == "Hello"
    (record,) = worker.usage()
    assert (record.usage.input_audio, record.usage.output) == (12, 3)
    with pytest.warns(DeprecationWarning, match="deprecated"):  # OpenAI's SDK would have it called otherwise
        text = client.audio.translations.create(model="speaker", file=("a.wav", b"RIFF"), response_format="text")
    assert str(text) == "Good day\n"


def test_moderation_without_a_model_takes_openai_s_own(client: openai.OpenAI, vendor: FakeVendor) -> None:
    with pytest.raises(openai.NotFoundError):
        client.moderations.create(input="hello")  # nothing of that name is switched on
    result = {"flagged": False, "categories": {}, "category_scores": {}, "category_applied_input_types": {}}
    vendor.reply("/v1/moderations", json_reply({"id": "m", "model": "omni", "results": [result]}))
    assert client.moderations.create(model="judge", input="hello").results[0].flagged is False
    assert vendor.requests[0].json() == {"model": "omni-moderation-latest", "input": "hello"}


def test_rerank_by_cohere_s_sdk_at_two_vendors(
    client: openai.OpenAI, worker: RunningWorker, vendor: FakeVendor
) -> None:
    del client  # it brings the models
    rows = [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.2}]
    vendor.reply("/v1/rerank", json_reply({"model": "jina", "results": rows, "usage": {"total_tokens": 17}}))
    vendor.reply("/v2/rerank", json_reply({"id": "r", "results": rows, "meta": {"billed_units": {"search_units": 1}}}))
    headers = {"additional_headers": {"x-passgate-claims": claims()}}
    with httpx.Client() as connections:
        sdk = cohere.ClientV2("x", base_url=worker.url, httpx_client=connections)
        for name in ("order", "cohere-order"):
            answer = sdk.rerank(model=name, query="q", documents=["a", "b"], top_n=2, request_options=headers)
            assert [(row.index, row.relevance_score) for row in answer.results] == [(1, 0.9), (0, 0.2)]
    assert vendor.requests[0].json() == {
        "model": "jina-reranker-v2",
        "query": "q",
        "documents": ["a", "b"],
        "return_documents": False,
        "top_n": 2,
    }
    first, second = worker.usage(2)
    assert (first.usage.input, second.cost_micro_dollars) == (17, 2_000_000)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/images/generations", {"model": "painter"}, "prompt"),
        ("/v1/audio/speech", {"model": "speaker", "input": "x"}, "voice"),
        ("/v1/moderations", {"model": "judge"}, "input"),
        ("/v1/rerank", {"model": "order", "query": "q"}, "documents"),
        ("/v1/rerank", {"model": "order", "query": "q", "documents": [1]}, "documents[0]"),
        ("/v1/rerank", {"model": "order", "query": "q", "documents": ["a"], "top_n": 0}, "top_n"),
        ("/v1/rerank", {"model": "painter", "query": "q", "documents": ["a"]}, "model"),
    ],
)
def test_what_is_missing_is_named(
    client: openai.OpenAI, worker: RunningWorker, path: str, body: dict[str, object], field: str
) -> None:
    del client  # it brings the models
    answer = worker.call(path, body)
    assert (answer.status, answer.json()["error"]["param"]) == (400, field)


def test_a_body_that_is_no_form_is_refused(client: openai.OpenAI, worker: RunningWorker) -> None:
    del client  # it brings the models
    answer = worker.call("/v1/audio/transcriptions", {"model": "speaker"})
    assert (answer.status, answer.json()["error"]["code"]) == (400, "invalid_form")
