"""Recorded answers through a worker: same bytes for whole answers, same events and usage for streams."""

import json
from pathlib import Path
from typing import Any

import pytest

from fake_vendor import FakeVendor, recorded_reply
from inference.worker.running_worker import RunningWorker

RECORDINGS = Path(__file__).parents[4] / "shared" / "recordings"
ROUTES = {"openai": ("/v1/chat/completions", "gpt"), "anthropic": ("/v1/messages", "claude")}

pytestmark = pytest.mark.recordings


def exchanges(vendor_name: str) -> list[dict[str, Any]]:
    file = RECORDINGS / f"{vendor_name}.jsonl"
    if not file.exists():
        pytest.skip(f"the recordings are absent: {file.name}")
    path, _ = ROUTES[vendor_name]
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    return [row for row in rows if row["path"].split("?")[0] == path and isinstance(row["request"], dict)]


@pytest.mark.parametrize("vendor_name", ["openai", "anthropic"])
def test_recorded_answers_pass(worker: RunningWorker, vendor: FakeVendor, vendor_name: str) -> None:
    path, model = ROUTES[vendor_name]
    rows = exchanges(vendor_name)
    good = [row for row in rows if row["status"] == 200]
    assert len(good) > 50
    for seed, row in enumerate(good):
        vendor.reply(path, recorded_reply(row, seed=seed))
        answer = worker.call(path, {**row["request"], "model": model})
        assert answer.status == 200, row["name"]
        recorded = row["response"]
        if isinstance(recorded, str):
            assert answer.body.count(b"data: ") >= recorded.count("data: ") - 1, row["name"]
        else:
            assert answer.json() == recorded, row["name"]
    records = worker.usage(len(good))
    assert [record.outcome for record in records] == ["ok"] * len(good)
    assert all(record.usage_source == "vendor" and record.usage.input > 0 for record in records)
