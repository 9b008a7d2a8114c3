"""Batches at a vendor whose batches are jobs (Mistral), as OpenAI's own SDK makes and follows them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from fake_vendor import FakeVendor
from fake_vendor.file_store import FileStore
from fake_vendor.job_store import JobStore
from inference.worker.openai_client import FILE_KEY, client_of
from inference.worker.running_worker import RunningWorker, config, deployment, model, provider, until
from passgate.catalog.vendors import find_vendor
from passgate.inference.worker.options import WorkerLimits


@pytest.fixture
def jobs(vendor: FakeVendor) -> JobStore:
    return JobStore(vendor, FileStore(vendor))


@pytest.fixture
def worker(tmp_path: Path, vendor: FakeVendor, jobs: JobStore) -> Iterator[RunningWorker]:
    del jobs
    profile = find_vendor("mistral").profile
    keeping = provider("mistral", vendor.url).model_copy(update={"profile": dict(profile)})
    found = config([keeping], [model("gpt", deployment("mistral", "mistral-small-2506"))])
    worker = RunningWorker(tmp_path, limits=WorkerLimits(batch_look=0.05))
    worker.configure(found.model_copy(update={"sealed_file_key": FILE_KEY}))
    with worker:
        yield worker


def uploaded(by: openai.OpenAI) -> str:
    body = {"model": "gpt", "messages": [{"role": "user", "content": "Hi"}], "max_completion_tokens": 100, "seed": 7}
    line = {"custom_id": "r", "method": "POST", "url": "/v1/chat/completions", "body": body}
    return by.files.create(file=("a.jsonl", "\n".join([json.dumps(line)] * 2).encode()), purpose="batch").id


def make(by: openai.OpenAI, **more: Any) -> Any:
    asked = {"endpoint": "/v1/chat/completions", "completion_window": "24h", "input_file_id": uploaded(by)}
    return by.batches.create(**{**asked, **more})


def test_a_batch_is_a_job_there_and_is_charged_when_it_is_done(
    worker: RunningWorker, vendor: FakeVendor, jobs: JobStore, tmp_path: Path
) -> None:
    with client_of(worker, request_id="req-job") as by, client_of(worker, "app_2") as other:
        batch = make(by, metadata={"job": "7"})
        (sent,) = [one.json() for one in vendor.requests if (one.method, one.path) == ("POST", "/v1/batch/jobs")]
        assert sent["metadata"].pop("passgate")
        assert sent == {
            "input_files": ["file-0001"],
            "endpoint": "/v1/chat/completions",
            "model": "mistral-small-2506",
            "metadata": {"job": "7"},
            "timeout_hours": 24,
        }
        assert (batch.id[:9], batch.status, batch.metadata) == ("batch_pg_", "validating", {"job": "7"})
        assert batch.request_counts.total == 2
        assert [one.id for one in by.batches.list()] == [batch.id]
        assert list(other.batches.list()) == []
        with pytest.raises(openai.NotFoundError):
            other.batches.retrieve(batch.id)

        (number,) = jobs.jobs
        jobs.finish(number)
        until(lambda: list((tmp_path / "batches").glob("*.done")))
        seen = by.batches.retrieve(batch.id)
        assert (seen.status, seen.completed_at, seen.failed_at) == ("completed", 1_900_000_060, None)
        assert seen.output_file_id is not None
        assert len(by.files.content(seen.output_file_id).content.splitlines()) == 2
        (line,) = [one for one in worker.usage(7) if one.model == "gpt"]
    assert (line.request_id, line.format_in, line.finish_reason) == ("req-job", "openai-batches", "completed")
    assert (line.usage.input, line.usage.output) == (200, 100)
    assert line.cost_micro_dollars == (200 * 2 + 100 * 10) // 2


def test_lines_are_written_by_the_vendor_s_profile(worker: RunningWorker, vendor: FakeVendor) -> None:
    with client_of(worker) as by:
        uploaded(by)
    (sent,) = [one.body for one in vendor.requests if one.path == "/v1/files"]
    assert sent.count(b'"max_tokens":100') == sent.count(b'"random_seed":7') == 2


def test_jobs_are_cancelled_and_fail(worker: RunningWorker, jobs: JobStore, tmp_path: Path) -> None:
    with client_of(worker) as by:
        batch = make(by)
        assert by.batches.cancel(batch.id).status == "cancelling"
        (number,) = jobs.jobs
        jobs.finish(number, "FAILED")
        until(lambda: list((tmp_path / "batches").glob("*.done")))
        seen = by.batches.retrieve(batch.id)
        assert (seen.status, seen.failed_at, seen.cancelled_at) == ("failed", 1_900_000_060, None)
        assert seen.errors is not None
        assert seen.errors.data is not None
        assert [one.message for one in seen.errors.data] == ["Out of capacity (2 times)"]


def test_what_a_job_cannot_say_is_named_or_refused(worker: RunningWorker, jobs: JobStore) -> None:
    with client_of(worker) as by:
        with pytest.raises(openai.BadRequestError) as refused:
            make(by, completion_window="a month")
        assert "completion_window" in refused.value.message
        assert jobs.jobs == {}
        asked = {"endpoint": "/v1/chat/completions", "completion_window": "24h", "input_file_id": uploaded(by)}
        expiry: Any = {"anchor": "created_at", "seconds": 3600}
        answer = by.batches.with_raw_response.create(**asked, output_expires_after=expiry)  # type: ignore[arg-type] # plain
        assert answer.headers["x-passgate-dropped"] == "output_expires_after"


def test_a_list_goes_on_page_by_page(worker: RunningWorker, jobs: JobStore) -> None:
    with client_of(worker) as by:
        first = make(by)
        (made,) = jobs.jobs.values()
        for at in range(120):
            jobs.jobs[f"other-{at}"] = {**made, "id": f"other-{at}", "metadata": {}}
        last = make(by)
        assert [one.id for one in by.batches.list(limit=1)] == [last.id, first.id]
