"""A small HTTP/1.1 server that says what reached it; on a port or a Unix socket."""

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def as_json(self, name: str) -> bytes:
        said = {"upstream": name, "method": self.method, "path": self.path, "headers": self.headers}
        return json.dumps({**said, "body_bytes": len(self.body)}).encode()


@dataclass
class EchoUpstream:
    """Answers by the last part of the path: ``stream`` sends events until told to end, ``silent`` never answers,
    ``drop`` hangs up, ``socket`` upgrades, ``id`` sets its own x-request-id; all else is echoed."""

    name: str
    seen: list[Seen] = field(default_factory=list)
    port: int = 0
    end_streams: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def start(self, socket: Path | None = None) -> None:
        if socket is not None:
            self._server = await asyncio.start_unix_server(self._serve, socket)
        else:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self.end_streams.set()
        assert self._server is not None
        self._server.close()
        for writer in set(self._open):
            writer.close()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while (request := await _read(reader)) is not None:
                self.seen.append(request)
                if not await self._answer(request, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(self, request: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        match request.path.split("?")[0].rsplit("/", 1)[-1]:
            case "stream":
                await self._stream(writer)
                return False
            case "silent":
                await reader.read()
                return False
            case "drop":
                return False
            case "socket":
                await self._echo_socket(request, reader, writer)
                return False
            case "id":
                extra = "x-request-id: of-the-upstream\r\n"
            case _:
                extra = ""
        body = request.as_json(self.name)
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{extra}content-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        return True

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        _event(writer, "first")
        await writer.drain()
        await self.end_streams.wait()
        _event(writer, "last")
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    @staticmethod
    async def _echo_socket(request: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if request.headers.get("upgrade") != "websocket":
            writer.write(b"HTTP/1.1 426 Upgrade Required\r\ncontent-length: 0\r\n\r\n")
            return
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n")
        while data := await reader.read(1024):
            writer.write(data)
            await writer.drain()


def _event(writer: asyncio.StreamWriter, text: str) -> None:
    data = f"data: {text}\n\n".encode()
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


async def _read(reader: asyncio.StreamReader) -> Seen | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines if ": " in line)}
    body = b""
    if headers.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Seen(method, path, headers, body)
