"""What is measured: a call, and the processes that answer it."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import replies
from benchmarks.load import Call, http_request
from benchmarks.processes import Cores


class SkippedError(Exception):
    """A peer that cannot be measured on this machine; the text says why, and names nothing of the machine."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a target needs in order to start."""

    folder: Path
    """For its files, fresh for this run."""
    cache: Path
    """Where installed peers stay between runs."""
    vendor_port: int
    """The mock vendor that all targets call."""
    cores: Cores


@dataclass(frozen=True, slots=True)
class Target:
    """One row of the table."""

    name: str
    call: Call
    root: int
    """Process id; with all below it, the target's whole cost."""
    versions: dict[str, str] = field(default_factory=dict)


_CHAT = {
    "messages": [
        {"role": "system", "content": "You answer customers of a parcel service, in two sentences at most."},
        {"role": "user", "content": "Where is my parcel 4711? It was due on Monday and nobody rang at my door."},
    ],
    "temperature": 0.2,
    "max_tokens": 200,
}


def chat_call(
    port: int, *, model: str = replies.MODEL, headers: dict[str, str] | None = None, stream: bool = False
) -> Call:
    """A chat completion as OpenAI's SDKs ask for it."""
    body = json.dumps({"model": model, **_CHAT, **({"stream": True} if stream else {})}).encode()
    marks = (replies.STREAM_MARK, b'"stop"') if stream else (replies.ANSWER_MARK, b'"total_tokens"')
    request = http_request("POST", "/v1/chat/completions", headers=headers or {}, body=body, port=port)
    return Call(port, request, marks)


def rest_call(port: int, path: str = "/orders/42", headers: dict[str, str] | None = None) -> Call:
    """A read of the REST service."""
    return Call(port, http_request("GET", path, headers=headers or {}, port=port), (replies.REST_MARK,))
