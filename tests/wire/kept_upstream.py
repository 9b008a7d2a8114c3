"""An upstream that says how long its answers may be kept, and numbers them."""

import asyncio
from dataclasses import dataclass, field

from wire.echo_upstream import EchoUpstream, Seen


@dataclass
class KeptUpstream(EchoUpstream):
    """Answers paths that are listed with these header lines, and with its name and the number of the call."""

    says: dict[str, str] = field(default_factory=dict)
    status: int = 200
    go: asyncio.Event = field(default_factory=asyncio.Event)
    """What answers to GET wait for, where they are held."""
    held: bool = False

    @property
    def calls(self) -> int:
        return len(self.seen)

    async def start_again(self, port: int) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)

    async def _answer(self, request: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        path = request.path.split("?")[0]
        if path not in self.says:
            return await super()._answer(request, reader, writer)
        body = b"" if request.method == "HEAD" else f"{self.name} {self.calls}".encode()
        lines = "".join(f"{line}\r\n" for line in self.says[path].splitlines())
        if self.held and request.method == "GET":
            await self.go.wait()
        writer.write(f"HTTP/1.1 {self.status} X\r\n{lines}content-length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        return True
