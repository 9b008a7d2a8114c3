"""Answers in the formats of Amazon Bedrock, Cohere and Ollama, shaped as their documentation and recordings show."""

import json
import struct
import zlib
from collections.abc import Sequence
from typing import Any

from fake_vendor.reply import Reply, json_reply, stream_reply

_MADE = "2026-11-23T10:00:00.123456789Z"


def event_stream_message(name: str, document: Any, *, kind: str = "event") -> bytes:
    """One message of Amazon's event stream."""
    told = {f":{kind}-type": name, ":content-type": "application/json", ":message-type": kind}
    headers = b"".join(
        bytes([len(key)]) + key.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for key, value in told.items()
    )
    payload = json.dumps(document).encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
    return message + struct.pack(">I", zlib.crc32(message))


def bedrock_converse(text: str = "Hello", *, prompt: int = 12, completion: int = 9) -> Reply:
    message = {"role": "assistant", "content": [{"text": text}]}
    usage = _bedrock_usage(prompt, completion)
    return json_reply({"metrics": {}, "output": {"message": message}, "stopReason": "end_turn", "usage": usage})


def bedrock_stream(words: Sequence[str] = ("Hel", "lo"), *, prompt: int = 12, completion: int = 9) -> Reply:
    parts = [event_stream_message("messageStart", {"p": "abc", "role": "assistant"})]
    parts += [
        event_stream_message("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": word}, "p": "ab"})
        for word in words
    ]
    parts.append(event_stream_message("contentBlockStop", {"contentBlockIndex": 0}))
    parts.append(event_stream_message("messageStop", {"stopReason": "end_turn"}))
    parts.append(event_stream_message("metadata", {"usage": _bedrock_usage(prompt, completion)}))
    return Reply(content_type="application/vnd.amazon.eventstream", parts=tuple(parts), stream=True)


def _bedrock_usage(prompt: int, completion: int) -> dict[str, Any]:
    total = prompt + completion
    return {"inputTokens": prompt, "outputTokens": completion, "totalTokens": total, "serverToolUsage": {}}


def cohere_chat(text: str = "Hello", *, prompt: int = 12, completion: int = 9) -> Reply:
    message = {"role": "assistant", "content": [{"type": "text", "text": text}]}
    usage = _cohere_usage(prompt, completion)
    return json_reply({"id": "co-1", "finish_reason": "COMPLETE", "message": message, "usage": usage})


def cohere_stream(words: Sequence[str] = ("Hel", "lo"), *, prompt: int = 12, completion: int = 9) -> Reply:
    start = {"message": {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}}
    parts = [_cohere_event("message-start", id="co-1", delta=start)]
    opened = {"message": {"content": {"type": "text", "text": ""}}}
    parts.append(_cohere_event("content-start", index=0, delta=opened))
    parts += [_cohere_event("content-delta", index=0, delta={"message": {"content": {"text": word}}}) for word in words]
    parts.append(_cohere_event("content-end", index=0))
    end = {"finish_reason": "COMPLETE", "usage": _cohere_usage(prompt, completion)}
    parts.append(_cohere_event("message-end", delta=end))
    return stream_reply(parts)


def _cohere_usage(prompt: int, completion: int) -> dict[str, Any]:
    billed = {"input_tokens": prompt, "output_tokens": completion}
    return {"billed_units": billed, "tokens": {"input_tokens": prompt + 490, "output_tokens": completion + 2}}


def _cohere_event(kind: str, **more: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **more})}\n\n".encode()


def ollama_chat(text: str = "Hello", *, prompt: int = 12, completion: int = 9) -> Reply:
    return json_reply(_ollama_line(text, done=True, prompt_eval_count=prompt, eval_count=completion))


def ollama_stream(words: Sequence[str] = ("Hel", "lo"), *, prompt: int = 12, completion: int = 9) -> Reply:
    lines = [_ollama_line(word, done=False) for word in words]
    lines.append(_ollama_line("", done=True, prompt_eval_count=prompt, eval_count=completion))
    parts = tuple(json.dumps(line).encode() + b"\n" for line in lines)
    return Reply(content_type="application/x-ndjson", parts=parts, stream=True)


def _ollama_line(text: str, *, done: bool, **more: Any) -> dict[str, Any]:
    reason = {"done_reason": "stop"} if done else {}
    message = {"role": "assistant", "content": text}
    return {"model": "qwen3:8b", "created_at": _MADE, "message": message, "done": done, **reason, **more}
