"""The call itself, on the caller's event loop: cancelled, it closes its connection, and the vendor stops."""

import asyncio
import json
import time
from typing import Any

import httptools

from passgate.publishing.playground.answer import Answer
from passgate.publishing.prompts.gate import LocalGate

_PATH = "/v1/chat/completions"
_PATIENCE_SECONDS = 5.0
"""For a caller's own application, made a moment ago, to come into force."""
_PAUSE_SECONDS = 0.2
_CALL_SECONDS = 600.0
_MOST_BYTES = 8 * 1024 * 1024
_CHUNK = 64 * 1024
_OK = 200


async def call_model(gate: LocalGate, token: str, document: dict[str, Any], answer: Answer) -> None:
    """Ask a model through the gate, its answer streamed into the one given; failures stand there, too."""
    body = json.dumps({**document, "stream": True, "stream_options": {"include_usage": True}}).encode()
    first = began = time.monotonic()
    try:
        async with asyncio.timeout(_CALL_SECONDS):
            await _Exchange(answer, began).run(gate, token, body)
            while answer.code == "application_unknown" and time.monotonic() - first < _PATIENCE_SECONDS:
                await asyncio.sleep(_PAUSE_SECONDS)
                began = time.monotonic()
                answer.state, answer.problem, answer.code = "waiting", None, None
                await _Exchange(answer, began).run(gate, token, body)
    except asyncio.CancelledError:
        answer.state = "stopped"
        raise
    except TimeoutError:
        answer.state, answer.problem = "failed", f"There was no end to the answer within {_CALL_SECONDS:g} seconds."
    except (OSError, httptools.HttpParserError) as error:
        answer.state, answer.problem = "failed", f"The gate at port {gate.port} does not answer: {error}."
        answer.code = "gate_unreachable"
    finally:
        answer.duration_ms = int((time.monotonic() - began) * 1000)


class _Exchange:
    """One request and its answer; the parser calls it by the names of its own."""

    def __init__(self, answer: Answer, started: float) -> None:
        self._started = started
        self._answer = answer
        self._headers: dict[str, str] = {}
        self._parser = httptools.HttpResponseParser(self)
        self._body = bytearray()
        """What has come and is no whole line yet; of a refusal, all."""
        self._complete = False

    async def run(self, gate: LocalGate, token: str, body: bytes) -> None:
        context = gate.tls()
        reader, writer = await asyncio.open_connection(
            gate.host, gate.port, ssl=context, server_hostname=gate.host if context else None
        )
        try:
            head = (
                f"POST {_PATH} HTTP/1.1\r\nhost: {gate.host}:{gate.port}\r\nauthorization: Bearer {token}\r\n"
                f"content-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
            )
            writer.write(head.encode("ascii") + body)
            size = 0
            while not self._complete and (data := await reader.read(_CHUNK)):
                size += len(data)
                if size > _MOST_BYTES:
                    raise OSError(f"more than {_MOST_BYTES} bytes came")
                self._parser.feed_data(data)
        finally:
            writer.transport.abort()
        self._end()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._answer.open(self._parser.get_status_code(), self._headers)

    def on_body(self, body: bytes) -> None:
        self._body += body
        if self._answer.status != _OK:
            return
        *lines, rest = self._body.split(b"\n")
        self._body = rest
        at_ms = int((time.monotonic() - self._started) * 1000)
        for line in lines:
            if line.startswith(b"data:"):
                self._answer.take(line[5:].strip().decode("utf-8", "replace"), at_ms)

    def on_message_complete(self) -> None:
        self._complete = True

    def _end(self) -> None:
        answer = self._answer
        if answer.state == "failed":
            return
        if answer.status == _OK and self._complete:
            answer.state = "done"
        elif answer.status in {None, _OK}:
            answer.state, answer.problem = "failed", "The answer broke off."
        else:
            try:
                answer.fail(json.loads(bytes(self._body)))
            except ValueError:
                answer.fail(None)
