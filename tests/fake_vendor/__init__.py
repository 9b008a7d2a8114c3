"""A fake AI vendor on a loopback port: answers what a test tells it to, and remembers what it was asked.

    with FakeVendor() as vendor:
        vendor.reply("/v1/chat/completions", openai_chat("Hello"))
        ...call vendor.url...
        assert vendor.requests[0].json()["model"] == "gpt-4o-mini"

A path answers with its replies in turn and repeats the last one. A reply may also be a function of the request.
As a process of its own: ``python -m fake_vendor --port 18000`` answers both formats, streamed or not.
"""

from fake_vendor.anthropic_replies import anthropic_message, anthropic_stream
from fake_vendor.faults import (
    aborted_stream,
    closed_port,
    dripping,
    dropped_connection,
    endless_stream,
    garbage,
    no_answer,
    not_http,
    rate_limited,
    reset_connection,
    server_error,
    stalled_stream,
    wrong_content_type,
)
from fake_vendor.openai_replies import openai_chat, openai_embeddings, openai_stream, openai_tool_stream
from fake_vendor.other_replies import (
    bedrock_converse,
    bedrock_stream,
    cohere_chat,
    cohere_stream,
    event_stream_message,
    ollama_chat,
    ollama_stream,
)
from fake_vendor.recorded import recorded_reply
from fake_vendor.reply import Reply, cut_at_random, json_reply, stream_reply
from fake_vendor.server import FakeVendor, VendorRequest

__all__ = [
    "FakeVendor",
    "Reply",
    "VendorRequest",
    "aborted_stream",
    "anthropic_message",
    "anthropic_stream",
    "bedrock_converse",
    "bedrock_stream",
    "closed_port",
    "cohere_chat",
    "cohere_stream",
    "cut_at_random",
    "dripping",
    "dropped_connection",
    "endless_stream",
    "event_stream_message",
    "garbage",
    "json_reply",
    "no_answer",
    "not_http",
    "ollama_chat",
    "ollama_stream",
    "openai_chat",
    "openai_embeddings",
    "openai_stream",
    "openai_tool_stream",
    "rate_limited",
    "recorded_reply",
    "reset_connection",
    "server_error",
    "stalled_stream",
    "stream_reply",
    "wrong_content_type",
]
