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


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.0.0.1", "169.254.169.254", "100.64.0.1", "::1", "::", "fe80::1%lo", "fd00::1", "fec0::1",
        "::ffff:10.0.0.1", "2002:7f00:1::", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::169.254.169.254",
        "64:ff9b:1::7f00:1", "ff02::1",
    ],
)  # fmt: skip
def test_a_name_for_an_address_of_our_own_network_is_not_asked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)  # the name service
    with pytest.raises(FetchRefusedError, match="private network"):
        Fetching().ask(FetchRequest("http://rebound.example/"))


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "fd00:ec2::254"])
def test_the_machines_own_link_is_never_asked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)  # the name service
    with pytest.raises(FetchRefusedError, match="own link"):
        Fetching(private_addresses=True).ask(FetchRequest("http://metadata.example/"))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800::1", "64:ff9b::93.184.215.14", "2002:5db8:d70e::"])
def test_a_public_address_is_asked_also_where_a_network_translates_it(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def connect(to: tuple[str, int], **_: object) -> socket.socket:
        asked.append(to[0])
        raise ConnectionRefusedError

    found = [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)  # the name service
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(FetchRefusedError, match="cannot be asked"):
        Fetching().ask(FetchRequest("http://named.example/"))
    assert asked == [address]


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
