"""Codex's tools in Responses at vendors that know plain functions alone: namespaces, free text, searches."""

import json
from typing import Any

import pytest
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from inference.translation.calls import opened, replied, sent, streamed, target
from inference.translation.spoken_answers import WRITERS, Spoken
from passgate.inference.translation import UntranslatableError

EVENT: TypeAdapter[object] = TypeAdapter(ResponseStreamEvent)
GRAMMAR = {"type": "grammar", "syntax": "lark", "definition": 'start: "*** Begin Patch"'}
PATCH: dict[str, Any] = {"type": "custom", "name": "apply_patch", "description": "Edits files.", "format": GRAMMAR}
CLOSE = {"type": "function", "name": "close", "description": "Closes.", "parameters": {"type": "object"}}
AGENTS = {"type": "namespace", "name": "agents", "description": "Agents side by side.", "tools": [CLOSE]}
SHELL = {"type": "function", "name": "shell", "parameters": {"type": "object"}}


def asked(*tools: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"model": "public", "input": "Hi", "tools": list(tools), **more}


def test_tools_of_a_namespace_are_offered_under_both_names() -> None:
    exchange = opened("openai-responses", asked(SHELL, AGENTS), target("anthropic"))
    document = sent(exchange)
    assert exchange.dropped == ()
    assert [tool["name"] for tool in document["tools"]] == ["shell", "agents__close"]
    assert document["tools"][1]["description"] == "Closes."
    told = "Of the tools whose names begin with agents__: Agents side by side."
    assert document["system"] == told


def test_a_custom_tool_is_offered_as_a_function_of_one_text() -> None:
    exchange = opened("openai-responses", asked(PATCH), target("anthropic"))
    (tool,) = sent(exchange)["tools"]
    assert exchange.dropped == ("tools.format",)
    assert tool["description"] == 'Edits files.\n\nThe text must follow this grammar (lark):\nstart: "*** Begin Patch"'
    assert tool["input_schema"]["required"] == ["input"]
    assert tool["input_schema"]["properties"]["input"]["type"] == "string"
    plain = {"type": "custom", "name": "note", "format": {"type": "text"}}
    exchange = opened("openai-responses", asked(plain), target("anthropic"))
    assert exchange.dropped == ()
    assert "description" not in sent(exchange)["tools"][0]


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("apply_patch", {"input": "*** Begin Patch\n"}),
    ("agents__close", {"id": "a"}),
    ("shell", {"cmd": "ls"}),
]


def check_calls(items: list[dict[str, Any]]) -> None:
    patch, close, shell = [item for item in items if item["type"].endswith("_call")]
    assert (patch["type"], patch["name"], patch["input"]) == ("custom_tool_call", "apply_patch", "*** Begin Patch\n")
    assert patch["id"].startswith("ctc_")
    assert (close["type"], close["name"], close["namespace"]) == ("function_call", "close", "agents")
    assert (json.loads(close["arguments"]), close["id"][:3]) == ({"id": "a"}, "fc_")
    assert (shell["name"], json.loads(shell["arguments"])) == ("shell", {"cmd": "ls"})
    assert "namespace" not in shell


@pytest.mark.parametrize("dialect", sorted(WRITERS))
def test_calls_come_back_as_the_items_that_the_client_knows(dialect: str) -> None:
    whole, stream = WRITERS[dialect](Spoken(["Hm."], [], CALLS, cut_short=False, tokens=(3, 4)))
    request = asked(PATCH, AGENTS, SHELL)
    answer = opened("openai-responses", request, target(dialect)).reply(200, "application/json", whole, request_id="r")
    Response.model_validate_json(answer.body)
    check_calls(json.loads(answer.body)["output"])

    out, code = streamed(opened("openai-responses", {**request, "stream": True}, target(dialect)), stream)
    assert code is None
    events = [json.loads(block.split("data: ")[1]) for block in out.decode().split("\n\n") if block]
    for event in events:
        EVENT.validate_python(event)
    check_calls(events[-1]["response"]["output"])
    check_calls([event["item"] for event in events if event["type"] == "response.output_item.done"])
    told = [event for event in events if event["type"].startswith("response.custom_tool_call_input.")]
    assert [event.get("delta") or event["input"] for event in told] == ["*** Begin Patch\n"] * 2
    deltas = [event["delta"] for event in events if event["type"] == "response.function_call_arguments.delta"]
    assert "Begin Patch" not in "".join(deltas)


@pytest.mark.parametrize("arguments", [{"patch": "x"}, {"input": 3}])
def test_other_arguments_of_a_custom_tool_are_told_whole(arguments: dict[str, Any]) -> None:
    block = {"type": "tool_use", "id": "t1", "name": "apply_patch", "input": arguments}
    usage = {"input_tokens": 3, "output_tokens": 4}
    message = {"id": "m", "type": "message", "role": "assistant", "model": "c", "content": [block], "usage": usage}
    exchange = opened("openai-responses", asked(PATCH), target("anthropic"))
    answer = replied(exchange, {**message, "stop_reason": "tool_use"})
    assert json.loads(json.loads(answer.body)["output"][0]["input"]) == arguments


def test_calls_and_their_results_go_back() -> None:
    talk = [
        {"role": "user", "content": "Hi"},
        {"type": "custom_tool_call", "id": "ctc_1", "call_id": "c1", "name": "apply_patch", "input": "***"},
        {"type": "function_call", "call_id": "c2", "name": "close", "namespace": "agents", "arguments": "{}"},
        {"type": "custom_tool_call_output", "id": "o_1", "call_id": "c1", "output": "Done!"},
        {"type": "function_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "closed"}]},
    ]
    exchange = opened("openai-responses", asked(PATCH, AGENTS, input=talk), target("anthropic"))
    calls, results = (message["content"] for message in sent(exchange)["messages"][1:])
    assert [(call["id"], call["name"], call["input"]) for call in calls] == [
        ("c1", "apply_patch", {"input": "***"}),
        ("c2", "agents__close", {}),
    ]
    assert [result["tool_use_id"] for result in results] == ["c1", "c2"]
    assert exchange.dropped == ("tools.format",)


def test_tools_that_the_input_brings_are_offered_and_called_too() -> None:
    more = {"type": "additional_tools", "role": "developer", "tools": [AGENTS]}
    request = asked(SHELL, input=[more, {"role": "user", "content": "Hi"}])
    exchange = opened("openai-responses", request, target("anthropic"))
    document = sent(exchange)
    assert exchange.dropped == ()
    assert [tool["name"] for tool in document["tools"]] == ["shell", "agents__close"]
    assert [message["role"] for message in document["messages"]] == ["user"]
    whole, _ = WRITERS["anthropic"](Spoken([], [], [("agents__close", {})], cut_short=False, tokens=(3, 4)))
    answer = json.loads(exchange.reply(200, "application/json", whole, request_id="r").body)
    assert (answer["output"][0]["namespace"], answer["output"][0]["name"]) == ("agents", "close")


def test_a_name_too_long_for_a_function_is_cut_and_still_found() -> None:
    group = {**AGENTS, "name": "mcp__" + "a" * 50 + "__", "tools": [{**CLOSE, "name": "b" * 20}]}
    exchange = opened("openai-responses", asked(group), target("anthropic"))
    (tool,) = sent(exchange)["tools"]
    assert len(tool["name"]) == 64
    whole, _ = WRITERS["anthropic"](Spoken([], [], [(tool["name"], {})], cut_short=False, tokens=(3, 4)))
    (item,) = json.loads(exchange.reply(200, "application/json", whole, request_id="r").body)["output"]
    assert (item["namespace"], item["name"]) == (group["name"], "b" * 20)


@pytest.mark.parametrize(
    ("choice", "forced"),
    [
        ({"type": "custom", "name": "apply_patch"}, "apply_patch"),
        ({"type": "function", "name": "close", "namespace": "agents"}, "agents__close"),
        (
            {"type": "allowed_tools", "mode": "required", "tools": [{"type": "custom", "name": "apply_patch"}]},
            "apply_patch",
        ),
    ],
)
def test_such_tools_may_be_forced(choice: dict[str, Any], forced: str) -> None:
    document = sent(opened("openai-responses", asked(PATCH, AGENTS, tool_choice=choice), target("anthropic")))
    assert document["tool_choice"] == {"type": "tool", "name": forced}


@pytest.mark.parametrize("search", ["web_search", "web_search_preview", "web_search_2025_08_26"])
def test_a_search_beside_the_client_s_own_tools_is_left_out_by_name(search: str) -> None:
    exchange = opened("openai-responses", asked({"type": search}, SHELL), target("anthropic"))
    assert exchange.dropped == (f"tools.{search}",)
    assert [tool["name"] for tool in sent(exchange)["tools"]] == ["shell"]


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (asked({"type": "web_search"}), "tools[0].type"),
        (asked(SHELL, {"type": "web_search"}, tool_choice={"type": "web_search"}), "tool_choice.type"),
        (asked(SHELL, {"type": "file_search", "vector_store_ids": ["vs"]}), "tools[1].type"),
        (asked({**AGENTS, "tools": [AGENTS]}), "tools[0].tools[0].type"),
    ],
)
def test_tools_that_run_at_openai_are_refused_by_name(request_: dict[str, Any], field: str) -> None:
    with pytest.raises(UntranslatableError) as refused:
        opened("openai-responses", request_, target("anthropic"))
    assert refused.value.field == field
