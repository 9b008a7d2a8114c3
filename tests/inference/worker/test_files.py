"""Files and batches, as OpenAI's own SDK uses them, at a worker: whose they are, where they go, what they cost."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from msgspec.structs import replace

from fake_vendor import FakeVendor, json_reply, openai_chat
from fake_vendor.file_store import FileStore
from inference.worker.openai_client import FILE_KEY, client_of
from inference.worker.running_worker import (
    RunningWorker,
    config,
    deployment,
    model,
    provider,
    until,
)
from passgate.contracts.ai_policy import AiPolicy, MaskingRule
from passgate.contracts.inference_config import InferenceProvider
from passgate.contracts.limits import LimitRule
from passgate.inference.worker.options import WorkerLimits

PROFILE: dict[str, Any] = {"files_path": "/files", "batches_path": "/batches", "batch_percent": 50}
ANSWERED = {"role": "user", "content": "Hi"}


def keeping(name: str, url: str, **more: Any) -> InferenceProvider:
    return provider(name, url).model_copy(update={"profile": PROFILE | more})


def set_up(worker: RunningWorker, vendor: FakeVendor, *more: InferenceProvider, version: int = 1, **rules: Any) -> None:
    models = [
        model("gpt", deployment("oa"), aliases=("chat",)),
        model("dear", deployment("oa", "gpt-dear")),
        model("vectors", deployment("oa", "embed-1"), kind="embeddings"),
        model("other", deployment("b", "other-1")),
        model("private", deployment("oa", "gpt-private"), team_id="team_2"),
    ]
    found = config([keeping("oa", vendor.url), *more], models, version)
    worker.configure(found.model_copy(update={"sealed_file_key": FILE_KEY, **rules}))


_CLIENTS: list[openai.OpenAI] = []


def client(worker: RunningWorker, application: str = "app_1", request_id: str = "req-1", **more: Any) -> openai.OpenAI:
    made = client_of(worker, application, request_id, **more)
    _CLIENTS.append(made)
    return made


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _CLIENTS:
        _CLIENTS.pop().close()


@pytest.fixture
def store(vendor: FakeVendor) -> FileStore:
    return FileStore(vendor, page=3)


@pytest.fixture
def worker(tmp_path: Path, vendor: FakeVendor, store: FileStore) -> Iterator[RunningWorker]:
    del store
    worker = RunningWorker(tmp_path, limits=WorkerLimits(batch_look=0.05, file_bytes=3_000_000))
    set_up(worker, vendor)
    with worker:
        yield worker


def lines(*models: str, url: str = "/v1/chat/completions", **more: Any) -> bytes:
    bodies = [{"model": name, "messages": [ANSWERED], "max_tokens": 100, **more} for name in models]
    asked = [
        {"custom_id": f"r{at}", "method": "POST", "url": url, "body": body} for at, body in enumerate(bodies, start=1)
    ]
    return "\n".join(json.dumps(one) for one in asked).encode()


def upload(by: openai.OpenAI, content: bytes, purpose: Any = "batch", **more: Any) -> Any:
    return by.files.create(file=("asked.jsonl", content), purpose=purpose, **more)


def test_a_file_is_its_application_s_own(worker: RunningWorker, store: FileStore) -> None:
    ours, theirs = client(worker), client(worker, "app_2")
    file = upload(ours, b"a,b\n1,2\n", "user_data")
    assert file.id.startswith("file-pg_")
    assert (file.filename, file.bytes) == ("asked.jsonl", 8)
    kept = store.files["file-0001"]
    assert kept["filename"] != "asked.jsonl"
    assert kept["filename"].endswith("-asked.jsonl")
    assert ours.files.retrieve(file.id) == file
    assert ours.files.content(file.id).content == b"a,b\n1,2\n"
    assert [one.id for one in ours.files.list()] == [file.id]
    assert list(theirs.files.list()) == []
    for id_ in (file.id, "file-0001", "file-pg_AAAA", file.id[:-1]):
        for act in (theirs.files.retrieve, theirs.files.content, theirs.files.delete):
            with pytest.raises(openai.NotFoundError):
                act(id_)
    assert "file-0001" in store.files
    assert ours.files.delete(file.id).id == file.id
    with pytest.raises(openai.NotFoundError) as gone:
        ours.files.retrieve(file.id)
    assert "No such File" in str(gone.value)
    assert all(line.cost_micro_dollars == 0 for line in worker.usage(19))


def test_a_list_shows_one_s_own_among_many(worker: RunningWorker, store: FileStore) -> None:
    ours, theirs = client(worker), client(worker, "app_2")
    for at in range(3):
        upload(ours, b"%d" % at, "user_data")
        for _ in range(4):
            upload(theirs, b"x", "user_data")
    store.keep("somebody's.txt", "user_data", b"")
    pages = ours.files.list(limit=2)
    assert [len(pages.data), pages.has_more] == [2, True]
    assert [ours.files.content(one.id).content for one in pages] == [b"2", b"1", b"0"]
    assert len(list(theirs.files.list(limit=5))) == 12


def test_a_batch_s_lines_are_put_to_the_vendor_as_calls_are(worker: RunningWorker, store: FileStore) -> None:
    by = client(worker)
    asked = json.loads(lines("chat"))
    asked["body"] |= {"seed": 12345678901234567890, "a_new_field": {"x": 1}}
    upload(by, json.dumps(asked).encode() + b"\n\n" + lines("gpt"))
    first, second = [json.loads(line) for line in store.contents["file-0001"].splitlines()]
    assert first["body"] == {**asked["body"], "model": "gpt-4o-mini"}
    assert (second["custom_id"], second["body"]["model"]) == ("r1", "gpt-4o-mini")
    upload(by, lines("vectors", url="/v1/embeddings", input="a"))
    assert b"embed-1" in store.contents["file-0002"]


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (lines("gpt", "private"), "model_not_allowed", "private"),
        (lines("gpt", "dear"), "invalid_request", "Line 2"),
        (lines("nobody"), "model_not_found", "nobody"),
        (lines("vectors"), "model_kind_mismatch", "embeddings"),
        (lines("gpt", stream=True), "invalid_request", "stream"),
        (lines("gpt", url="/v1/assistants"), "invalid_request", "url"),
        (lines("gpt") + b"\n{", "invalid_json", "Line 2"),
        (b"\n\n", "invalid_json", "Line 1"),
    ],
)
def test_a_line_that_may_not_be_asked_refuses_the_file(
    worker: RunningWorker, store: FileStore, content: bytes, code: str, words: str
) -> None:
    with pytest.raises(openai.APIStatusError) as refused:
        upload(client(worker), content)
    assert (refused.value.code, store.files) == (code, {})
    assert words in refused.value.message


def test_a_batch_is_charged_once_to_the_call_that_made_it(
    worker: RunningWorker, vendor: FakeVendor, store: FileStore, tmp_path: Path
) -> None:
    by = client(worker, request_id="req-batch")
    file = upload(client(worker), lines("gpt", "gpt", "gpt"))
    with pytest.raises(openai.NotFoundError):
        client(worker, "app_2").batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
    batch = by.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", metadata={"job": "7"}
    )
    assert (batch.input_file_id, batch.metadata) == (file.id, {"job": "7"})
    sent = [one for one in vendor.requests if one.path == "/v1/batches"][-1].json()
    assert sent["input_file_id"] == "file-0001"
    assert set(sent["metadata"]) == {"job", "passgate"}
    assert len(sent["metadata"]["passgate"]) <= 512
    assert [one.id for one in by.batches.list()] == [batch.id]
    assert list(client(worker, "app_2").batches.list()) == []
    for act in (client(worker, "app_2").batches.retrieve, client(worker, "app_2").batches.cancel):
        with pytest.raises(openai.NotFoundError):
            act(batch.id)
    assert not [line for line in worker.usage(6) if line.request_id == "req-batch" and line.model == "gpt"]
    store.finish("batch_0001")
    until(lambda: list((tmp_path / "batches").glob("*.done")))
    seen = client(worker).batches.retrieve(batch.id)
    assert seen.status == "completed"
    assert seen.output_file_id is not None
    assert len(client(worker).files.content(seen.output_file_id).content.splitlines()) == 3
    time.sleep(0.2)  # for a second charge, if one were made
    (line,) = [one for one in worker.usage(9) if one.model == "gpt"]
    assert (line.request_id, line.format_in, line.deployment_id) == ("req-batch", "openai-batches", "dep_oa")
    assert (line.usage.input, line.usage.output, line.finish_reason) == (300, 150, "completed")
    assert line.cost_micro_dollars == (300 * 2 + 150 * 10) // 2
    assert line.price_version == "test 1, batch 50 %"
    assert list(line.dropped) == []


def test_a_batch_that_another_node_made_is_charged_when_it_is_seen(
    worker: RunningWorker, store: FileStore, tmp_path: Path
) -> None:
    file = upload(client(worker), lines("gpt"))
    batch = client(worker, request_id="req-far").batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
    )
    store.finish("batch_0001")
    until(lambda: list((tmp_path / "batches").glob("*.done")))
    next((tmp_path / "batches").glob("*.done")).unlink()  # as if it had been another node
    assert client(worker, "app_1", "req-2", jti="tok_9").batches.retrieve(batch.id).status == "completed"
    until(lambda: list((tmp_path / "batches").glob("*.done")))
    twice = [line for line in worker.usage(4) if line.model == "gpt"]
    assert replace(twice[0], latency_ms=0) == replace(twice[1], latency_ms=0)
    assert (twice[0].request_id, twice[0].jti) == ("req-far", "tok_1")


def test_a_worker_that_starts_again_goes_on_following(tmp_path: Path, vendor: FakeVendor, store: FileStore) -> None:
    first = RunningWorker(tmp_path, limits=WorkerLimits(batch_look=0.05))
    set_up(first, vendor)
    with first:
        file = upload(client(first), lines("gpt"))
        client(first, request_id="req-b").batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
    store.finish("batch_0001", "failed")
    with RunningWorker(tmp_path, limits=WorkerLimits(batch_look=0.05)) as again:
        until(lambda: list((tmp_path / "batches").glob("*.done")))
        (line,) = [one for one in again.usage(2) if one.request_id == "req-b"]
    assert (line.outcome, line.error_code, line.cost_micro_dollars) == ("error", "batch_failed", 0)


def test_a_budget_holds_what_batches_under_way_may_cost(
    worker: RunningWorker, vendor: FakeVendor, store: FileStore, tmp_path: Path
) -> None:
    file = upload(client(worker), lines("gpt", "gpt"))
    rule = LimitRule(
        id="lim_1", name="Day", scope="application", target="app_1", measure="money", window="day", amount=2000
    )
    set_up(worker, vendor, version=2, limits=(rule,))
    until(lambda: worker.call("/readyz").json()["snapshot_version"] == 2)
    by = client(worker)

    def create() -> Any:
        return by.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")

    create()  # by the estimate: 2 times 100 tokens out at 5 micro-dollars, and some in
    with pytest.raises(openai.APIStatusError) as refused:
        create()
    assert (refused.value.status_code, refused.value.code) == (402, "budget_exhausted")
    assert len(store.batches) == 1
    store.finish("batch_0001")
    until(lambda: list((tmp_path / "batches").glob("*.done")))
    vendor.reply("/v1/chat/completions", openai_chat("Hello"))
    with pytest.raises(openai.APIStatusError):  # 2 x (100 x 2 + 50 x 10) / 2 = 700 are spent
        by.chat.completions.create(model="gpt", messages=[ANSWERED], max_tokens=131)  # type: ignore[list-item] # plain
    by.chat.completions.create(model="gpt", messages=[ANSWERED], max_tokens=110)  # type: ignore[list-item] # plain


def test_the_token_s_models_hold_when_a_batch_is_made(worker: RunningWorker, store: FileStore) -> None:
    file = upload(client(worker), lines("dear"))
    with pytest.raises(openai.PermissionDeniedError) as refused:
        client(worker, models=["gpt"]).batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
    assert (refused.value.code, store.batches) == ("model_not_allowed", {})


def test_the_caller_says_which_of_several_providers(worker: RunningWorker, vendor: FakeVendor) -> None:
    with FakeVendor() as second:
        stored = FileStore(second)
        set_up(worker, vendor, keeping("b", second.url), version=2)
        until(lambda: worker.call("/readyz").json()["snapshot_version"] == 2)
        by = client(worker)
        with pytest.raises(openai.BadRequestError) as refused:
            upload(by, b"x", "user_data")
        assert refused.value.code == "provider_needed"
        file = upload(by, b"x", "user_data", extra_headers={"x-passgate-provider": "b"})
        assert by.files.content(file.id).content == b"x"
        batch_file = upload(by, lines("other"))  # the model's own provider
        assert list(stored.files) == ["file-0001", "file-0002"]
        upload(by, lines("gpt"))
        assert len(list(by.files.list(limit=1))) == 3
        with pytest.raises(openai.NotFoundError):
            upload(by, b"x", "user_data", extra_headers={"x-passgate-provider": "c"})
        set_up(worker, vendor, version=3)  # the provider is switched off
        until(lambda: worker.call("/readyz").json()["snapshot_version"] == 3)
        with pytest.raises(openai.NotFoundError):
            by.files.retrieve(batch_file.id)


def test_a_request_may_name_a_file_by_its_id(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/chat/completions", openai_chat("Hello"))
    set_up(worker, vendor, keeping("b", vendor.url), version=2)
    until(lambda: worker.call("/readyz").json()["snapshot_version"] == 2)
    file = upload(client(worker), b"%PDF", "user_data", extra_headers={"x-passgate-provider": "oa"})
    asked: Any = [{"role": "user", "content": [{"type": "file", "file": {"file_id": file.id}}]}]
    client(worker).chat.completions.create(model="gpt", messages=asked)
    assert vendor.requests[-1].json()["messages"][0]["content"][0]["file"]["file_id"] == "file-0001"
    with pytest.raises(openai.NotFoundError):
        client(worker, "app_2").chat.completions.create(model="gpt", messages=asked)
    with pytest.raises(openai.BadRequestError) as refused:
        client(worker).chat.completions.create(model="other", messages=asked)
    assert refused.value.code == "files_apart"


def test_policies_hold_for_the_lines_of_a_batch(worker: RunningWorker, vendor: FakeVendor, store: FileStore) -> None:
    rule = MaskingRule(name="mail", kind="email", action="mask", places=("request",))
    set_up(worker, vendor, version=2, policies=(AiPolicy(id="pol_1", masking=(rule,), max_output_tokens=100),))
    until(lambda: worker.call("/readyz").json()["snapshot_version"] == 2)
    upload(client(worker), lines("gpt").replace(b'"Hi"', b'"Ask ada@example.org"'))
    assert b"ada@example.org" not in store.contents["file-0001"]
    with pytest.raises(openai.BadRequestError) as refused:
        upload(client(worker), lines("gpt", max_tokens=101))
    assert refused.value.code == "output_limit"
    with pytest.raises(openai.PermissionDeniedError):
        upload(client(worker), b"ada@example.org", "user_data")
    assert [hit.count for line in worker.usage(3) for hit in line.masked] == [1]
    on_reply = MaskingRule(name="mail", kind="email", action="mask", places=("reply",))
    set_up(worker, vendor, version=3, policies=(AiPolicy(id="pol_1", masking=(on_reply,)),))
    until(lambda: worker.call("/readyz").json()["snapshot_version"] == 3)
    with pytest.raises(openai.PermissionDeniedError) as kept:
        upload(client(worker), lines("gpt"))
    assert kept.value.code == "batch_refused"


def test_uploads_have_a_size_and_a_form(worker: RunningWorker, store: FileStore) -> None:
    by = client(worker)
    upload(by, b"x" * 2_900_000, "user_data")
    with pytest.raises(openai.APIStatusError) as refused:
        upload(by, b"x" * 3_100_000, "user_data")
    assert (refused.value.status_code, len(store.files)) == (413, 1)
    late = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nx\r\n'
    purpose = b'--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n'
    form = "multipart/form-data; boundary=b"
    assert worker.call("/v1/files", raw=late + purpose + b"--b--\r\n", content_type=form).status == 200
    for raw, code in (
        (late + b"--b--\r\n", "missing_field"),
        (purpose + b"--b--\r\n", "missing_field"),
        (late + purpose, "invalid_request"),
        (b"{}", "invalid_request"),
    ):
        answer = worker.call("/v1/files", raw=raw, content_type=form)
        assert (answer.status, answer.json()["error"]["code"]) == (400, code)
    assert worker.call("/v1/files", raw=late, content_type=form, method="PUT").status == 405
    assert worker.call("/v1/files/a/b/c").status == 404
    assert worker.call("/v1/uploads", {}).json()["error"]["code"] == "not_offered"


def test_where_nobody_keeps_files_it_is_said(tmp_path: Path, vendor: FakeVendor) -> None:
    worker = RunningWorker(tmp_path)
    found = config([provider("oa", vendor.url)], [model("gpt", deployment("oa"))])
    worker.configure(found.model_copy(update={"sealed_file_key": FILE_KEY}))
    with worker:
        answer = worker.call("/v1/files")
        assert (answer.status, answer.json()["error"]["code"]) == (501, "not_offered")


def test_a_vendor_s_refusals_are_told(worker: RunningWorker, vendor: FakeVendor) -> None:
    file = upload(client(worker), lines("gpt"))
    vendor.reply("/v1/batches", json_reply({"error": {"message": "limit reached for file-0001"}}, status=429))
    with pytest.raises(openai.RateLimitError) as refused:
        client(worker).batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
    assert file.id in str(refused.value)
    vendor.reply("/v1/files", json_reply({"error": {"message": "bad key sk-1"}}, status=401))
    with pytest.raises(openai.InternalServerError) as hidden:
        client(worker).files.list()
    assert (hidden.value.status_code, hidden.value.code) == (502, "vendor_auth_failed")
