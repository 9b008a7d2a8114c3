"""What calls say is kept where their application wants it, masked as it went, bounded and sealed."""

import json
from pathlib import Path
from typing import Any

import openai
import pytest

from fake_vendor import FakeVendor, json_reply, openai_chat, openai_stream
from fake_vendor.file_store import FileStore
from inference.worker.openai_client import FILE_KEY
from inference.worker.running_worker import (
    APPLICATIONS,
    VAULT,
    RunningWorker,
    claims,
    config,
    deployment,
    model,
    provider,
    until,
)
from passgate.contracts.ai_policy import AiPolicy, MaskingRule
from passgate.contracts.call_body import LONGEST_BODY, BodyRecord
from passgate.contracts.inference_config import PassThrough
from passgate.contracts.prompt import PromptDefinition, PromptModel, PromptVariable, PublishedPrompt

CHAT = "/v1/chat/completions"
QUESTION = {"model": "gpt", "messages": [{"role": "user", "content": "I am ada@example.org"}]}


def set_up(worker: RunningWorker, vendor: FakeVendor, **more: Any) -> None:
    applications = [one.model_copy(update={"logs_bodies": one.id == "app_1"}) for one in APPLICATIONS]
    found = config([provider("oa", vendor.url)], [model("gpt", deployment("oa"))])
    worker.configure(found.model_copy(update={"applications": tuple(applications), **more}))


@pytest.fixture
def worker(tmp_path: Path) -> RunningWorker:
    return RunningWorker(tmp_path)


def kept(folder: Path, count: int = 1) -> list[BodyRecord]:
    until(lambda: len(list((folder / "bodies").glob("*.json"))) >= count)
    return [BodyRecord.model_validate_json(path.read_text()) for path in sorted((folder / "bodies").glob("*.json"))]


def test_request_and_reply_are_kept_whole_and_streamed(
    worker: RunningWorker, vendor: FakeVendor, tmp_path: Path
) -> None:
    set_up(worker, vendor)
    with worker:
        vendor.reply(CHAT, openai_chat("Hello"), openai_stream(["Hel", "lo"]))
        whole = worker.call(CHAT, QUESTION)
        stream = worker.call(CHAT, {**QUESTION, "stream": True})
        first, second = kept(tmp_path, 2)
        assert "ada@example.org" not in first.sealed_request
        assert json.loads(VAULT.open(first.sealed_request)) == QUESTION
        assert VAULT.open(first.sealed_reply).encode() == whole.body
        assert VAULT.open(second.sealed_reply).encode() == stream.body
        assert (first.request_id, first.application_id, first.team_id) == ("req-1", "app_1", "team_1")
        assert second.reply_bytes == len(stream.body)


def test_it_is_off_unless_the_application_wants_it(worker: RunningWorker, vendor: FakeVendor, tmp_path: Path) -> None:
    set_up(worker, vendor)
    with worker:
        vendor.reply(CHAT, openai_chat("Hello"))
        assert worker.call(CHAT, QUESTION, x_passgate_claims=claims(application="app_2")).status == 200
        assert worker.call(CHAT, {**QUESTION, "model": "nothing"}).status == 404
        assert not (tmp_path / "bodies").exists()


def test_what_is_kept_is_masked_and_bounded(worker: RunningWorker, vendor: FakeVendor, tmp_path: Path) -> None:
    rule = MaskingRule(name="mail", kind="email", action="mask", places=("request", "reply"))
    block = MaskingRule(name="secret", kind="pattern", pattern="topsecret", action="block", places=("request",))
    set_up(worker, vendor, policies=(AiPolicy(id="pol_1", masking=(rule, block)),))
    with worker:
        vendor.reply(CHAT, openai_chat("Write to ada@example.org"), openai_stream(["Write to ada@", "example.org"]))
        worker.call(CHAT, QUESTION)
        worker.call(CHAT, {**QUESTION, "stream": True})
        assert worker.call(CHAT, {**QUESTION, "messages": [{"role": "user", "content": "topsecret"}]}).status == 400
        vendor.reply(CHAT, openai_chat("x" * 300_000))
        worker.call(CHAT, {**QUESTION, "metadata": {"a": "y" * 200_000}})
        records = kept(tmp_path, 3)
        texts = [VAULT.open(text) for one in records for text in (one.sealed_request, one.sealed_reply)]
        assert len(records) == 3
        assert not [text for text in texts if "ada@example.org" in text or "topsecret" in text]
        assert (len(texts[4]), len(texts[5])) == (LONGEST_BODY, LONGEST_BODY)
        assert records[2].reply_bytes > 300_000


def test_of_a_prompt_the_caller_s_own_words_are_kept_and_not_the_prompt_s(
    worker: RunningWorker, vendor: FakeVendor, tmp_path: Path
) -> None:
    rule = MaskingRule(name="mail", kind="email", action="mask", places=("request", "reply"))
    chain = (PromptModel(name="broken"), PromptModel(name="gpt"))
    definition = PromptDefinition(
        system="the publisher's secret", user="On {{id}}", variables=(PromptVariable(name="id"),), models=chain
    )
    told = PublishedPrompt(
        service_id="svc_1", version_id="ver_1", revision_id="rev", team_id="team_1", definition=definition
    )
    providers = [provider("oa", vendor.url), provider("bad", vendor.url + "/bad")]
    models = [model("gpt", deployment("oa")), model("broken", deployment("bad"))]
    applications = [one.model_copy(update={"logs_bodies": True}) for one in APPLICATIONS]
    more = {"prompts": (told,), "policies": (AiPolicy(id="pol_1", masking=(rule,)),)}
    worker.configure(config(providers, models).model_copy(update={"applications": tuple(applications), **more}))
    with worker:
        vendor.reply("/bad" + CHAT, json_reply({"error": {"message": "broken"}}, status=500))
        vendor.reply(CHAT, openai_chat("Ask bob@example.org"))
        answer = worker.call("/ask", {"id": "ada@example.org"}, x_passgate_prompt="rev")
        assert answer.json() == {"text": "Ask [masked:mail]"}
        records = {one.request_id: one for one in kept(tmp_path, 2)}
    assert records.keys() == {"req-1", "req-1~1"}
    assert {VAULT.open(one.sealed_request) for one in records.values()} == {'{"id":"[masked:mail]"}'}
    assert VAULT.open(records["req-1"].sealed_reply).encode() == answer.body
    assert "secret" not in "".join(VAULT.open(one.sealed_reply) for one in records.values())


def test_calls_of_a_provider_as_it_is_are_kept_and_no_sound(
    worker: RunningWorker, vendor: FakeVendor, tmp_path: Path
) -> None:
    allowed = PassThrough(applications=("app_1",), charge_micro_dollars=1)
    own = provider("oa", vendor.url).model_copy(update={"pass_through": allowed})
    set_up(worker, vendor, providers=(own,))
    path = "/providers/oa/v1"
    with worker:
        vendor.reply(CHAT, openai_chat("Hello"))
        vendor.reply("/v1/uploads", json_reply({"id": "upload_1"}))
        answer = worker.call(f"{path}/chat/completions", QUESTION, x_request_id="req-1")
        worker.call(f"{path}/uploads", raw=b"\x00" * 900, content_type="audio/wav", x_request_id="req-2")
        worker.call("/providers/none/v1/models", raw=b"{}", x_request_id="req-3")
        records = {one.request_id: one for one in kept(tmp_path, 2)}
    assert records.keys() == {"req-1", "req-2"}
    first, second = records["req-1"], records["req-2"]
    assert json.loads(VAULT.open(first.sealed_request)) == QUESTION
    assert VAULT.open(first.sealed_reply).encode() == answer.body
    assert (VAULT.open(second.sealed_request), second.request_bytes) == ("(audio/wav, 900 bytes)", 900)
    assert json.loads(VAULT.open(second.sealed_reply)) == {"id": "upload_1"}


def test_of_files_the_words_are_masked_by_the_policies_that_hold_now(
    worker: RunningWorker, vendor: FakeVendor, tmp_path: Path
) -> None:
    store = FileStore(vendor)
    keeping = provider("oa", vendor.url).model_copy(update={"profile": {"files_path": "/files"}})
    more: dict[str, Any] = {"providers": (keeping,), "sealed_file_key": FILE_KEY}
    set_up(worker, vendor, **more)
    with worker:
        headers = {"x-passgate-claims": claims(), "x-request-id": "req-1"}
        with openai.OpenAI(api_key="x", base_url=f"{worker.url}/v1", max_retries=0, default_headers=headers) as client:
            file = client.files.create(file=("a.jsonl", b"x"), purpose="user_data")
            said = '{"n":1800000000,"text":"Ask ada\\u0040example.org"}\n'
            for rule in ("mask", "block"):
                masking = MaskingRule(name="mail", kind="email", action=rule, places=("reply",))
                policy = AiPolicy(id="pol_1", model="gpt", masking=(masking,))
                version = {"mask": 2, "block": 3}[rule]
                set_up(worker, vendor, **more, policies=(policy,), version=version)
                until(lambda version=version: worker.call("/readyz").json()["snapshot_version"] == version)  # type: ignore[misc] # plain
                store.contents["file-0001"] = said.encode() * (1 if rule == "block" else 3000)
                there = client.with_options(default_headers={**headers, "x-request-id": f"req-{rule}"})
                assert there.files.content(file.id).content == store.contents["file-0001"]
        records = {one.request_id: one for one in kept(tmp_path, 2)}
    assert records.keys() == {"req-1", "req-mask"}
    text = VAULT.open(records["req-mask"].sealed_reply)
    assert text.startswith('{"n":1800000000,"text":"Ask [masked:mail]"}\n')
    assert "ada" not in text


def test_of_files_the_words_are_kept(worker: RunningWorker, vendor: FakeVendor, tmp_path: Path) -> None:
    FileStore(vendor, page=3)
    keeping = provider("oa", vendor.url).model_copy(update={"profile": {"files_path": "/files"}})
    set_up(worker, vendor, providers=(keeping,), sealed_file_key=FILE_KEY)
    with worker:
        headers = {"x-passgate-claims": claims(), "x-request-id": "req-1"}
        with openai.OpenAI(api_key="x", base_url=f"{worker.url}/v1", max_retries=0, default_headers=headers) as client:
            file = client.files.create(file=("a.jsonl", b'{"a": 1}\n'), purpose="user_data")
            client.with_options(default_headers={**headers, "x-request-id": "req-2"}).files.content(file.id)
        records = {one.request_id: one for one in kept(tmp_path, 2)}
    assert VAULT.open(records["req-1"].sealed_request).startswith("(multipart/form-data, ")
    assert json.loads(VAULT.open(records["req-1"].sealed_reply))["id"] == file.id
    assert VAULT.open(records["req-2"].sealed_reply) == '{"a": 1}\n'
