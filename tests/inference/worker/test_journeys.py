"""Ways through several deployments, keys and models, at fake vendors."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fake_vendor import (
    FakeVendor,
    anthropic_message,
    dropped_connection,
    garbage,
    openai_chat,
    openai_stream,
    rate_limited,
    server_error,
    stream_reply,
)
from inference.worker.running_worker import VAULT, RunningWorker, config, deployment, model, provider
from passgate.contracts.inference_config import InferenceModel, InferenceProvider, ProviderKey
from passgate.contracts.routing import RoutingRules, TimeLimits
from passgate.inference.worker.options import WorkerLimits

PATH = "/v1/chat/completions"
CHAT: dict[str, Any] = {"model": "gpt", "messages": [{"role": "user", "content": "Hi"}]}
STREAM = {**CHAT, "stream": True}
HASTY = WorkerLimits(connect=1, first_byte=0.4, first_byte_unstreamed=0.4, silence=0.4, whole=5)


@pytest.fixture
def other() -> Iterator[FakeVendor]:
    with FakeVendor() as vendor:
        yield vendor


def started(folder: Path, providers: list[InferenceProvider], *models: InferenceModel) -> RunningWorker:
    worker = RunningWorker(folder, HASTY)
    worker.configure(config(providers, models))
    return worker


def pair(folder: Path, vendor: FakeVendor, other: FakeVendor, **rules: Any) -> RunningWorker:
    """A model with a first and a second choice."""
    providers = [provider("oa", vendor.url), provider("ob", other.url)]
    deployments = deployment("oa"), deployment("ob", "gpt-b", priority=1)
    return started(folder, providers, model("gpt", *deployments, routing=RoutingRules(**rules)))


@pytest.mark.parametrize("path", [PATH, "/v1/messages"])
def test_when_all_say_too_many_the_caller_gets_a_vendors_429_with_its_words_and_the_shorter_wait(
    tmp_path: Path, vendor: FakeVendor, other: FakeVendor, path: str
) -> None:
    vendor.reply(PATH, rate_limited("9"))
    other.reply(PATH, rate_limited("30"))
    with pair(tmp_path, vendor, other) as worker:
        answers = [worker.call(path, {**CHAT, "max_tokens": 5}) for _ in range(3)]
        records = worker.usage(3)
    for answer, record in zip(answers, records, strict=True):
        assert (answer.status, answer.headers["retry-after"]) == (429, "9")
        assert answer.json()["error"]["message"] == "Rate limit reached"
        assert (record.status, record.error_code, record.provider_id) == (429, "vendor_rate_limited", "prov_oa")
    assert len(other.requests) == 1  # it is left alone as long as it wants to be
    assert [one.code for one in records[0].tried] == ["vendor_rate_limited"]
    assert records[1].chosen_by == "last-resort"


def test_a_circuit_opens_after_failures_and_heals_by_one_trial(
    tmp_path: Path, vendor: FakeVendor, other: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("passgate.inference.health.FIRST_OPEN_SECONDS", 0.3)
    vendor.reply(PATH, server_error(503))
    other.reply(PATH, openai_chat())
    with pair(tmp_path, vendor, other) as worker:
        for _ in range(8):
            assert worker.call(PATH, CHAT).headers["x-passgate-provider"] == "ob"
        assert len(vendor.requests) == 5
        passed = worker.usage(8)[-1]
        assert [(one.deployment_id, one.code) for one in passed.tried] == [("dep_oa", "circuit_open")]
        vendor.reply(PATH, openai_chat())
        vendor.requests.clear()
        for _ in range(40):
            if worker.call(PATH, CHAT).headers["x-passgate-provider"] == "oa":
                break
            other.requests[-1].closed.wait(0.02)
        assert worker.call(PATH, CHAT).headers["x-passgate-provider"] == "oa"


def test_a_refused_key_rests_and_the_others_go_on(tmp_path: Path, vendor: FakeVendor) -> None:
    def answer(request: Any) -> Any:
        return server_error(401) if request.headers["authorization"].endswith("bad") else openai_chat()

    keys = (ProviderKey(id="key_2", label="second", sealed_key=VAULT.seal("good")),)
    pool = provider("oa", vendor.url, key="bad").model_copy(update={"keys": keys})
    vendor.reply(PATH, answer)
    with started(tmp_path, [pool], model("gpt", deployment("oa"))) as worker:
        assert {worker.call(PATH, CHAT).status for _ in range(12)} == {200}
        records = worker.usage(12)
    used = [request.headers["authorization"] for request in vendor.requests]
    assert used.count("Bearer bad") == 1
    (refused,) = [one for record in records for one in record.tried if one.status == 401]
    assert (refused.code, refused.key) == ("vendor_auth_failed", "main")
    assert {record.key for record in records} == {"second"}


def test_a_deployment_may_use_one_key_alone(tmp_path: Path, vendor: FakeVendor) -> None:
    keys = (ProviderKey(id="key_2", label="second", sealed_key=VAULT.seal("good")),)
    pool = provider("oa", vendor.url, key="first").model_copy(update={"keys": keys})
    vendor.reply(PATH, openai_chat())
    with started(tmp_path, [pool], model("gpt", deployment("oa", key_id="key_2"))) as worker:
        for _ in range(3):
            worker.call(PATH, CHAT)
    assert {request.headers["authorization"] for request in vendor.requests} == {"Bearer good"}


@pytest.mark.parametrize("first", [server_error(500), dropped_connection(), rate_limited("0")])
def test_what_may_pass_is_tried_again_after_a_pause(tmp_path: Path, vendor: FakeVendor, first: Any) -> None:
    vendor.reply(PATH, first, openai_chat())
    gpt = model("gpt", deployment("oa"), routing=RoutingRules(retries=1))
    with started(tmp_path, [provider("oa", vendor.url)], gpt) as worker:
        answer = worker.call(PATH, CHAT)
        (record,) = worker.usage()
    assert answer.status == 200
    assert len(vendor.requests) == 2
    assert (record.outcome, record.chosen_by, len(record.tried)) == ("ok", "only", 1)
    assert answer.headers["x-passgate-tried"].startswith("oa gpt-4o-mini vendor_")


@pytest.mark.parametrize("answer", [rate_limited("60"), server_error(400), server_error(401), garbage()])
def test_what_a_pause_does_not_help_is_not_tried_again(tmp_path: Path, vendor: FakeVendor, answer: Any) -> None:
    vendor.reply(PATH, answer)
    gpt = model("gpt", deployment("oa"), routing=RoutingRules(retries=3))
    with started(tmp_path, [provider("oa", vendor.url)], gpt) as worker:
        assert worker.call(PATH, CHAT).status >= 400
    assert len(vendor.requests) == 1


@pytest.mark.parametrize("document", [CHAT, STREAM])
def test_another_model_of_another_format_steps_in(
    tmp_path: Path, vendor: FakeVendor, other: FakeVendor, document: dict[str, Any]
) -> None:
    vendor.reply(PATH, server_error(503))
    other.reply(PATH, openai_stream() if document is STREAM else openai_chat())
    other.reply("/v1/messages", anthropic_message())
    providers = [provider("oa", vendor.url), provider("an", vendor.url, dialect="anthropic"), provider("ob", other.url)]
    vendor.reply("/v1/messages", rate_limited("60"))
    worker = started(
        tmp_path,
        providers,
        model("gpt", deployment("oa"), routing=RoutingRules(fallbacks=("mod_claude", "mod_last"))),
        model("claude", deployment("an", "claude-sonnet-4-5")),
        model("last", deployment("ob", "gpt-b")),
    )
    with worker:
        answer = worker.call(PATH, document)
        (record,) = worker.usage()
    assert (answer.status, answer.headers["x-passgate-model"]) == (200, "gpt")
    assert answer.headers["x-passgate-fallback-model"] == "last"
    assert (record.model, record.answered_model, record.chosen_by) == ("gpt", "last", "fallback")
    assert [(one.model, one.status) for one in record.tried] == [(None, 503), ("claude", 429)]


def test_a_fallback_that_the_caller_may_not_use_is_none(tmp_path: Path, vendor: FakeVendor) -> None:
    vendor.reply(PATH, server_error(503))
    secret = model("secret", deployment("oa", "gpt-b"), team_id="team_2")
    gpt = model("gpt", deployment("oa"), routing=RoutingRules(fallbacks=("mod_secret",)))
    with started(tmp_path, [provider("oa", vendor.url)], gpt, secret) as worker:
        assert worker.call(PATH, CHAT).status == 503
    assert len(vendor.requests) == 1


def test_a_field_that_one_format_cannot_say_leads_to_the_next(tmp_path: Path, vendor: FakeVendor) -> None:
    vendor.reply(PATH, openai_chat())
    providers = [provider("an", vendor.url, dialect="anthropic"), provider("oa", vendor.url)]
    gpt = model("gpt", deployment("an", "claude"), deployment("oa", priority=1))
    with started(tmp_path, providers, gpt) as worker:
        answer = worker.call(PATH, {**CHAT, "n": 2})
        (record,) = worker.usage()
    assert (answer.status, answer.headers["x-passgate-provider"]) == (200, "oa")
    assert [one.code for one in record.tried] == ["unsupported_field"]


def test_a_models_own_limit_of_the_first_token_holds_though_the_vendor_gives_signs_of_life(
    tmp_path: Path, vendor: FakeVendor, other: FakeVendor
) -> None:
    pings = tuple([b": ping\n\n"] * 40)
    vendor.reply(PATH, stream_reply(pings, gap=0.05))
    other.reply(PATH, openai_stream())
    limits = TimeLimits(first_token=0.3)
    with pair(tmp_path, vendor, other, time_limits=limits) as worker:
        answer = worker.call(PATH, STREAM)
        (record,) = worker.usage()
    assert (answer.status, answer.headers["x-passgate-provider"]) == (200, "ob")
    assert record.tried[0].code == "vendor_timeout"
    assert 250 <= record.tried[0].ms < 1500


def test_the_same_session_stays_where_it_was(tmp_path: Path, vendor: FakeVendor, other: FakeVendor) -> None:
    for one in (vendor, other):
        one.reply(PATH, openai_chat())
    providers = [provider("oa", vendor.url), provider("ob", other.url)]
    gpt = model("gpt", deployment("oa"), deployment("ob"), routing=RoutingRules(sticky="header"))
    with started(tmp_path, providers, gpt) as worker:
        homes = [
            {worker.call(PATH, CHAT, x_passgate_session=f"s{name}").headers["x-passgate-deployment"] for _ in range(3)}
            for name in range(8)
        ]
        assert worker.usage(24)[0].chosen_by == "sticky"
    assert all(len(home) == 1 for home in homes)
    assert set.union(*homes) == {"dep_oa", "dep_ob"}
