"""The playground's rules, and its call against a gate that answers in every way."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from passgate.identity.schemas import TokenIssuer
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from passgate.publishing.playground.access import playground_models, playground_token
from passgate.publishing.playground.answer import Answer
from passgate.publishing.playground.calling import call_model
from passgate.publishing.playground.question import MOST_PICTURE_BYTES, picture, read_question
from passgate.publishing.prompts.gate import LocalGate
from passgate.storage.work import Storage

_ISSUER = TokenIssuer(issuer="http://localhost:8080", audience="passgate")
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nx-request-id: r1\r\n\r\n"
_EVENTS = (
    'data: {"choices": [{"delta": {"content": "né"}}]}\n\n: keep-alive\n\n'
    'data: {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"name": "weather", "arguments": "{"}}]}}]}'
    '\r\n\r\ndata: {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]}, '
    '"finish_reason": "tool_calls"}]}\n\ndata: {"choices": [], "usage": {"prompt_tokens": 4, "completion_tokens": 2}}'
    "\n\ndata: [DONE]\n\n"
).encode()
_FIRST = _EVENTS[: _EVENTS.index(b"\n\n") + 2]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("user", {"user": " "}),
        ("temperature", {"temperature": 2.1}),
        ("max_tokens", {"max_tokens": 0}),
        ("max_tokens", {"max_tokens": 1.5}),
        ("tools", {"tools": "{"}),
        ("tools", {"tools": "{}"}),
        ("tools", {"tools": '[{"type": "function", "function": {}}]'}),
        ("tools", {"tools": '[{"type": "function", "function": {"name": "a", "parameters": []}}]'}),
    ],
)
def test_what_is_no_question_is_refused_by_field(field: str, given: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        read_question(**{"user": "Hello", **given})  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_a_question_says_only_what_was_typed() -> None:
    hello = {"role": "user", "content": "Hello"}
    assert read_question("Hello").document("m") == {"model": "m", "messages": [hello]}
    tool = {"type": "function", "function": {"name": "a"}}
    assert read_question("Hello", "Be kind", 0, 50, json.dumps([tool])).document("m") == {
        "model": "m",
        "messages": [{"role": "system", "content": "Be kind"}, hello],
        "temperature": 0,
        "max_completion_tokens": 50,
        "tools": [tool],
    }


def test_whose_calls_they_are(
    storage: Storage, teams: tuple[str, str, str], red: Actor, red_viewer: Actor, blue: Actor
) -> None:
    team = teams[0]
    for stranger, error in ((red_viewer, ForbiddenError), (blue, NotFoundError)):
        with storage.writing() as work, pytest.raises(error):
            playground_models(stranger, work, team)
        with storage.writing() as work, pytest.raises(error):
            playground_token(stranger, work, _ISSUER, team, ["m"])
    for models in ([], ["m"], ["a", "b", "c", "d"]):
        with storage.writing() as work, pytest.raises(InvalidInputError) as refusal:
            playground_token(red, work, _ISSUER, team, models)
        assert refusal.value.field == "models"


def test_an_answer_is_read_however_its_bytes_are_cut() -> None:
    for size in (1, 7, 4096):
        answer = _answer(_sends(_HEAD + _chunked(_EVENTS, size) + b"0\r\n\r\n"))
        assert (answer.state, answer.text, answer.finish_reason) == ("done", "né", "tool_calls")
        assert (answer.tool_calls[0].name, answer.tool_calls[0].arguments) == ("weather", "{}")
        assert (answer.tokens_in, answer.tokens_out, answer.request_id) == (4, 2, "r1")
        assert answer.first_token_ms is not None


def test_failures_stand_in_the_answer() -> None:
    broken = _answer(_sends(_HEAD + _chunked(_FIRST, 20)))
    assert (broken.state, broken.text, broken.problem) == ("failed", "né", "The answer broke off.")
    late = b'data: {"error": {"message": "Overloaded", "code": "vendor_failed"}}\n\n'
    told = _answer(_sends(_HEAD + _chunked(_FIRST + late, 999) + b"0\r\n\r\n"))
    assert (told.state, told.problem, told.code) == ("failed", "Overloaded", "vendor_failed")
    body = b'{"error": {"message": "Slow down", "code": "rate_limited"}}'
    refused = _answer(_sends(b"HTTP/1.1 429 No\r\ncontent-length: %d\r\n\r\n" % len(body) + body))
    assert (refused.state, refused.status, refused.problem, refused.code) == (
        "failed",
        429,
        "Slow down",
        "rate_limited",
    )
    assert _answer(_sends(b"SSH-2.0-OpenSSH\r\n")).code == "gate_unreachable"
    assert _answer(_sends(b"")).problem == "The answer broke off."


def test_stopping_closes_the_connection() -> None:
    gone = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            while await reader.read(4096):
                pass
        except ConnectionError:
            pass
        writer.close()
        gone.set()

    async def stop() -> Answer:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            answer = Answer()
            gate = LocalGate(port=server.sockets[0].getsockname()[1])
            task = asyncio.create_task(call_model(gate, "t", {}, answer))
            await asyncio.sleep(0.05)
            task.cancel()
            await asyncio.wait_for(gone.wait(), 5)
        return answer

    assert asyncio.run(stop()).state == "stopped"


def _chunked(data: bytes, size: int) -> bytes:
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


def _sends(answer: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        writer.write(answer)
        await writer.drain()
        writer.close()

    return serve


def _answer(serve: Serve) -> Answer:
    async def call() -> Answer:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            answer = Answer()
            gate = LocalGate(port=server.sockets[0].getsockname()[1])
            await call_model(gate, "t", {"model": "m"}, answer)
        return answer

    return asyncio.run(call())


def test_a_talk_holds_what_was_said_with_pictures_and_what_tools_gave() -> None:
    answer = Answer()
    call = {"index": 0, "id": "call_1", "function": {"name": "weather", "arguments": "{}"}}
    answer.take(json.dumps({"choices": [{"delta": {"tool_calls": [call]}}]}), 1)
    first = {"role": "user", "content": "Weather?"}
    result = {"role": "tool", "tool_call_id": "call_1", "content": "Rain"}
    said = [first, answer.message(), result]
    shown = picture("image/png", b"a")
    document = read_question("And here?", "Be kind", pictures=[shown]).document("m", said)
    parts = [{"type": "text", "text": "And here?"}, {"type": "image_url", "image_url": {"url": shown}}]
    assert document["messages"] == [{"role": "system", "content": "Be kind"}, *said, {"role": "user", "content": parts}]
    assert said[1]["tool_calls"][0]["id"] == "call_1"
    assert read_question("", goes_on=True).document("m", said)["messages"] == said
    for kind, data in (("image/svg+xml", b"a"), ("image/png", b"a" * (MOST_PICTURE_BYTES + 1))):
        with pytest.raises(InvalidInputError):
            picture(kind, data)
    with pytest.raises(InvalidInputError):
        read_question("x", pictures=[shown] * 5)
