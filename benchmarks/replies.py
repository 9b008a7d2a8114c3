"""What the mock vendor answers, as bytes made once. Sizes and fields are those of a usual short chat answer."""

import json
from itertools import pairwise

MODEL = "gpt-4o-mini"
CLAUDE = "claude-haiku-4-5"
"""Asked for in OpenAI's format, answered in Anthropic's."""
ANSWER = (
    "The parcel left the depot in Leipzig this morning and is on its way to you. "
    "It should arrive tomorrow between nine and noon; the driver rings twice and leaves it with a neighbour otherwise."
)
ANSWER_MARK = b"left the depot in Leipzig"
"""Part of every whole chat answer; a reply without it is an error."""
STREAM_MARK = b"data: [DONE]"
REST_MARK = b'"order":42'
STREAM_EVENTS = 20
"""Text events of a stream; one to open it, one to close it and one with the usage (when asked for) come on top."""

_ID, _CREATED, _FINGERPRINT = "chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012", 1763900000, "fp_0392822090"
_USAGE = {
    "prompt_tokens": 48,
    "completion_tokens": 44,
    "total_tokens": 92,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
}


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _whole(body: bytes, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _event(choices: list[dict[str, object]], usage: dict[str, object] | None = None) -> bytes:
    body: dict[str, object] = {
        "id": _ID,
        "object": "chat.completion.chunk",
        "created": _CREATED,
        "model": "gpt-4o-mini-2024-07-18",
        "service_tier": "default",
        "system_fingerprint": _FINGERPRINT,
        "choices": choices,
    }
    if usage is not None:
        body["usage"] = usage
    return _chunk(b"data: " + _json(body) + b"\n\n")


def _delta(delta: dict[str, object], finish_reason: str | None = None) -> list[dict[str, object]]:
    return [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}]


def _pieces() -> list[str]:
    cuts = [len(ANSWER) * number // STREAM_EVENTS for number in range(STREAM_EVENTS + 1)]
    return [ANSWER[start:end] for start, end in pairwise(cuts)]


def _stream(*, usage: bool) -> tuple[bytes, ...]:
    """The writes of one stream: a chunk of the transfer coding each, as a vendor flushes them."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
    events = [head + _event(_delta({"role": "assistant", "content": "", "refusal": None}))]
    events += [_event(_delta({"content": piece})) for piece in _pieces()]
    events.append(_event(_delta({}, "stop")))
    if usage:
        events.append(_event([], _USAGE))
    events.append(_chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")
    return tuple(events)


CHAT = _whole(
    _json(
        {
            "id": _ID,
            "object": "chat.completion",
            "created": _CREATED,
            "model": "gpt-4o-mini-2024-07-18",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": ANSWER, "refusal": None, "annotations": []},
                    "logprobs": None,
                    "finish_reason": "stop",
                }
            ],
            "usage": _USAGE,
            "service_tier": "default",
            "system_fingerprint": _FINGERPRINT,
        }
    )
)
MESSAGE = _whole(
    _json(
        {
            "id": "msg_01AbCdEfGhIjKlMnOpQrStUv",
            "type": "message",
            "role": "assistant",
            "model": "claude-haiku-4-5-20251001",
            "content": [{"type": "text", "text": ANSWER}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {
                "input_tokens": 48,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
                "output_tokens": 44,
                "service_tier": "standard",
            },
        }
    )
)
"""The same answer as Anthropic words it."""
STREAM = _stream(usage=False)
STREAM_WITH_USAGE = _stream(usage=True)
EMBEDDINGS = _whole(
    _json(
        {
            "object": "list",
            "data": [{"object": "embedding", "index": 0, "embedding": [n / 64 for n in range(64)]}],
            "model": "text-embedding-3-small",
            "usage": {"prompt_tokens": 8, "total_tokens": 8},
        }
    )
)
MODELS = _whole(
    _json(
        {
            "object": "list",
            "data": [
                {"id": name, "object": "model", "created": _CREATED, "owned_by": "system"}
                for name in (MODEL, "text-embedding-3-small")
            ],
        }
    )
)
ORDER = _whole(
    _json(
        {
            "order": 42,
            "state": "on its way",
            "placed": "2026-11-21T09:14:07Z",
            "customer": {"name": "Ada Example", "city": "Leipzig", "country": "DE"},
            "lines": [
                {"article": f"A-{n:05}", "text": "Notebook, ruled, 96 pages", "count": n, "cents": 349}
                for n in range(1, 6)
            ],
            "total_cents": 5235,
        }
    )
)
NOT_FOUND = _whole(b'{"error":{"message":"no such path","type":"invalid_request_error"}}', "404 Not Found")
