from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from benchmarks.caller import answer_length
from benchmarks.generator import run_load
from benchmarks.load import Call, Load, http_request, percentile

Server = Callable[..., AbstractContextManager[Any]]
_WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
_LOST = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\ndown"


def _call(port: int, mark: bytes = b"hello") -> Call:
    return Call(port, http_request("GET", "/", headers={}, port=port), (mark,))


def test_closed_loop_calls_as_often_as_the_delay_allows(slow_server: Server) -> None:
    with slow_server(_WHOLE, delay=0.05) as server:
        outcome = run_load(_call(server.port), Load(connections=4, seconds=1.0, warm_up=0.1))
    assert outcome.errors == 0
    assert 20 <= outcome.calls_per_second <= 80  # 4 connections, 50 ms each: 80 at most
    assert 0.05 <= percentile(outcome.latencies, 0.5) < 0.2
    assert min(outcome.latencies) >= 0.049


def test_a_steady_rate_sends_what_is_due_and_no_more(slow_server: Server) -> None:
    with slow_server(_WHOLE, delay=0.02) as server:
        outcome = run_load(_call(server.port), Load(connections=8, seconds=1.0, rate=50))
    assert len(outcome.latencies) == 50
    assert outcome.errors == 0
    assert 0.02 <= percentile(outcome.latencies, 0.5) < 0.2


def test_a_steady_rate_counts_the_time_that_a_call_waits_for_a_connection(slow_server: Server) -> None:
    with slow_server(_WHOLE, delay=0.1) as server:
        outcome = run_load(_call(server.port), Load(connections=1, seconds=0.5, rate=20))
    assert len(outcome.latencies) == 10  # twice what one connection can carry
    assert max(outcome.latencies) > 0.4  # the last waited for the nine before it


def test_answers_in_pieces_and_in_chunks_are_whole_answers(slow_server: Server) -> None:
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    with slow_server(head + b"3\r\nhel", b"\r\n2\r\nlo\r\n0\r\n", b"\r\n", delay=0.005) as server:
        outcome = run_load(_call(server.port, b"lo"), Load(connections=2, seconds=0.3))
    assert outcome.errors == 0
    assert outcome.latencies
    assert min(outcome.latencies) >= 0.006  # to the last byte, not to the first


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((_LOST,), "503"),
        ((b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nno",), "missing"),
        ((b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello!",), "more bytes"),
        ((b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello", b""), "connection closed"),
    ],
)
def test_a_wrong_answer_is_an_error_and_no_call(slow_server: Server, answer: tuple[bytes, ...], words: str) -> None:
    with slow_server(*answer, delay=0.001) as server:
        outcome = run_load(_call(server.port), Load(connections=2, seconds=0.2))
    assert outcome.errors > 0
    assert outcome.latencies == []
    assert words in (outcome.first_error or "")


def test_a_connection_that_the_server_closes_between_calls_is_opened_again(slow_server: Server) -> None:
    with slow_server(_WHOLE, b"", delay=0.001) as server:
        outcome = run_load(_call(server.port), Load(connections=1, seconds=0.4, rate=5))
    assert outcome.errors == 0
    assert len(outcome.latencies) == 2
    assert server.calls == 2


def test_the_length_of_an_answer_is_read_from_its_head() -> None:
    assert answer_length(b"HTTP/1.1 200 OK\r\ncontent-le") == 0
    assert answer_length(_WHOLE) == len(_WHOLE)
    assert answer_length(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") == -1
    assert answer_length(b"HTTP/1.1 204 No Content\r\n\r\n") == 27


def test_percentiles_are_by_nearest_rank() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.99) == 99
    assert percentile([7.0], 0.99) == 7
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)
