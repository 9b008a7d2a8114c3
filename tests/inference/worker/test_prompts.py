"""Prompt services as a worker answers them; the gate's header names the revision."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fake_vendor import FakeVendor, anthropic_message, json_reply, openai_chat, openai_stream
from fake_vendor.reply import stream_reply
from inference.worker.running_worker import (
    Answer,
    RunningWorker,
    config,
    deployment,
    model,
    provider,
    within_one_minute,
)
from passgate.contracts.ai_policy import AiPolicy, MaskingRule
from passgate.contracts.inference_config import InferenceConfig, PlanModels
from passgate.contracts.limits import LimitRule
from passgate.contracts.prompt import PromptDefinition, PromptExample, PromptModel, PromptVariable, PublishedPrompt

CHAT = "/v1/chat/completions"
SENTIMENT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "sentiment": {"enum": ["positive", "negative", "neutral"]},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
    },
    "required": ["sentiment", "confidence"],
    "additionalProperties": False,
}
GOOD = '{"sentiment": "positive", "confidence": 0.93}'
TEXT = (PromptVariable(name="text"),)


def prompt(revision: str, *models: str, service_id: str = "svc_1", **more: Any) -> PublishedPrompt:
    chain = tuple(PromptModel(name=name, parameters={"temperature": 0}) for name in models or ("gpt",))
    definition = {"user": "Classify the sentiment of {{text}}", "variables": TEXT, "models": chain, **more}
    return PublishedPrompt(
        service_id=service_id,
        version_id="ver_1",
        revision_id=revision,
        team_id="team_2",
        definition=PromptDefinition(**definition),
    )


PROMPTS = (
    prompt("text", system="You are {{text}}-proof.", examples=(PromptExample(user="{{text}}?", assistant="ok"),)),
    prompt("json", output_schema=SENTIMENT),
    prompt("told", "plain", output_schema=SENTIMENT),
    prompt("claude", "claude", output_schema=SENTIMENT),
    prompt("chain", "broken", "private", "gpt"),
    prompt("chain_json", "broken", "gpt", output_schema=SENTIMENT),
    prompt("lost", "gone"),
    prompt("quiet", streaming=False),
    prompt(
        "photo",
        user="Compare {{text}}: {{photo}} with the list\n{{tags}}",
        variables=(
            *TEXT,
            PromptVariable(name="photo", kind="image"),
            PromptVariable(name="tags", kind="list", required=False),
        ),
    ),
)


def prompt_config(vendor: FakeVendor, **more: Any) -> InferenceConfig:
    plain = provider("plain", vendor.url).model_copy(update={"profile": {"json_schema": False}})
    broken = provider("broken", vendor.url + "/broken")
    models = [
        model("gpt", deployment("oa")),
        model("plain", deployment("plain")),
        model("broken", deployment("broken")),
        model("claude", deployment("an", "claude-sonnet-4-5")),
        model("private", deployment("broken"), team_id="team_2"),
    ]
    providers = [provider("oa", vendor.url), provider("an", vendor.url, dialect="anthropic"), plain, broken]
    return config(providers, models).model_copy(update={"prompts": PROMPTS, **more})


@pytest.fixture
def prompts(tmp_path: Path, vendor: FakeVendor) -> Iterator[RunningWorker]:
    worker = RunningWorker(tmp_path)
    worker.configure(prompt_config(vendor))
    with worker:
        yield worker


def ask(worker: RunningWorker, revision: str, document: Any, path: str = "/sentiment", **headers: str) -> Answer:
    return worker.call(path, document, x_passgate_prompt=revision, **headers)


def test_variables_become_a_chat_call_and_its_answer_text(prompts: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(CHAT, openai_chat("Fine", prompt=100, completion=10))
    answer = ask(prompts, "text", {"text": "a {{text}} {{other}}"})

    assert (answer.status, answer.json()) == (200, {"text": "Fine"})
    assert vendor.requests[0].json() == {
        "temperature": 0,
        "model": "gpt-4o-mini",
        "messages": [
            {"role": "system", "content": "You are a {{text}} {{other}}-proof."},
            {"role": "user", "content": "{{text}}?"},
            {"role": "assistant", "content": "ok"},
            {"role": "user", "content": "Classify the sentiment of a {{text}} {{other}}"},
        ],
    }
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-passgate-model"] == "gpt"
    assert (answer.headers["x-passgate-tokens-in"], answer.headers["x-passgate-tokens-out"]) == ("100", "10")
    assert (answer.headers["x-passgate-cost"], answer.headers["x-passgate-attempts"]) == ("0.0003", "1")
    (record,) = prompts.usage()
    assert (record.request_id, record.format_in, record.model, record.status) == ("req-1", "prompt", "gpt", 200)
    assert (record.application_id, record.team_id, record.cost_micro_dollars) == ("app_1", "team_1", 300)


def test_images_and_lists(prompts: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(CHAT, openai_chat("Same"))
    image = "data:image/png;base64,iVBORw0KGgo="
    assert ask(prompts, "photo", {"text": "them", "photo": image, "tags": ["a", 2]}).json() == {"text": "Same"}
    assert vendor.requests[0].json()["messages"][0]["content"] == [
        {"type": "text", "text": "Compare them: "},
        {"type": "image_url", "image_url": {"url": image}},
        {"type": "text", "text": " with the list\n- a\n- 2"},
    ]


@pytest.mark.parametrize(
    ("sent", "status", "code", "field"),
    [
        (b'{"text": 5}', 422, "prompt_input_invalid", "text"),
        (b"", 422, "prompt_input_invalid", "text"),
        (b'{"text": "a", "x": 1}', 422, "prompt_input_invalid", "x"),
        (b"[1]", 400, "invalid_json", None),
        (b"{", 400, "invalid_json", None),
    ],
)
def test_bad_input_costs_nothing(
    prompts: RunningWorker, vendor: FakeVendor, sent: bytes, status: int, code: str, field: str | None
) -> None:
    answer = prompts.call("/sentiment", raw=sent, x_passgate_prompt="text")
    problem = answer.json()
    assert (answer.status, problem["status"], problem["code"]) == (status, status, code)
    assert (problem.get("field"), problem["request_id"]) == (field, "req-1")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-passgate-attempts"] == "0"
    assert not vendor.requests
    (record,) = prompts.usage()
    assert (record.error_code, record.cost_micro_dollars, record.format_in) == (code, 0, "prompt")


def test_an_answer_that_fits_the_schema_comes_bare(prompts: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(CHAT, openai_chat(GOOD))
    answer = ask(prompts, "json", {"text": "I love it"})
    assert answer.json() == {"sentiment": "positive", "confidence": 0.93}
    form = vendor.requests[0].json()["response_format"]
    assert form == {"type": "json_schema", "json_schema": {"name": "answer", "schema": SENTIMENT, "strict": True}}
    assert len(prompts.usage()) == 1


def test_a_vendor_without_schemas_is_told_in_words(prompts: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(CHAT, openai_chat(f"Here you are:\n```json\n{GOOD}\n```"))
    assert ask(prompts, "told", {"text": "I love it"}).json()["sentiment"] == "positive"
    asked = vendor.requests[0].json()
    assert "response_format" not in asked
    assert json.dumps(SENTIMENT, separators=(",", ":")) in asked["messages"][0]["content"]


def test_a_vendor_that_refuses_the_schema_is_asked_again_in_words(prompts: RunningWorker, vendor: FakeVendor) -> None:
    refused = json_reply({"type": "error", "error": {"type": "invalid_request_error", "message": "no"}}, status=400)
    vendor.reply("/v1/messages", refused, anthropic_message(GOOD))
    assert ask(prompts, "claude", {"text": "I love it"}).json()["confidence"] == 0.93
    first, second = (request.json() for request in vendor.requests)
    assert first["output_config"]["format"]["schema"] == SENTIMENT
    assert "output_config" not in second
    assert [record.request_id for record in prompts.usage(2)] == ["req-1~1", "req-1"]


def test_a_wrong_answer_is_mended_once_and_both_are_charged(prompts: RunningWorker, vendor: FakeVendor) -> None:
    wrong = GOOD.replace("0.93", "93")
    vendor.reply(CHAT, openai_chat(wrong, prompt=100, completion=10), openai_chat(GOOD, prompt=200, completion=20))
    answer = ask(prompts, "json", {"text": "I love it"})

    assert (answer.status, answer.json()["confidence"]) == (200, 0.93)
    said, asked = vendor.requests[1].json()["messages"][-2:]
    assert said == {"role": "assistant", "content": wrong}
    assert "At $.confidence: 93 is greater than the maximum of 1" in asked["content"]
    assert (answer.headers["x-passgate-attempts"], answer.headers["x-passgate-cost"]) == ("2", "0.0009")
    first, last = prompts.usage(2)
    assert (first.request_id, first.outcome, first.error_code) == ("req-1~1", "error", "prompt_output_invalid")
    assert (last.request_id, last.outcome, last.error_code) == ("req-1", "ok", None)
    assert (first.cost_micro_dollars, last.cost_micro_dollars) == (300, 600)


def test_a_second_wrong_answer_is_a_clear_502(prompts: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(CHAT, openai_chat("I would say positive."), openai_chat('{"sentiment": "positive"}'))
    answer = ask(prompts, "json", {"text": "I love it"})
    problem = answer.json()
    assert (answer.status, problem["code"], problem["field"]) == (502, "prompt_output_invalid", "$")
    assert "'confidence' is a required property" in problem["detail"]
    assert answer.headers["x-passgate-attempts"] == "2"
    _, last = prompts.usage(2)
    assert (last.request_id, last.status, last.error_code) == ("req-1", 502, "prompt_output_invalid")
    assert last.usage.output == 9


def test_a_repair_that_fails_says_so(prompts: RunningWorker, vendor: FakeVendor) -> None:
    failing = json_reply({"error": {"message": "overloaded"}}, status=503)
    vendor.reply(CHAT, openai_chat("no"), failing)
    problem = ask(prompts, "json", {"text": "I love it"}).json()
    assert problem["code"] == "prompt_output_invalid"
    assert "the answer is not JSON; the attempt to mend it failed" in problem["detail"]


def test_an_answer_cut_short_is_not_asked_for_again(prompts: RunningWorker, vendor: FakeVendor) -> None:
    def cut(message: dict[str, Any], reason: str) -> Any:
        choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": reason}
        usage = {"prompt_tokens": 1, "completion_tokens": 1}
        return json_reply({"id": "1", "object": "chat.completion", "choices": [choice], "usage": usage})

    vendor.reply(CHAT, cut({"content": '{"sentim'}, "length"), cut({"content": None, "refusal": "I won't."}, "stop"))
    assert ask(prompts, "json", {"text": "a"}).json()["code"] == "prompt_output_cut_short"
    problem = ask(prompts, "json", {"text": "a"}).json()
    assert (problem["code"], problem["detail"]) == ("prompt_output_declined", "The model declined to answer. I won't.")
    assert len(prompts.usage(2)) == 2


def test_the_next_model_answers_where_one_does_not(prompts: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/broken" + CHAT, json_reply({"error": {"message": "busy"}}, status=503))
    vendor.reply(CHAT, openai_chat("Fine"))
    answer = ask(prompts, "chain", {"text": "a"})
    assert (answer.status, answer.headers["x-passgate-model"]) == (200, "gpt")
    assert [(r.request_id, r.model) for r in prompts.usage(3)] == [
        ("req-1~1", "broken"),
        ("req-1~2", "private"),
        ("req-1", "gpt"),
    ]
    vendor.reply(CHAT, openai_chat(GOOD))
    assert ask(prompts, "chain_json", {"text": "a"}).json()["sentiment"] == "positive"


def test_a_plan_bounds_the_models(tmp_path: Path, vendor: FakeVendor) -> None:
    vendor.reply("/broken" + CHAT, json_reply({"error": {"message": "busy"}}, status=503))
    vendor.reply(CHAT, openai_chat("Fine"))
    worker = RunningWorker(tmp_path)

    def bounded(*models: str) -> tuple[PlanModels, ...]:
        return (PlanModels(service_id="svc_1", application_id="app_1", models=models),)

    worker.configure(prompt_config(vendor, plan_models=bounded("gpt", "plain")))
    with worker:
        assert ask(worker, "chain", {"text": "a"}).status == 200
        assert [record.model for record in worker.usage(1)] == ["gpt"]
        refused = ask(worker, "claude", {"text": "a"})
        assert (refused.status, refused.json()["code"]) == (403, "model_not_allowed")


def test_a_model_that_is_gone_is_not_the_callers_fault(prompts: RunningWorker) -> None:
    answer = ask(prompts, "lost", {"text": "a"})
    assert (answer.status, answer.json()["code"]) == (502, "model_not_found")


def test_text_is_streamed(prompts: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(CHAT, openai_stream(("Fi", "ne")))
    answer = ask(prompts, "text", {"text": "a"}, path="/sentiment?stream=true")
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.body == (
        b'data: {"text":"Fi"}\n\ndata: {"text":"ne"}\n\n'
        b'event: done\ndata: {"finish_reason":"stop","usage":{"input_tokens":12,"output_tokens":9}}\n\n'
    )
    assert ask(prompts, "text", {"text": "a"}, accept="text/event-stream").body == answer.body
    assert [(r.stream, r.usage.output, r.request_id) for r in prompts.usage(2)] == [(True, 9, "req-1")] * 2


def test_a_stream_falls_back_before_it_begins_and_ends_in_a_problem(prompts: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply("/broken" + CHAT, json_reply({"error": {"message": "busy"}}, status=503))
    events = openai_stream(("Fi",)).parts
    vendor.reply(CHAT, openai_stream(("Fi",)), _cut_stream(list(events)[:2]))
    assert ask(prompts, "chain", {"text": "a"}, accept="text/event-stream").body.startswith(b'data: {"text":"Fi"}')
    body = ask(prompts, "text", {"text": "a"}, accept="text/event-stream").body
    assert body.startswith(b'data: {"text":"Fi"}\n\nevent: error\ndata: {"type":"about:blank"')
    assert json.loads(body.rpartition(b"data: ")[2])["code"] == "vendor_stream_truncated"


def _cut_stream(parts: list[bytes]) -> Any:
    return stream_reply(parts)


@pytest.mark.parametrize("revision", ["json", "quiet"])
def test_what_does_not_stream_says_so(prompts: RunningWorker, vendor: FakeVendor, revision: str) -> None:
    answer = ask(prompts, revision, {"text": "a"}, accept="text/event-stream")
    assert (answer.status, answer.json()["code"]) == (406, "prompt_not_streamed")
    assert not vendor.requests


def test_refusals_are_problems(prompts: RunningWorker) -> None:
    assert ask(prompts, "text", None, method="GET").json()["code"] == "method_not_allowed"
    nobody = ask(prompts, "text", {"text": "a"}, x_passgate_claims="")
    assert (nobody.status, nobody.headers["content-type"]) == (401, "application/problem+json")
    assert nobody.json()["code"] == "claims_missing"


def test_a_revision_that_comes_a_moment_later_is_waited_for(prompts: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(CHAT, openai_chat("Fine"))
    connection = prompts.send("/sentiment", {"text": "a"}, x_passgate_prompt="late")
    changed = prompt_config(vendor).model_copy(update={"prompts": (prompt("late"),), "version": 2})
    prompts.configure(changed)
    assert connection.getresponse().status == 200
    connection.close()
    assert ask(prompts, "text", {"text": "a"}).json()["code"] == "prompt_not_ready"


def test_limits_and_masking_hold_for_prompts(tmp_path: Path, vendor: FakeVendor) -> None:
    vendor.reply(CHAT, openai_chat("write to bob@example.com"))
    masking = MaskingRule(name="mail", kind="email")
    limit = LimitRule(
        id="lim_1", name="l", scope="application", target="app_1", measure="requests", window="minute", amount=1
    )
    policy = AiPolicy(id="pol_1", masking=(masking,))
    worker = RunningWorker(tmp_path)
    worker.configure(prompt_config(vendor, limits=(limit,), policies=(policy,)))
    with worker:
        within_one_minute()
        answer = ask(worker, "quiet", {"text": "ann@example.com"})
        assert "example.com" not in json.dumps(vendor.requests[0].json()) + answer.body.decode()
        refused = ask(worker, "text", {"text": "a"})
    assert (refused.status, refused.json()["code"]) == (429, "rate_limit_exceeded")
    assert int(refused.headers["retry-after"]) > 0


def test_a_plans_budget_counts_what_goes_through_its_service_alone(tmp_path: Path, vendor: FakeVendor) -> None:
    vendor.reply(CHAT, openai_chat("Fine"))
    lasting = {"scope": "application", "target": "app_1", "measure": "money", "window": "month"}
    limits = tuple(
        LimitRule(id=f"lim_{service_id}", name=service_id, amount=amount, service_id=service_id, **lasting)
        for service_id, amount in (("svc_1", 0), ("svc_2", 10_000_000))
    )
    worker = RunningWorker(tmp_path)
    published = (*PROMPTS, prompt("other", service_id="svc_2"), prompt("third", service_id="svc_3"))
    worker.configure(prompt_config(vendor, limits=limits, prompts=published))
    with worker:
        spent = ask(worker, "text", {"text": "a"})
        assert (spent.status, spent.json()["code"]) == (402, "budget_exhausted")
        assert [ask(worker, one, {"text": "a"}).status for one in ("other", "third")] == [200, 200]
        assert worker.call(CHAT, {"model": "gpt", "messages": [{"role": "user", "content": "a"}]}).status == 200
        told = [(record.service_id, record.status) for record in worker.usage(4)]
    assert told == [("svc_1", 402), ("svc_2", 200), ("svc_3", 200), (None, 200)]


def test_an_unpublished_prompt_is_tried_with_the_callers_own_models(prompts: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(CHAT, openai_chat(GOOD))
    definition = prompt("x", output_schema=SENTIMENT).definition.model_dump(mode="json")
    answer = prompts.call("/v1/prompts/try", {"prompt": definition, "input": {"text": "a"}})
    assert (answer.status, answer.json()["sentiment"]) == (200, "positive")
    assert (answer.headers["x-passgate-tokens-out"], answer.headers["x-passgate-attempts"]) == ("9", "1")
    definition["models"][0]["name"] = "private"
    refused = prompts.call("/v1/prompts/try", {"prompt": definition, "input": {"text": "a"}})
    assert (refused.status, refused.json()["code"]) == (403, "model_not_allowed")
    definition["user"] = "{{text}} {{more}}"
    broken = prompts.call("/v1/prompts/try", {"prompt": definition, "input": {"text": "a"}}).json()
    assert (broken["code"], broken["field"]) == ("prompt_input_invalid", "prompt.user")
    assert prompts.call("/v1/prompts/try", {"prompt": {}}).json()["field"] == "prompt.user"
    assert prompts.call("/v1/prompts/try", {"input": {}}).status == 400
