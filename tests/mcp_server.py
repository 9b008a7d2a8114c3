"""An MCP server of the official package, over streamable HTTP, whose tools a test changes as it runs."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from mcp.server.mcpserver import Context, MCPServer

SECRET = "the server's own key"


class ToolServer:
    """Answers at ``url`` to those who show its key."""

    def __init__(self, *, stateless: bool = False) -> None:
        self.own = MCPServer("files", title="Files")
        self.headers: list[dict[str, str]] = []
        """Of every request."""
        self.refusing = False
        self.own.add_tool(read_file, title="Read a file", description="Reads a file.")
        self.own.add_tool(remove_file, description="Removes a file.")
        self.own.add_tool(whose_session, description="Names the session.")
        self._inner = self.own.streamable_http_app(stateless_http=stateless)
        probe = socket.socket()
        probe.bind(("127.0.0.1", 0))
        self.port = probe.getsockname()[1]
        config = uvicorn.Config(
            self._app, log_level="error", interface="asgi3", lifespan="on", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve([probe])), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"

    def change(self, tool: Callable[..., Any], **words: Any) -> None:
        """Give a tool another form."""
        self.own.remove_tool(tool.__name__)
        self.own.add_tool(tool, **words)

    def start(self) -> None:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            self.headers.append(headers)
            if self.refusing or headers.get("authorization") != f"Bearer {SECRET}":
                await send({"type": "http.response.start", "status": 401, "headers": []})
                await send({"type": "http.response.body", "body": b"wrong key"})
                return
        await self._inner(scope, receive, send)


def read_file(path: str) -> dict[str, str]:
    return {"path": path, "text": "hello"}


def remove_file(path: str) -> str:
    if path == "/":
        raise ValueError("not the root")
    return f"removed {path}"


def whose_session(ctx: Context) -> str:
    headers = ctx.headers or {}
    return headers.get("mcp-session-id", "none")


@contextmanager
def serving_tools(*, stateless: bool = False) -> Iterator[ToolServer]:
    server = ToolServer(stateless=stateless)
    server.start()
    yield server
    server.stop()
