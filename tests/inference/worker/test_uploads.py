"""Files in parts, as OpenAI's own SDK sends them, at a worker."""

from pathlib import Path

import openai
import pytest

from fake_vendor import FakeVendor
from fake_vendor.file_store import FileStore
from inference.worker.openai_client import FILE_KEY, client_of
from inference.worker.running_worker import RunningWorker, config, deployment, model, provider
from passgate.contracts.ai_policy import AiPolicy, MaskingRule
from passgate.contracts.inference_config import InferenceProvider
from passgate.inference.worker.options import WorkerLimits

CONTENT = b"0123456789" * 20


def keeping(name: str, url: str, **more: str) -> InferenceProvider:
    return provider(name, url).model_copy(update={"profile": {"files_path": "/files", **more}})


def set_up(worker: RunningWorker, *providers: InferenceProvider, **rules: object) -> None:
    models = [model(f"m-{one.id}", deployment(one.name)) for one in providers]
    worker.configure(config(list(providers), models).model_copy(update={"sealed_file_key": FILE_KEY, **rules}))


@pytest.fixture(autouse=True)
def store(vendor: FakeVendor) -> FileStore:
    return FileStore(vendor)


@pytest.fixture
def worker(tmp_path: Path, vendor: FakeVendor) -> RunningWorker:
    worker = RunningWorker(tmp_path, limits=WorkerLimits(file_bytes=1000))
    set_up(worker, keeping("oa", vendor.url, uploads_path="/uploads"), keeping("plain", vendor.url))
    return worker


def test_a_file_goes_in_parts_and_is_its_application_s_own(worker: RunningWorker, store: FileStore) -> None:
    with worker, client_of(worker) as ours, client_of(worker, "app_2") as theirs:
        done = ours.uploads.upload_file_chunked(
            file=CONTENT, filename="a.csv", bytes=len(CONTENT), mime_type="text/csv", purpose="user_data", part_size=64
        )
        assert (done.status, done.filename, done.id[:10]) == ("completed", "a.csv", "upload_pg_")
        assert done.file is not None
        assert (done.file.filename, done.file.bytes, done.file.id[:8]) == ("a.csv", len(CONTENT), "file-pg_")
        assert ours.files.content(done.file.id).content == CONTENT
        assert len(store.parts) == 4
        assert store.files["file-0001"]["filename"] != "a.csv"
        begun = ours.uploads.create(filename="b", purpose="user_data", bytes=3, mime_type="text/plain")
        part = ours.uploads.parts.create(begun.id, data=b"abc")
        assert (part.id[:8], part.upload_id) == ("part_pg_", begun.id)
        for id_ in (begun.id, "upload_0002", "upload_pg_AAAA"):
            with pytest.raises(openai.NotFoundError):
                theirs.uploads.cancel(id_)
            with pytest.raises(openai.NotFoundError):
                theirs.uploads.parts.create(id_, data=b"x")
        with pytest.raises(openai.NotFoundError):
            ours.uploads.complete(begun.id, part_ids=["part_0005"])
        assert ours.uploads.cancel(begun.id).status == "cancelled"
        del store.parts["part_0005"]
        with pytest.raises(openai.BadRequestError, match="No such part part_pg_"):
            ours.uploads.complete(begun.id, part_ids=[part.id])
        assert {line.format_in for line in worker.usage(18)} == {"openai-files"}


def test_what_cannot_be_held_to_is_refused_by_name(worker: RunningWorker, store: FileStore) -> None:
    with worker, client_of(worker) as ours:
        with pytest.raises(openai.BadRequestError, match="line by line") as refused:
            ours.uploads.create(filename="b.jsonl", purpose="batch", bytes=3, mime_type="text/plain")
        assert refused.value.param == "purpose"
        begun = ours.uploads.create(filename="b", purpose="user_data", bytes=3, mime_type="text/plain")
        with pytest.raises(openai.APIStatusError) as large:
            ours.uploads.parts.create(begun.id, data=b"x" * 2000)
        assert large.value.status_code == 413
        with pytest.raises(openai.NotFoundError):
            ours.get("/uploads/x/y", cast_to=object)
    assert store.parts == {}


def test_masked_applications_and_vendors_without_parts(worker: RunningWorker, vendor: FakeVendor) -> None:
    rule = MaskingRule(name="mail", kind="email", action="mask", places=("request",))
    set_up(
        worker,
        keeping("oa", vendor.url, uploads_path="/uploads"),
        policies=(AiPolicy(id="p", masking=(rule,), application_id="app_1"),),
    )
    given = {"filename": "b", "purpose": "user_data", "bytes": 3, "mime_type": "text/plain"}
    with worker, client_of(worker) as ours:
        answer = worker.call("/v1/uploads", given)
        assert (answer.status, answer.json()["error"]["code"]) == (403, "batch_refused")
        ours.close()
    none = RunningWorker(worker.folder / "none")
    (worker.folder / "none").mkdir()
    set_up(none, keeping("plain", vendor.url))
    with none:
        answer = none.call("/v1/uploads", given)
        assert (answer.status, answer.json()["error"]["code"]) == (501, "not_offered")
