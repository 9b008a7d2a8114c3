"""What a batch may cost is held across a worker's end, and what it did cost is counted once, whichever node tells."""

import json
from pathlib import Path
from typing import Any

import openai
import pytest
from valkey import Valkey

from fake_vendor import FakeVendor, openai_chat
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
from passgate.contracts.limits import LimitRule
from passgate.inference.worker.options import RationingOptions, WorkerLimits

PROFILE = {"files_path": "/files", "batches_path": "/batches", "batch_percent": 50}
BUDGET = 2000
"""Micro-dollars. The batch below may cost some more than half of it, and costs 700."""
ASKED: Any = [{"role": "user", "content": "Hi"}]


@pytest.fixture
def store(vendor: FakeVendor) -> FileStore:
    return FileStore(vendor)


def node(folder: Path, vendor: FakeVendor, url: str | None, look: float = 0.05, **token: Any) -> RunningWorker:
    worker = RunningWorker(
        folder, limits=WorkerLimits(batch_look=look), rationing=RationingOptions(valkey_url=url, valkey_seconds=20)
    )
    folder.mkdir(exist_ok=True)
    rule = LimitRule(
        id="lim_1", name="All", scope="application", target="app_1", measure="money", window="total", amount=BUDGET
    )
    keeping = provider("oa", vendor.url).model_copy(update={"profile": PROFILE})
    more = {"sealed_file_key": FILE_KEY, "limits": () if token else (rule,)}
    worker.configure(config([keeping], [model("gpt", deployment("oa"))]).model_copy(update=more))
    return worker


def make(by: openai.OpenAI) -> str:
    body = {"model": "gpt", "messages": ASKED, "max_tokens": 100}
    line = {"custom_id": "r", "method": "POST", "url": "/v1/chat/completions", "body": body}
    asked = by.files.create(file=("a.jsonl", "\n".join([json.dumps(line)] * 2).encode()), purpose="batch")
    return by.batches.create(input_file_id=asked.id, endpoint="/v1/chat/completions", completion_window="24h").id


def fits(by: openai.OpenAI, max_tokens: int) -> bool:
    """Whether a call of so many tokens, of ten micro-dollars each, has room."""
    try:
        by.chat.completions.create(model="gpt", messages=ASKED, max_tokens=max_tokens)
    except openai.APIStatusError as refused:
        if refused.code != "budget_exhausted":
            raise
        return False
    return True


@pytest.mark.parametrize(("counters", "token"), [("own", {}), ("shared", {}), ("own", {"budget": BUDGET})])
def test_a_reservation_outlasts_its_worker(
    tmp_path: Path, vendor: FakeVendor, store: FileStore, valkey: str, counters: str, token: dict[str, Any]
) -> None:
    url = valkey if counters == "shared" else None
    vendor.reply("/v1/chat/completions", openai_chat("Hello", prompt=0, completion=0))
    with node(tmp_path / "a", vendor, url, **token) as first, client_of(first, **token) as by:
        make(by)
    with node(tmp_path / "a", vendor, url, **token) as again, client_of(again, **token) as by:
        until(lambda: not fits(by, 150))  # it is taken up within a moment
        assert fits(by, 40)  # and once
        store.finish("batch_0001")
        until(lambda: list((tmp_path / "a" / "batches").glob("*.done")))
        assert fits(by, 110)
        assert not fits(by, 135)


def test_two_nodes_count_a_batch_once(tmp_path: Path, vendor: FakeVendor, store: FileStore, valkey: str) -> None:
    vendor.reply("/v1/chat/completions", openai_chat("Hello", prompt=0, completion=0))
    with (
        node(tmp_path / "a", vendor, valkey, look=3600) as maker,
        node(tmp_path / "b", vendor, valkey) as other,
        client_of(maker) as by,
        client_of(other) as stranger,
    ):
        batch = make(by)
        store.finish("batch_0001")
        stranger.batches.retrieve(batch)  # sees that it is done, and charges it before its maker has looked
        until(lambda: list((tmp_path / "b" / "batches").glob("*.done")))
        by.batches.retrieve(batch)
        until(lambda: list((tmp_path / "a" / "batches").glob("*.done")))
        with Valkey.from_url(valkey, decode_responses=True) as counters:
            (key,) = [one for one in counters.scan_iter("{passgate}:*") if counters.type(one) == "hash"]
            until(lambda: int(counters.hget(key, "r") or 0) == 0)
            assert counters.hget(key, "s") == "700"
    lines = [
        one for worker in (maker, other) for one in worker.usage(3 if worker is maker else 2) if one.model == "gpt"
    ]
    assert [(one.request_id, one.cost_micro_dollars) for one in lines] == [("req-1", 700)] * 2


def test_counters_of_each_node_s_own_count_it_at_its_maker_s(
    tmp_path: Path, vendor: FakeVendor, store: FileStore
) -> None:
    vendor.reply("/v1/chat/completions", openai_chat("Hello", prompt=0, completion=0))
    with (
        node(tmp_path / "a", vendor, None) as maker,
        node(tmp_path / "b", vendor, None) as other,
        client_of(maker) as by,
        client_of(other) as stranger,
    ):
        batch = make(by)
        store.finish("batch_0001")
        stranger.batches.retrieve(batch)
        for name in ("a", "b"):
            until(lambda name=name: list((tmp_path / name / "batches").glob("*.done")))  # type: ignore[misc]
        assert fits(stranger, 180)
        assert not fits(by, 180)
        assert fits(by, 110)
