"""The gate's translation, as the measure calls it: bytes in, bytes out, through the one door of ``translator``."""

import json
from typing import Any

from passgate.inference.translation import Exchange, InboundFormat, Target
from passgate.inference.translator import open_exchange, parse

FORMATS: dict[str, InboundFormat] = {
    "openai": "openai-chat",
    "responses": "openai-responses",
    "anthropic": "anthropic-messages",
    "gemini": "gemini",
}
"""The formats that clients speak, by family."""
DIALECTS = ("openai", "responses", "anthropic", "gemini", "bedrock", "cohere", "ollama")
"""``responses``: OpenAI's dialect, to a model that answers Responses alone."""
_URLS = {"bedrock": "https://bedrock-runtime.eu-west-1.amazonaws.com"}
MODELS = {
    "openai": "gpt-5.2",
    "responses": "gpt-5.2-pro",
    "anthropic": "claude-opus-4-6",
    "gemini": "gemini-3-flash-preview",
    "bedrock": "anthropic.claude-sonnet-4-5-v1:0",
    "cohere": "command-a-03-2025",
    "ollama": "qwen3",
}
"""A model of each vendor that knows as much as its format can say."""


def target(dialect: str, model: str | None = None, **profile: object) -> Target:
    """A deployment that speaks a dialect."""
    url = _URLS.get(dialect, "https://vendor.example/v1")
    name = model or MODELS[dialect]
    if dialect == "responses":
        dialect, profile = "openai", {**profile, "responses_path": "/responses", "responses_only": [name]}
    return Target(dialect, url, "key", name, profile=profile)


def opened(form: str, document: Any, to: Target, *, stream: bool = False) -> Exchange:  # noqa: ANN401 - JSON
    """A client's request in a family's format on its way to a target."""
    method = "streamGenerateContent" if stream else "generateContent"
    headers = {":path": f"/v1beta/models/public:{method}"} if form == "gemini" else {}
    return open_exchange(parse(FORMATS[form], json.dumps(document).encode(), headers), to, created=1700000000)


def hello(form: str, *, stream: bool) -> dict[str, Any]:
    """The smallest request of a format; where it streams, it asks for the usage."""
    if form == "gemini":
        return {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}
    if form == "responses":
        return {"model": "public", "input": "Hello", "stream": stream}
    document: dict[str, Any] = {"model": "public", "messages": [{"role": "user", "content": "Hello"}], "stream": stream}
    if form == "anthropic":
        return {**document, "max_tokens": 100}
    return {**document, "stream_options": {"include_usage": True}} if stream else document


def answered(form: str, dialect: str, body: bytes) -> bytes:
    """A vendor's whole answer in a client's format.

    Raises:
        ValueError: the gate took it for an error.
    """
    reply = opened(form, hello(form, stream=False), target(dialect)).reply(200, "", body, request_id="r")
    if reply.error_code is not None:
        raise ValueError(f"taken for {reply.error_code}")
    return reply.body


def streamed(form: str, dialect: str, pieces: list[bytes]) -> bytes:
    """A vendor's stream in a client's format.

    Raises:
        ValueError: the gate took it for an error.
    """
    stream = opened(form, hello(form, stream=True), target(dialect), stream=True).stream()
    out = b"".join(stream.feed(piece) for piece in pieces) + stream.close(request_id="r")
    if stream.error_code is not None:
        raise ValueError(f"taken for {stream.error_code}")
    return out
