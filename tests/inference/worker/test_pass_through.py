"""Calls of a provider as it is, at a worker."""

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest

from fake_vendor import (
    FakeVendor,
    VendorRequest,
    anthropic_message,
    anthropic_stream,
    json_reply,
    openai_chat,
    openai_stream,
    stalled_stream,
)
from fake_vendor.anthropic_replies import anthropic_events
from fake_vendor.openai_replies import openai_events
from fake_vendor.reply import Reply
from inference.worker.running_worker import (
    API_KEY,
    PRICE,
    VAULT,
    RunningWorker,
    claims,
    config,
    deployment,
    model,
    provider,
    revocation,
    until,
    within_one_minute,
)
from passgate.contracts.ai_policy import AiPolicy
from passgate.contracts.inference_config import PassThrough, PriceTable, ProviderKey
from passgate.contracts.limits import LimitRule

CHAT = "/providers/oa/v1/chat/completions"
CATALOGUE = {"gpt-4o-mini": PRICE, "claude-sonnet-4-5": PriceTable(version="test 2", input=3, output=15)}
QUESTION = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hi"}], "a_new_field": 1}


def set_up(worker: RunningWorker, vendor: FakeVendor, version: int = 2, **more: Any) -> None:
    allowed = PassThrough(applications=("app_1",), charge_micro_dollars=700, prices=CATALOGUE)
    providers = [
        provider(name, vendor.url, dialect=dialect).model_copy(update={"pass_through": allowed})
        for name, dialect in (("oa", "openai"), ("an", "anthropic"), ("go", "gemini"))
    ]
    providers.append(provider("closed", vendor.url))
    models = [model("gpt", deployment("oa")), model("dear", deployment("oa", "gpt-dear"))]
    worker.configure(config(providers, models, version=version).model_copy(update=more))
    until(lambda: worker.call("/readyz").json()["snapshot_version"] == version)


@pytest.fixture
def raw(worker: RunningWorker, vendor: FakeVendor) -> Iterator[RunningWorker]:
    set_up(worker, vendor)
    return worker


def test_bytes_and_headers_pass_and_credentials_are_changed(raw: RunningWorker, vendor: FakeVendor) -> None:
    reply = openai_chat("Hello")
    headers = {"x-vendor-said": "so", "set-cookie": "a=b", "x-request-id": "theirs", "x-passgate-model": "forged"}
    vendor.reply("/v1/chat/completions", Reply(parts=reply.parts, headers=headers))
    body = json.dumps(QUESTION, indent=3).encode()
    answer = raw.call(
        f"{CHAT}?a=b%20c&key=secret",
        raw=body,
        authorization="Bearer caller",
        x_api_key="caller",
        cookie="c=d",
        openai_beta="assistants=v2",
        connection="keep-alive, x-only-here",
        x_only_here="1",
    )
    assert (answer.status, answer.body) == (200, b"".join(reply.parts))
    asked = vendor.requests[-1]
    assert (asked.path, asked.query, asked.body) == ("/v1/chat/completions", "a=b%20c", body)
    assert (asked.headers["authorization"], asked.headers["openai-beta"]) == (f"Bearer {API_KEY}", "assistants=v2")
    assert not {"x-api-key", "cookie", "x-only-here"} & set(asked.headers)
    assert not [name for name in asked.headers if name.startswith("x-passgate")]
    assert answer.headers["x-vendor-said"] == "so"
    assert (answer.headers["x-request-id"], answer.headers["x-passgate-vendor-request-id"]) == ("req-1", "theirs")
    assert answer.headers["x-passgate-model"] == "gpt"
    assert "set-cookie" not in answer.headers
    (line,) = raw.usage()
    assert (line.format_in, line.model, line.vendor_model, line.deployment_id) == (
        "pass-through",
        "gpt",
        "gpt-4o-mini",
        "dep_oa",
    )
    assert (line.usage.input, line.usage.output, line.cost_micro_dollars) == (12, 9, 114)


def test_streams_are_metered_in_every_vendor_s_words(raw: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/chat/completions", openai_stream(["Hel", "lo"]))
    assert b"[DONE]" in raw.call(CHAT, {**QUESTION, "stream": True}).body
    vendor.reply("/v1/messages", anthropic_message("Hello"), anthropic_stream(["Hel", "lo"]))
    for stream in (False, True):
        body = {"model": "claude-sonnet-4-5-20250929", "max_tokens": 5, "messages": [], "stream": stream}
        answer = raw.call("/providers/prov_an/v1/messages", body, anthropic_version="2023-06-01")
        assert answer.status == 200
    assert vendor.requests[-1].headers["x-api-key"] == API_KEY
    usage = {"promptTokenCount": 12, "candidatesTokenCount": 9}
    vendor.reply("/v1beta/models/gemini-3:generateContent", json_reply({"candidates": [], "usageMetadata": usage}))
    assert raw.call("/providers/go/v1beta/models/gemini-3:generateContent", {"contents": []}).status == 200
    lines = raw.usage(4)
    assert [(line.usage.input, line.usage.output) for line in lines] == [(12, 9)] * 4
    assert [line.cost_micro_dollars for line in lines] == [114, 171, 171, 700]
    assert lines[3].price_version == "flat charge"


def test_what_tells_nothing_is_not_free(raw: RunningWorker, vendor: FakeVendor) -> None:
    quiet = json_reply({"object": "list", "data": []})
    silent = openai_stream(["a"] * 20)
    vendor.reply("/v1/files", quiet)
    vendor.reply("/v1/chat/completions", _without_usage(silent))
    assert raw.call("/providers/oa/v1/files").status == 200
    assert raw.call(CHAT, {**QUESTION, "stream": True}).status == 200
    vendor.reply("/v1/files", json_reply({"error": {"message": "no"}}, status=400))
    assert raw.call("/providers/oa/files").status == 400
    flat, estimated, failed = raw.usage(3)
    assert (flat.cost_micro_dollars, flat.usage_source, flat.deployment_id) == (700, "none", None)
    assert estimated.usage.output >= 20
    assert (estimated.cost_micro_dollars >= 200, estimated.usage_source) == (True, "none")
    assert (failed.cost_micro_dollars, failed.outcome) == (0, "error")


def test_a_stream_that_is_left_costs_an_estimate_of_what_was_not_counted(
    raw: RunningWorker, vendor: FakeVendor
) -> None:
    begun = anthropic_events(("twelve bytes",), prompt=1000)
    vendor.reply("/v1/messages", stalled_stream(begun[:4]), stalled_stream(begun[:-1]))
    vendor.reply("/v1/chat/completions", stalled_stream(openai_events(("a", "b"))[:3]))
    message = {"model": "claude-sonnet-4-5-20250929", "max_tokens": 50, "messages": [], "stream": True}
    question = {**QUESTION, "stream": True}
    calls = [("/providers/an/v1/messages", message, 4), ("/providers/an/v1/messages", message, 6), (CHAT, question, 3)]
    for number, (path, document, events) in enumerate(calls, start=1):
        with raw.open(path, document) as answer:
            seen = 0
            while seen < events:
                seen += answer.readline().startswith(b"data: ")
        raw.usage(number)
    left, told, by_size = raw.usage(3)
    assert (left.usage.input, left.usage.output, left.usage_source) == (1000, 1 + 4, "estimate")
    assert (told.usage.input, told.usage.output, told.usage_source) == (1000, 9, "vendor")
    assert (by_size.usage.output, by_size.usage_source) == (3, "estimate")
    assert by_size.cost_micro_dollars > 0


def _without_usage(reply: Reply) -> Reply:
    kept = tuple(part for part in reply.parts if b"prompt_tokens" not in part)
    return Reply(content_type=reply.content_type, parts=kept, stream=True)


def test_a_body_in_pieces_is_passed_on_in_bounded_memory(raw: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/files", json_reply({"id": "file-1"}))
    body = b"--x\r\n" + b"0" * 3_000_000 + b"\r\n--x--\r\n"
    answer = raw.call("/providers/oa/v1/files", raw=body, content_type="multipart/form-data; boundary=x")
    assert answer.json() == {"id": "file-1"}
    assert vendor.requests[-1].body == body


@pytest.mark.parametrize(
    "path",
    ["/../v1/x", "/%2e%2e/x", "/a%2Fb", "/a%5cb", "/a//b", "/..;/x", "/%252e%252e/x", "/x%0d%0ay", "/%25252525252f"],
)
def test_no_path_leads_out_of_the_base_url(raw: RunningWorker, vendor: FakeVendor, path: str) -> None:
    answer = raw.call(f"/providers/oa{path}")
    assert (answer.status, answer.json()["error"]["code"]) == (400, "path_refused")
    assert not vendor.requests


@pytest.mark.parametrize("path", ["oa@evil.example/x", "https://evil.example/", "closed/v1/x"])
def test_only_a_provider_that_is_open_to_the_application(raw: RunningWorker, vendor: FakeVendor, path: str) -> None:
    assert raw.call(f"/providers/{path}").status in {400, 404}
    assert raw.call("/providers/oa/v1/files", x_passgate_claims=claims(application="app_2")).status == 404
    assert raw.call("/providers/oa/v1/files", method="HEAD").status == 405
    assert not vendor.requests


def test_a_token_for_certain_models_reaches_these_alone(raw: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/chat/completions", openai_chat())
    narrow = {"x_passgate_claims": claims(models=["gpt"])}
    assert raw.call(CHAT, QUESTION, **narrow).status == 200
    for body in (b'{"model":"gpt-dear"}', b"{}", b'{"model":"gpt-dear","model":"gpt-4o-mini"}'):
        answer = raw.call(CHAT, raw=body, **narrow)
        assert (answer.status, answer.json()["error"]["code"]) == (403, "model_not_allowed")
    assert raw.call("/providers/oa/v1/files", **narrow).status == 403
    assert len(vendor.requests) == 1


def test_limits_and_budgets_hold(worker: RunningWorker, vendor: FakeVendor) -> None:
    rule = LimitRule(
        id="l1", name="Calls", scope="application", target="app_1", measure="requests", window="minute", amount=1
    )
    money = rule.model_copy(
        update={
            "id": "l2",
            "scope": "provider",
            "target": "prov_an",
            "measure": "money",
            "window": "day",
            "amount": 500,
        }
    )
    set_up(worker, vendor, limits=(rule, money))
    vendor.reply("/v1/files", json_reply({}))
    within_one_minute()
    assert worker.call("/providers/oa/v1/files").status == 200
    assert worker.call("/providers/oa/v1/files").status == 429
    set_up(worker, vendor, 3, limits=(money,))
    assert worker.call("/providers/an/v1/files").status == 402


def test_rules_that_cannot_be_applied_close_the_way(worker: RunningWorker, vendor: FakeVendor) -> None:
    policy = AiPolicy.model_validate({"id": "p", "max_prompt_bytes": 10})
    set_up(worker, vendor, policies=(policy,))
    answer = worker.call(CHAT, QUESTION)
    assert (answer.status, answer.json()["error"]["code"]) == (403, "pass_through_refused")


def test_a_revocation_cuts_an_open_stream(raw: RunningWorker, vendor: FakeVendor) -> None:
    events = Reply(content_type="text/event-stream", parts=(b"data: {}\n\n",), stream=True, ending="silence")
    vendor.reply("/v1/chat/completions", events)
    with raw.open(CHAT, {**QUESTION, "stream": True}) as response:
        assert response.readline() == b"data: {}\n"
        raw.revoke(revocation(1, "tok_1"))
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            response.read()
    (line,) = raw.usage()
    assert (line.outcome, line.error_code) == ("revoked", "token_revoked")
    assert line.cost_micro_dollars > 0
    assert raw.call(CHAT, QUESTION).status == 401


def test_files_and_batches_are_refused_by_name(raw: RunningWorker, vendor: FakeVendor) -> None:
    for path in ("/v1/files", "/v1/batches/b1"):
        answer = raw.call(path)
        assert (answer.status, answer.json()["error"]["code"]) == (501, "not_offered")
    assert not vendor.requests


def test_a_vendor_s_refusal_of_our_key_is_ours(raw: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/v1/files", json_reply({"error": {"message": "Incorrect key sk-vendor-secret"}}, status=401))
    answer = raw.call("/providers/oa/v1/files")
    assert (answer.status, answer.json()["error"]["code"]) == (502, "vendor_auth_failed")
    assert API_KEY.encode() not in answer.body


def test_a_key_that_is_refused_rests_and_the_next_one_is_used(worker: RunningWorker, vendor: FakeVendor) -> None:
    keys = (ProviderKey(id="key_2", label="second", sealed_key=VAULT.seal("good")),)
    allowed = PassThrough(applications=("app_1",), prices=CATALOGUE)
    pooled = provider("oa", vendor.url, key="bad").model_copy(update={"keys": keys, "pass_through": allowed})
    worker.configure(config([pooled], [model("gpt", deployment("oa"))], version=2))
    until(lambda: worker.call("/readyz").json()["snapshot_version"] == 2)

    def answer(request: VendorRequest) -> Reply:
        if request.headers["authorization"] == "Bearer bad":
            return json_reply({"error": {"message": "unknown key"}}, status=401)
        return openai_chat("Hello")

    vendor.reply("/v1/chat/completions", answer)
    assert [worker.call(CHAT, QUESTION).status for _ in range(2)] == [200, 200]
    used = [request.headers["authorization"] for request in vendor.requests]
    assert used == ["Bearer bad", "Bearer good", "Bearer good"]
    vendor.reply("/v1/chat/completions", json_reply({"error": {"message": "too many"}}, status=429))
    assert worker.call(CHAT, QUESTION).status == 429
    assert len(vendor.requests) == 4  # nobody is left to ask
    assert worker.call(CHAT, QUESTION).status == 429  # nor is anything refused by a guess
