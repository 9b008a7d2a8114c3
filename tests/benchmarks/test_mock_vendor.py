import json
import socket
from collections.abc import Iterator

import pytest
from benchmarks.generator import run_load
from benchmarks.load import Call, Load, http_request
from benchmarks.mock_target import mock_vendor
from benchmarks.target import chat_call, rest_call

from benchmarks import replies


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with mock_vendor(tmp_path_factory.mktemp("mock"), None) as (port, _):
        yield port


def test_it_answers_what_the_targets_ask(port: int) -> None:
    for call in (chat_call(port), chat_call(port, stream=True), rest_call(port)):
        outcome = run_load(call, Load(connections=2, seconds=0.1))
        assert (outcome.errors, outcome.first_error) == (0, None)
        assert outcome.latencies


def test_requests_sent_in_one_write_are_all_answered_in_order(port: int) -> None:
    expected = b"".join(replies.STREAM) + replies.ORDER + replies.CHAT
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(chat_call(port, stream=True).request + rest_call(port).request + chat_call(port).request)
        received = b""
        while len(received) < len(expected) and (part := client.recv(65_536)):
            received += part
    assert received == expected


def test_an_unknown_path_is_refused(port: int) -> None:
    call = Call(port, http_request("GET", "/nowhere", headers={}, port=port), ())
    assert "404" in (run_load(call, Load(connections=1, seconds=0.05)).first_error or "")


def test_the_answers_are_what_a_vendor_sends() -> None:
    chat = json.loads(replies.CHAT.partition(b"\r\n\r\n")[2])
    assert chat["usage"]["total_tokens"] == 92
    assert chat["choices"][0]["message"]["content"] == replies.ANSWER
    events = b"".join(replies.STREAM_WITH_USAGE).partition(b"\r\n\r\n")[2].split(b"\r\n")
    bodies = [json.loads(line.strip()[6:]) for line in events if line.startswith(b"data: {")]
    text = "".join(choice["delta"].get("content", "") for body in bodies for choice in body["choices"])
    assert text == replies.ANSWER
    assert bodies[-1]["usage"]["total_tokens"] == 92
    assert len(bodies) == replies.STREAM_EVENTS + 3
