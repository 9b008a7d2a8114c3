"""Requests and targets as the tests of translation use them."""

import json
from typing import Any

from passgate.inference.translation import ClientReply, Exchange, InboundFormat, Target
from passgate.inference.translator import open_exchange, parse

CHAT_FORMATS: tuple[InboundFormat, ...] = ("openai-chat", "anthropic-messages")
DIALECTS = ("openai", "anthropic")
URLS = {
    "bedrock": "https://bedrock-runtime.eu-west-1.amazonaws.com",
    "cohere": "https://vendor.example",
    "gemini": "https://vendor.example",
    "ollama": "http://localhost:11434",
    "openai": "https://vendor.example/v1",
    "anthropic": "https://vendor.example",
}


def target(dialect: str, vendor_model: str = "vendor-model", **profile: Any) -> Target:
    return Target(dialect, URLS[dialect], "vendor-key", vendor_model, profile=profile)


def opened(form: InboundFormat, document: Any, to: Target) -> Exchange:
    return open_exchange(parse(form, json.dumps(document).encode(), {}), to, created=1700000000)


def plain_request(*, stream: bool = False, usage: bool = True) -> dict[str, Any]:
    """A small request that both chat formats understand."""
    document = {"model": "public", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]}
    return {**document, "stream": stream, **({"stream_options": {"include_usage": usage}} if stream else {})}


def plain_exchange(form: InboundFormat, dialect: str, *, stream: bool = False) -> Exchange:
    document = plain_request(stream=stream)
    if form == "anthropic-messages":
        document.pop("stream_options", None)
    return opened(form, document, target(dialect))


def sent(exchange: Exchange) -> Any:
    return json.loads(exchange.request.body)


def replied(exchange: Exchange, document: Any, status: int = 200) -> ClientReply:
    return exchange.reply(status, "application/json", json.dumps(document).encode(), request_id="req-1")


def streamed(exchange: Exchange, *chunks: bytes) -> tuple[bytes, str | None]:
    """All that a client sees of a stream, and the stream's error code."""
    stream = exchange.stream()
    out = b"".join(stream.feed(chunk) for chunk in chunks)
    return out + stream.close(request_id="req-1"), stream.error_code
