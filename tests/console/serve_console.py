"""A control process of the tests: the console over a database, on a port of the loopback."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import uvicorn
from fastapi import Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from passgate.api.app import create_api
from passgate.api.edge import Edge
from passgate.console.app import mount_console
from passgate.console.edge import Console
from passgate.contracts.prompt import TRIAL_PATH
from passgate.identity.schemas import TokenIssuer
from passgate.kernel.clock import SystemClock
from passgate.kernel.ids import IdFactory
from passgate.kernel.sealing import Vault
from passgate.publishing.prompts.gate import LocalGate
from passgate.storage.engine import open_engine
from passgate.storage.work import Storage

_CHAT_PATH = "/v1/chat/completions"


def answer_trial(given: dict[str, Any]) -> JSONResponse:
    """A trial of a prompt, as the gate answers it."""
    schema = given["prompt"]["output_schema"]
    answer = {"text": "Fine"} if schema is None else {"sentiment": "positive", "confidence": 0.93}
    figures = {"model": given["prompt"]["models"][0]["name"], "attempts": "1", "cost": "0.000047"}
    figures |= {"tokens-in": "86", "tokens-out": "14"}
    return JSONResponse(answer, headers={f"x-passgate-{name}": figure for name, figure in figures.items()})


async def answer_chat(request: Request) -> Response:
    """A streamed chat completion, as the gate answers it; one model is too busy, one never comes to its end."""
    given = await request.json()
    if not request.headers["authorization"].startswith("Bearer eyJ"):
        return JSONResponse({"error": {"message": "No token.", "code": "token_missing"}}, 401)
    model = given["model"]
    headers = {"x-request-id": str(uuid5(NAMESPACE_URL, model)), "x-passgate-provider": "OpenAI production"}
    if model == "gpt-4o":
        refusal = {"message": "The limit of 5 requests per minute is used up.", "code": "rate_limited"}
        return JSONResponse({"error": refusal}, 429, headers=headers)
    return StreamingResponse(_chat_events(model, given), media_type="text/event-stream", headers=headers)


def _tool_call(given: dict[str, Any]) -> dict[str, Any]:
    function = {"name": given["tools"][0]["function"]["name"], "arguments": '{"city": "Oslo"}'}
    return {"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": function}]}


async def _chat_events(model: str, given: dict[str, Any]) -> AsyncIterator[str]:
    """The second time in a talk, what was said before, by role."""
    words = ["The gate ", "opens ", "for *tokens*\n", "<b>only</b>."]
    roles = [one["role"] for one in given["messages"]]
    if given.get("tools") and "tool" not in roles:
        delta = {"choices": [{"index": 0, "delta": _tool_call(given), "finish_reason": "tool_calls"}]}
        yield f"data: {json.dumps(delta)}\n\ndata: [DONE]\n\n"
        return
    if "assistant" in roles:
        words = [" ".join(roles), f": {json.dumps(given['messages']).count('data:image')} pictures"]
    for word in words if model == "gpt-4o-mini" else ["and on "] * 400:
        yield f"data: {json.dumps({'choices': [{'index': 0, 'delta': {'content': word}}]})}\n\n"
        await asyncio.sleep(0.05)
    yield 'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\n'
    yield 'data: {"choices": [], "usage": {"prompt_tokens": 21, "completion_tokens": 9}}\n\ndata: [DONE]\n\n'


def main(database_url: str, master_key: str, descriptor: int) -> None:
    clock = SystemClock()
    storage = Storage(open_engine(database_url), clock, IdFactory(clock), Vault.of(bytes.fromhex(master_key)))
    listener = socket.socket(fileno=descriptor)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    issuer = TokenIssuer(issuer=url, audience="passgate")
    app = create_api(Edge(storage, issuer, url, secure_cookies=False))
    app.add_api_route(TRIAL_PATH, answer_trial, methods=["POST"])
    gate = LocalGate(port=listener.getsockname()[1])
    mount_console(app, Console(storage, issuer, url, gate=gate, fetch_private_addresses=True))
    chat = Starlette(routes=[Route(_CHAT_PATH, answer_chat, methods=["POST"])])

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        is_chat = scope["type"] == "http" and scope["path"] == _CHAT_PATH
        await (chat if is_chat else app)(scope, receive, send)  # past the API, which gives request ids of its own

    config = uvicorn.Config(serve, log_level="warning", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
