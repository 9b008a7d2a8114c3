"""OpenAI's Responses: passed on, translated from and to other formats, with the recordings and the SDK as judges."""

import json
import re
from typing import Any

import pytest
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from inference.translation.calls import opened, replied, sent, streamed, target
from inference.translation.recordings import Recording, responses
from inference.translation.spoken_answers import WRITERS, Spoken
from passgate.inference.translation import InvalidRequestError, Target, UntranslatableError
from passgate.inference.translator import open_exchange, parse

EVENT: TypeAdapter[object] = TypeAdapter(ResponseStreamEvent)
OWN_ITEMS = ("message", "function_call", "reasoning")
_STATE = ("previous_response_id", "conversation", "background", "prompt")


def native(model: str = "vendor-model") -> Target:
    return target("openai", model, responses_path="/responses")


def only_responses(model: str = "o9-pro") -> Target:
    return target("openai", model, responses_path="/responses", responses_only=["o9-"])


def stateless() -> list[Recording]:
    return [one for one in responses() if not any(one.request.get(name) for name in _STATE)]


def events_of(stream: bytes) -> list[dict[str, Any]]:
    found = []
    for block in stream.decode().split("\n\n"):
        data = "".join(line[5:].strip() for line in block.split("\n") if line.startswith("data:"))
        if data and data != "[DONE]":
            found.append(json.loads(data))
    return found


def substance(response: dict[str, Any]) -> list[tuple[object, ...]]:
    """What a response says, less ids and what a vendor's own tools did."""
    said: list[tuple[object, ...]] = []
    for item in response["output"]:
        if item["type"] == "message":
            said.extend((part["type"], part.get("text") or part.get("refusal")) for part in item["content"])
        elif item["type"] == "function_call":
            said.append(("call", item["call_id"], item["name"], item["arguments"]))
        elif item["type"] == "reasoning" and (item.get("content") or item["summary"]):
            said.append(("thought", "\n\n".join(part["text"] for part in item.get("content") or item["summary"])))
    return said


def spoken(response: dict[str, Any]) -> tuple[str, str]:
    """All that is said, and all that is thought."""
    said = substance(response)
    return tuple("".join(str(text) for kind, text, *_ in said if kind == name) for name in ("output_text", "thought"))


@pytest.mark.recordings
def test_every_recorded_request_passes_unchanged_but_for_storing() -> None:
    assert len(stateless()) > 80
    for recording in stateless():
        exchange = opened("openai-responses", recording.request, native(recording.request["model"]))
        assert exchange.dropped == ()
        assert sent(exchange) == {**recording.request, "store": False}, recording.name
        assert exchange.request.url == "https://vendor.example/v1/responses"


@pytest.mark.recordings
def test_recorded_answers_pass_in_their_bytes_and_their_usage_is_read() -> None:
    for recording in stateless():
        exchange = opened("openai-responses", recording.request, native())
        if recording.streamed:
            out, code = streamed(exchange, recording.body)
            assert (out, code) == (recording.body, None), recording.name
            continue
        answer = exchange.reply(recording.status, "application/json", recording.body, request_id="req-1")
        assert answer.body == recording.body
        if recording.status == 200:
            told = recording.response["usage"]
            assert answer.usage is not None
            assert (answer.usage.input, answer.usage.output) == (told["input_tokens"], told["output_tokens"])


@pytest.mark.recordings
def test_recorded_answers_of_responses_only_models_reach_chat_clients() -> None:
    chat = {"model": "public", "messages": [{"role": "user", "content": "Hi"}]}
    for recording in stateless():
        if recording.status != 200 or recording.streamed:
            continue
        exchange = opened("openai-chat", chat, only_responses())
        message = json.loads(replied(exchange, recording.response).body)["choices"][0]["message"]
        said = substance(recording.response)
        assert (message["content"] or "") == "".join(str(text) for kind, text, *_ in said if kind == "output_text")
        calls = [
            (call["id"], call["function"]["name"], call["function"]["arguments"])
            for call in message.get("tool_calls", [])
        ]
        assert calls == [entry[1:] for entry in said if entry[0] == "call"], recording.name


@pytest.mark.recordings
def test_recorded_streams_come_out_as_they_went_in_when_read_and_written_anew() -> None:
    """Through the neutral events and back: nothing that a response says is lost, and the SDK reads every event."""
    seen = 0
    for recording in responses():
        if not recording.streamed:
            continue
        last = events_of(recording.body)[-1]["response"]
        exchange = opened("openai-responses", {"model": "public", "input": "Hi", "stream": True}, translated())
        out, code = streamed(exchange, *(bytes([byte]) for byte in recording.body))
        events = events_of(out)
        assert code is None
        for event in events:
            if event.get("item", {"type": "message"})["type"] in OWN_ITEMS and event is not events[-1]:
                EVENT.validate_python(event)
        assert [event["sequence_number"] for event in events] == list(range(len(events)))
        assert substance(events[-1]["response"]) == substance(last), recording.name
        assert events[-1]["response"]["usage"]["total_tokens"] == last["usage"]["total_tokens"]
        seen += 1
    assert seen >= 10


def translated() -> Target:
    """A model that answers Responses alone, at a vendor that does not take them unchanged."""
    return target("openai", "o9-pro", responses_only=["o9-"])


@pytest.mark.recordings
def test_recorded_requests_are_translated_or_refused_by_name() -> None:
    refused, done = set(), 0
    for recording in stateless():
        for dialect in ("openai", "anthropic", "gemini", "bedrock"):
            try:
                opened("openai-responses", recording.request, target(dialect))
                done += 1
            except UntranslatableError as error:
                refused.add(re.sub(r"\[\d+\]", "", str(error.field)))
    assert done > 200
    # Tools and items of OpenAI's own, and files that it holds.
    assert refused <= {"tools.type", "input.type", "input.id", "input.content", "input.output", "tool_choice.type"}


@pytest.mark.parametrize("dialect", sorted(WRITERS))
def test_answers_of_every_dialect_become_responses(dialect: str) -> None:
    told = Spoken(["Hel", "lo"], ["Hm."], [("weather", {"city": "Paris"})], cut_short=False, tokens=(3, 4))
    whole, stream = WRITERS[dialect](told)
    request = {"model": "public", "input": "Hi", "tools": [{"type": "function", "name": "weather", "parameters": {}}]}
    answer = opened("openai-responses", request, target(dialect)).reply(200, "application/json", whole, request_id="r")
    response = Response.model_validate_json(answer.body)
    assert response.output_text == "Hello"
    calls = [item for item in response.output if item.type == "function_call"]
    assert [(call.name, json.loads(call.arguments)) for call in calls] == [("weather", {"city": "Paris"})]
    assert response.usage is not None

    out, code = streamed(opened("openai-responses", {**request, "stream": True}, target(dialect)), stream)
    assert code is None
    events = events_of(out)
    for event in events:
        EVENT.validate_python(event)
    assert events[0]["type"] == "response.created"
    assert events[-1]["type"] == "response.completed"
    folded, at_once = (spoken(one) for one in (events[-1]["response"], json.loads(answer.body)))
    assert folded == at_once == ("Hello", "Hm.")


def test_a_talk_with_tools_and_thoughts_reaches_anthropic() -> None:
    sealed = sealed_by_anthropic()
    request = {
        "model": "public",
        "instructions": "Be brief.",
        "max_output_tokens": 500,
        "input": [
            {"role": "developer", "content": "Use metric units."},
            {"role": "user", "content": [{"type": "input_text", "text": "Weather?"}]},
            {
                "type": "reasoning",
                "id": "rs_1",
                "summary": [{"type": "summary_text", "text": "Hm."}],
                "encrypted_content": sealed,
            },
            {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": '{"city":"Paris"}'},
            {"type": "function_call", "call_id": "c2", "name": "weather", "arguments": '{"city":"Rome"}'},
            {"type": "function_call_output", "call_id": "c1", "output": "18"},
            {"type": "function_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "25"}]},
        ],
        "tools": [{"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": False}],
    }
    document = sent(opened("openai-responses", request, target("anthropic")))
    assert [block["text"] for block in document["system"]] == ["Be brief.", "Use metric units."]
    assert [message["role"] for message in document["messages"]] == ["user", "assistant", "user"]
    assistant, results = document["messages"][1]["content"], document["messages"][2]["content"]
    assert [block["type"] for block in assistant] == ["thinking", "tool_use", "tool_use"]
    assert assistant[0]["signature"] == "sig-of-anthropic"
    assert [block["tool_use_id"] for block in results] == ["c1", "c2"]


def sealed_by_anthropic() -> str:
    """What a client gets to send back: the signature of an answer of Anthropic's."""
    answer = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": [
            {"type": "thinking", "thinking": "Hm.", "signature": "sig-of-anthropic"},
            {"type": "text", "text": "Yes."},
        ],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 3, "output_tokens": 4},
    }
    reply = replied(opened("openai-responses", {"model": "public", "input": "Hi"}, target("anthropic")), answer)
    item = json.loads(reply.body)["output"][0]
    assert item["summary"] == [{"type": "summary_text", "text": "Hm."}]
    return str(item["encrypted_content"])


@pytest.mark.parametrize(
    ("field", "value"),
    [("store", True), ("previous_response_id", "resp_1"), ("conversation", "conv_1"), ("background", True)],
)
def test_stored_state_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(UntranslatableError) as refused:
        parse("openai-responses", json.dumps({"model": "m", "input": "Hi", field: value}).encode(), {})
    assert refused.value.field == field


@pytest.mark.parametrize("given", [None, "", [], 3, {"a": 1}])
def test_input_must_be_there(given: object) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        parse("openai-responses", json.dumps({"model": "m", "input": given}).encode(), {})
    assert refused.value.field == "input"


def test_a_chat_request_to_a_model_of_responses_alone() -> None:
    request = {
        "model": "public",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}]},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            },
            {"role": "tool", "tool_call_id": "c1", "content": "ok"},
        ],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        "reasoning_effort": "low",
        "seed": 1,
        "max_completion_tokens": 50,
    }
    exchange = opened("openai-chat", request, only_responses())
    document = sent(exchange)
    assert exchange.dropped == ("seed",)
    assert exchange.request.url.endswith("/v1/responses")
    assert (document["instructions"], document["store"], document["max_output_tokens"]) == ("Be brief.", False, 50)
    assert [item.get("type") or item["role"] for item in document["input"]] == [
        "user",
        "function_call",
        "function_call_output",
    ]
    assert document["reasoning"] == {"effort": "low", "summary": "auto"}


NOTE = {"type": "file_citation", "file_id": "file-1", "filename": "a.txt", "index": 3}
TOLD = {"token": "Hi", "logprob": -0.5, "bytes": [72, 105], "top_logprobs": []}


def response(**part: Any) -> dict[str, Any]:
    text = {"type": "output_text", "text": "Hi", "annotations": [], "logprobs": [], **part}
    item = {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [text]}
    return {"id": "resp_1", "object": "response", "status": "completed", "model": "m", "output": [item]}


def test_a_cited_file_and_log_probabilities_of_a_response_reach_chat_clients() -> None:
    chat = {"model": "public", "messages": [{"role": "user", "content": "Hi"}], "logprobs": True}
    reply = replied(opened("openai-chat", chat, only_responses()), response(annotations=[NOTE], logprobs=[TOLD]))
    whole = json.loads(reply.body)
    assert whole["choices"][0]["message"]["vendor_blocks"] == [{"format": "openai-responses", "block": NOTE}]
    assert whole["choices"][0]["logprobs"]["content"] == [TOLD]


def test_a_cited_file_that_comes_back_is_left_out_by_name_and_no_item() -> None:
    said = {"role": "assistant", "content": "Hi", "vendor_blocks": [{"format": "openai-responses", "block": NOTE}]}
    exchange = opened("openai-chat", {"model": "public", "messages": [said]}, only_responses())
    assert exchange.dropped == ("messages.vendor_blocks.file_citation",)
    assert [item["type"] for item in sent(exchange)["input"]] == ["message"]


def test_a_file_that_another_vendor_keeps_is_refused_by_name() -> None:
    kept = {"fileUri": "https://generativelanguage.googleapis.com/v1beta/files/a", "mimeType": "application/pdf"}
    talk = {"contents": [{"role": "user", "parts": [{"text": "Read"}, {"fileData": kept}]}]}
    path = {":path": "/v1beta/models/public:generateContent"}
    with pytest.raises(UntranslatableError) as refused:
        open_exchange(parse("gemini", json.dumps(talk).encode(), path), only_responses())
    assert refused.value.field == "contents[0].parts[1]"


@pytest.mark.parametrize("stream", [False, True])
def test_a_response_repeats_its_request_as_the_vendor_s_own_does(stream: bool) -> None:  # noqa: FBT001
    said = {
        "instructions": "Be brief.",
        "max_output_tokens": 64,
        "metadata": {"a": "b"},
        "parallel_tool_calls": False,
        "prompt_cache_key": "k",
        "safety_identifier": "u",
        "temperature": 0.5,
        "tool_choice": {"type": "function", "name": "look"},
        "top_p": 0.25,
    }
    tool = {"type": "function", "name": "look", "parameters": {"type": "object"}}
    more = {"tools": [tool], "reasoning": {"effort": "low"}, "text": {"verbosity": "low"}}
    asked = {"model": "public", "input": "Hi", "stream": stream, **said, **more}
    exchange = opened("openai-responses", asked, target("anthropic"))
    whole, events = WRITERS["anthropic"](Spoken(["Hi"], [], [], cut_short=False, tokens=(3, 4)))
    if stream:
        out, code = streamed(exchange, events)
        assert code is None
        documents = [event["response"] for event in events_of(out) if "response" in event]
        assert len(documents) == 3
    else:
        documents = [json.loads(exchange.reply(200, "application/json", whole, request_id="req-1").body)]
    for document in documents:
        Response.model_validate(document)
        assert {name: document[name] for name in said} == said
        assert document["tools"] == [{**tool, "description": None, "strict": None}]
        assert document["reasoning"] == {"effort": "low", "summary": None}
        assert document["text"] == {"format": {"type": "text"}, "verbosity": "low"}
        assert (document["store"], document["truncation"], document["user"]) == (False, "disabled", None)


def test_a_text_that_gemini_cuts_into_parts_is_one_part_of_a_response() -> None:
    """Clients that want JSON, LangChain's for one, read the first part alone."""
    parts = [{"text": '{"city":'}, {"text": '"Oslo"}'}]
    whole = {"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}], "responseId": "r"}
    told = json.loads(replied(opened("openai-responses", {"model": "m", "input": "Hi"}, target("gemini")), whole).body)
    assert substance(told) == [("output_text", '{"city":"Oslo"}')]


def test_a_reference_to_a_stored_item_is_refused_with_the_way_out() -> None:
    """Vercel's ``ai`` sends references until its option ``store`` is false."""
    given = [{"role": "user", "content": "Hi"}, {"type": "item_reference", "id": "msg_1"}]
    for reference in (given[1], {"id": "msg_1"}):
        for vendor in ("anthropic", "openai"):
            asked = {"model": "public", "input": [given[0], reference]}
            with pytest.raises(UntranslatableError, match="told not to store") as refused:
                opened("openai-responses", asked, target(vendor))
            assert refused.value.field == "input[1].id"
