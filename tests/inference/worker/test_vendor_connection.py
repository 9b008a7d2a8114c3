"""The HTTP client against servers that say just what a test wants."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvloop

from passgate.inference.translation import VendorRequest
from passgate.inference.worker.refusals import VendorFailedError
from passgate.inference.worker.vendor_address import read_address
from passgate.inference.worker.vendor_client import VendorClient

OK = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok"


class Script:
    """A server that answers each request on any connection with the next of these, and closes where it is told."""

    def __init__(self, *answers: bytes, close: bool = False) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self._answers = list(answers)
        self._close = close

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while head := await self._read(reader):
            self.requests.append(head)
            writer.write(self._answers.pop(0))
            if self._close:
                break
        writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
            return head + await reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""


def run(script: Script, use: Callable[[VendorClient, str], Awaitable[Any]]) -> Any:
    """Use a client against a script."""

    async def both() -> Any:
        server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
        client = VendorClient(connect_seconds=2)
        try:
            return await use(client, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/x?y=z")
        finally:
            client.close()
            server.close()

    return uvloop.run(both())


async def ask(client: VendorClient, url: str, **headers: str) -> tuple[int, bytes]:
    reply = await client.send(VendorRequest("POST", url, {"x-key": "1", **headers}, b"body"))
    body = b""
    while (part := await reply.read()) is not None:
        body += part
    return reply.status, body


def test_a_request_on_the_wire() -> None:
    script = Script(OK)
    assert run(script, ask) == (200, b"ok")
    line, *headers = script.requests[0].split(b"\r\n")
    assert line == b"POST /v1/x?y=z HTTP/1.1"
    assert headers[0].startswith(b"host: 127.0.0.1:")
    assert headers[1:] == [
        b"accept-encoding: identity",
        b"user-agent: passgate",
        b"x-key: 1",
        b"content-length: 4",
        b"",
        b"body",
    ]


async def twice(client: VendorClient, url: str) -> list[tuple[int, bytes]]:
    return [await ask(client, url), await ask(client, url)]


@pytest.mark.parametrize(
    ("answer", "connections"),
    [
        (OK, 1),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\nx: y\r\n\r\n", 1),
        (b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + OK, 1),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, 1),
        (OK.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"), 2),
        (OK.replace(b"1.1", b"1.0"), 2),
        (OK + b"HTTP/1.1 200 OK\r\ncontent-type: evil/x\r\ncontent-length: 4\r\n\r\nevil", 2),
        (OK + b"junk", 2),
    ],
)
def test_a_connection_is_used_again_only_where_both_sides_agree(answer: bytes, connections: int) -> None:
    script = Script(answer, answer)
    assert run(script, twice) == [(200, b"ok"), (200, b"ok")]
    assert script.connections == connections


def test_an_answer_may_end_with_its_connection() -> None:
    script = Script(b"HTTP/1.1 200 OK\r\n\r\nok", b"HTTP/1.1 200 OK\r\n\r\nok", close=True)
    assert run(script, twice) == [(200, b"ok"), (200, b"ok")]


def test_an_answer_without_a_body() -> None:
    assert run(Script(b"HTTP/1.1 204 No Content\r\n\r\n", OK), twice) == [(204, b""), (200, b"ok")]


def test_a_connection_that_was_closed_meanwhile_is_not_used() -> None:
    async def use(client: VendorClient, url: str) -> tuple[int, bytes]:
        await ask(client, url)
        while client._open:  # noqa: ASYNC110 - the client tells nobody that it lost an idle connection
            await asyncio.sleep(0)
        return await ask(client, url)

    script = Script(OK, OK, close=True)
    assert run(script, use) == (200, b"ok")
    assert script.connections == 2


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b"", "closed the connection"),
        (b"220 mail ready\r\n", "not HTTP"),
        (b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 70_000, "too large a head"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok", "broke off"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n", "broke off"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxx\r\nok\r\n", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", "not HTTP"),
    ],
)
def test_answers_that_are_none(answer: bytes, message: str) -> None:
    with pytest.raises(VendorFailedError, match=message):
        run(Script(answer, close=True), ask)


@pytest.mark.parametrize("headers", [{"x": "a\r\nevil: 1"}, {"x": "a\x00"}, {"a b": "c"}, {"": "c"}, {"x": "\u20ac"}])
def test_headers_that_would_be_others_are_never_sent(headers: dict[str, str]) -> None:
    script = Script(OK)
    with pytest.raises(VendorFailedError) as refused:
        run(script, lambda client, url: ask(client, url, **headers))
    assert refused.value.code == "provider_misconfigured"
    assert script.requests == []


def test_closing_the_client_ends_what_waits() -> None:
    async def use(client: VendorClient, url: str) -> None:
        asyncio.get_running_loop().call_later(0.05, client.close)
        await ask(client, url)

    with pytest.raises(VendorFailedError):
        run(Script(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"), use)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.x.com/v1/y", (True, "api.x.com", 443, "/v1/y", "api.x.com")),
        ("http://x:8000", (False, "x", 8000, "/", "x:8000")),
        ("https://x:443/?a=b#c", (True, "x", 443, "/?a=b", "x")),
        ("http://[::1]:11434/v1", (False, "::1", 11434, "/v1", "[::1]:11434")),
        ("https://b\u00fccher.example/v1", (True, "xn--bcher-kva.example", 443, "/v1", "xn--bcher-kva.example")),
    ],
)
def test_addresses(url: str, expected: tuple[bool, str, int, str, str]) -> None:
    address = read_address(url)
    assert (address.tls, address.host, address.port, address.target, address.authority) == expected


@pytest.mark.parametrize(
    "url", ["", "x", "ftp://x/", "http://", "http://user:pw@x/", "http://x/a b", "http://[/", "http://x:99999/"]
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_address(url)
