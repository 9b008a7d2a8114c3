"""What a URL answers: all addresses of a name are tried, and the clock ends what is fed slowly."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from passgate.kernel.fetching import Fetching, FetchRefusedError, FetchRequest

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def answer_once(listener: socket.socket, pieces: list[bytes], gap: float) -> threading.Thread:
    def run() -> None:
        line, _ = listener.accept()
        with line:
            line.recv(65536)
            for piece in pieces:
                try:
                    line.sendall(piece)
                except OSError:
                    return
                time.sleep(gap)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_name_of_several_addresses_is_asked_at_each(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    port = listener.getsockname()[1]
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("127.0.0.2", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)  # the name service
    monkeypatch.setattr(socket, "create_connection", _without_names())
    thread = answer_once(listener, [ANSWER], 0)
    reply = Fetching(private_addresses=True, seconds=5).ask(FetchRequest(f"http://twofold.example:{port}/"))
    thread.join()
    assert (reply.status, reply.body) == (200, b"{}")


def test_an_answer_that_drips_is_too_slow(listener: socket.socket) -> None:
    thread = answer_once(listener, [bytes((one,)) for one in ANSWER], 0.05)
    began = time.monotonic()
    with pytest.raises(FetchRefusedError) as refused:
        Fetching(private_addresses=True, seconds=0.4).ask(
            FetchRequest(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        )
    assert time.monotonic() - began < 2
    thread.join()
    assert isinstance(refused.value.cause, TimeoutError)
    assert "0.4 seconds" in refused.value.message


def _without_names() -> object:
    """As the socket module's, which would look the address up again."""

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        line = socket.socket()
        line.settimeout(timeout)
        try:
            line.connect(address)
        except OSError:
            line.close()
            raise
        return line

    return connect
