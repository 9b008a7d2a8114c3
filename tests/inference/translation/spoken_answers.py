"""One answer as each vendor gives it, whole and as a stream; written from the vendors' documentation."""

import binascii
import json
import struct
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Spoken:
    text: list[str]
    """The pieces in which it is streamed."""
    thinking: list[str]
    calls: list[tuple[str, dict[str, Any]]]
    cut_short: bool
    tokens: tuple[int, int]

    @property
    def finish(self) -> str:
        return "length" if self.cut_short else "tools" if self.calls else "stop"


def sse(*documents: dict[str, Any], named: bool = False) -> bytes:
    heads = [f"event: {document['type']}\n" if named else "" for document in documents]
    return b"".join(f"{head}data: {json.dumps(d)}\n\n".encode() for head, d in zip(heads, documents, strict=True))


def openai(told: Spoken) -> tuple[bytes, bytes]:
    finish = {"length": "length", "tools": "tool_calls", "stop": "stop"}[told.finish]
    usage = {"prompt_tokens": told.tokens[0], "completion_tokens": told.tokens[1], "total_tokens": sum(told.tokens)}
    calls = [
        {"id": f"c{i}", "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}
        for i, (name, given) in enumerate(told.calls)
    ]
    message: dict[str, Any] = {"role": "assistant", "content": "".join(told.text), "tool_calls": calls}
    message["reasoning_content"] = "".join(told.thinking)
    head = {"id": "r", "model": "m", "created": 5}
    whole = {**head, "choices": [{"index": 0, "message": message, "finish_reason": finish}], "usage": usage}
    deltas: list[dict[str, Any]] = [{"reasoning_content": piece} for piece in told.thinking]
    deltas += [{"content": piece} for piece in told.text]
    for i, call in enumerate(calls):
        arguments = call["function"]["arguments"]
        first = {**call, "index": i, "function": {"name": told.calls[i][0], "arguments": arguments[:3]}}
        deltas += [{"tool_calls": [part]} for part in (first, {"index": i, "function": {"arguments": arguments[3:]}})]
    chunks = [{**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    return json.dumps(whole).encode(), sse(*chunks, {**head, "choices": [], "usage": usage}) + b"data: [DONE]\n\n"


def anthropic(told: Spoken) -> tuple[bytes, bytes]:
    finish = {"length": "max_tokens", "tools": "tool_use", "stop": "end_turn"}[told.finish]
    blocks: list[tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]] = []
    if told.thinking:
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in told.thinking]
        deltas.append({"type": "signature_delta", "signature": "c2ln"})
        block = {"type": "thinking", "thinking": "".join(told.thinking), "signature": "c2ln"}
        blocks.append((block, {"type": "thinking", "thinking": "", "signature": ""}, deltas))
    if told.text:
        deltas = [{"type": "text_delta", "text": piece} for piece in told.text]
        blocks.append(({"type": "text", "text": "".join(told.text)}, {"type": "text", "text": ""}, deltas))
    for i, (name, given) in enumerate(told.calls):
        empty = {"type": "tool_use", "id": f"c{i}", "name": name, "input": {}}
        text = json.dumps(given)
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in (text[:3], text[3:])]
        blocks.append(({**empty, "input": given}, empty, deltas))
    message: dict[str, Any] = {"id": "r", "type": "message", "role": "assistant", "model": "m"}
    usage = {"input_tokens": told.tokens[0], "output_tokens": told.tokens[1]}
    content = [block for block, _, _ in blocks]
    whole = {**message, "content": content, "stop_reason": finish, "stop_sequence": None, "usage": usage}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {**whole, "content": [], "stop_reason": None}},
        {"type": "ping"},
    ]
    for index, (_, empty, deltas) in enumerate(blocks):
        events.append({"type": "content_block_start", "index": index, "content_block": empty})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    delta = {"stop_reason": finish, "stop_sequence": None}
    events += [{"type": "message_delta", "delta": delta, "usage": usage}, {"type": "message_stop"}]
    return json.dumps(whole).encode(), sse(*events, named=True)


def gemini(told: Spoken) -> tuple[bytes, bytes]:
    parts: list[dict[str, Any]] = [{"text": piece, "thought": True} for piece in told.thinking]
    parts += [{"text": piece} for piece in told.text]
    parts += [
        {"functionCall": {"id": f"c{i}", "name": name, "args": args}} for i, (name, args) in enumerate(told.calls)
    ]
    finish = "MAX_TOKENS" if told.cut_short else "STOP"
    usage = {"promptTokenCount": told.tokens[0], "candidatesTokenCount": told.tokens[1]}
    head = {"responseId": "r", "modelVersion": "m"}

    def document(some: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        return {**head, "candidates": [{"index": 0, "content": {"role": "model", "parts": some}, **more}]}

    whole = {**document(parts, finishReason=finish), "usageMetadata": usage}
    last = {**document([], finishReason=finish), "usageMetadata": usage}
    return json.dumps(whole).encode(), sse(*(document([part]) for part in parts), last)


def bedrock(told: Spoken) -> tuple[bytes, bytes]:
    finish = {"length": "max_tokens", "tools": "tool_use", "stop": "end_turn"}[told.finish]
    usage = {"inputTokens": told.tokens[0], "outputTokens": told.tokens[1], "totalTokens": sum(told.tokens)}
    content: list[dict[str, Any]] = []
    events: list[tuple[str, dict[str, Any]]] = [("messageStart", {"role": "assistant"})]

    def add(block: dict[str, Any], deltas: list[dict[str, Any]], start: dict[str, Any] | None = None) -> None:
        index = len(content)
        content.append(block)
        if start is not None:
            events.append(("contentBlockStart", {"contentBlockIndex": index, "start": start}))
        events.extend(("contentBlockDelta", {"contentBlockIndex": index, "delta": delta}) for delta in deltas)
        events.append(("contentBlockStop", {"contentBlockIndex": index}))

    if told.thinking:
        thought = {"text": "".join(told.thinking), "signature": "c2ln"}
        deltas = [{"reasoningContent": {"text": piece}} for piece in told.thinking]
        add({"reasoningContent": {"reasoningText": thought}}, [*deltas, {"reasoningContent": {"signature": "c2ln"}}])
    if told.text:
        add({"text": "".join(told.text)}, [{"text": piece} for piece in told.text])
    for i, (name, given) in enumerate(told.calls):
        use, text = {"toolUseId": f"c{i}", "name": name}, json.dumps(given)
        pieces = [{"toolUse": {"input": piece}} for piece in (text[:3], text[3:])]
        add({"toolUse": {**use, "input": given}}, pieces, {"toolUse": use})
    events += [("messageStop", {"stopReason": finish}), ("metadata", {"usage": usage, "metrics": {"latencyMs": 1}})]
    whole = {"output": {"message": {"role": "assistant", "content": content}}, "stopReason": finish, "usage": usage}
    return json.dumps(whole).encode(), b"".join(_frame(name, document) for name, document in events)


def _frame(name: str, document: dict[str, Any]) -> bytes:
    told = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    headers = b"".join(
        bytes([len(key)]) + key.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for key, value in told.items()
    )
    payload = json.dumps(document).encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + struct.pack(">I", binascii.crc32(prelude)) + headers + payload
    return message + struct.pack(">I", binascii.crc32(message))


def cohere(told: Spoken) -> tuple[bytes, bytes]:
    finish = {"length": "MAX_TOKENS", "tools": "TOOL_CALL", "stop": "COMPLETE"}[told.finish]
    counted = {"input_tokens": told.tokens[0], "output_tokens": told.tokens[1]}
    usage = {"billed_units": counted, "tokens": counted}
    content: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = [{"type": "message-start", "id": "r", "delta": {"message": {"role": "assistant"}}}]
    for kind, pieces in (("thinking", told.thinking), ("text", told.text)):
        if not pieces:
            continue
        index = len(content)
        content.append({"type": kind, kind: "".join(pieces)})
        start = {"message": {"content": {"type": kind, kind: ""}}}
        events.append({"type": "content-start", "index": index, "delta": start})
        for piece in pieces:
            delta = {"message": {"content": {kind: piece}}}
            events.append({"type": "content-delta", "index": index, "delta": delta})
        events.append({"type": "content-end", "index": index})
    calls = []
    for i, (name, given) in enumerate(told.calls):
        text = json.dumps(given)
        call = {"id": f"c{i}", "type": "function", "function": {"name": name, "arguments": text}}
        calls.append(call)
        begun = {**call, "function": {"name": name, "arguments": text[:3]}}
        events.append({"type": "tool-call-start", "index": i, "delta": {"message": {"tool_calls": begun}}})
        rest = {"message": {"tool_calls": {"function": {"arguments": text[3:]}}}}
        events += [{"type": "tool-call-delta", "index": i, "delta": rest}, {"type": "tool-call-end", "index": i}]
    message = {"role": "assistant", "content": content, "tool_calls": calls}
    events.append({"type": "message-end", "delta": {"finish_reason": finish, "usage": usage}})
    whole = {"id": "r", "message": message, "finish_reason": finish, "usage": usage}
    return json.dumps(whole).encode(), sse(*events, named=True)


def ollama(told: Spoken) -> tuple[bytes, bytes]:
    counts = {"prompt_eval_count": told.tokens[0], "eval_count": told.tokens[1]}
    calls = [
        {"id": f"c{i}", "function": {"name": name, "arguments": args}} for i, (name, args) in enumerate(told.calls)
    ]
    head = {"model": "m", "created_at": "2026-01-01T00:00:00Z"}
    end = {"done": True, "done_reason": "length" if told.cut_short else "stop", **counts}
    message = {"role": "assistant", "content": "".join(told.text), "thinking": "".join(told.thinking)}
    whole = {**head, "message": {**message, "tool_calls": calls}, **end}
    said: list[dict[str, Any]] = [{"content": "", "thinking": piece} for piece in told.thinking]
    said += [{"content": piece} for piece in told.text]
    said += [{"content": "", "tool_calls": [call]} for call in calls]
    lines: list[dict[str, Any]] = [{**head, "message": {"role": "assistant", **one}, "done": False} for one in said]
    lines.append({**head, "message": {"role": "assistant", "content": ""}, **end})
    return json.dumps(whole).encode(), b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def responses(told: Spoken) -> tuple[bytes, bytes]:
    head: dict[str, Any] = {"id": "resp_r", "object": "response", "created_at": 5, "model": "m"}
    events: list[dict[str, Any]] = [{"type": "response.created", "response": {**head, "status": "in_progress"}}]
    items: list[dict[str, Any]] = []

    def add(item: dict[str, Any], empty: dict[str, Any], kind: str, pieces: list[str], **part: Any) -> None:
        place = len(items)
        items.append(item)
        events.append({"type": "response.output_item.added", "output_index": place, "item": {**item, **empty}})
        events.extend({"type": f"response.{name}", "output_index": place, **more} for name, more in part.items())
        at = {"output_index": place, "content_index": 0, "summary_index": 0}
        events.extend({"type": f"response.{kind}.delta", **at, "delta": piece} for piece in pieces)
        events.append({"type": "response.output_item.done", "output_index": place, "item": item})

    if told.thinking:
        item: dict[str, Any] = {"type": "reasoning", "id": "rs_1", "encrypted_content": "c2ln"}
        item["summary"] = [{"type": "summary_text", "text": "".join(told.thinking)}]
        begun = {"part": {"type": "summary_text", "text": ""}, "summary_index": 0}
        part = {"reasoning_summary_part.added": begun}
        add(item, {"summary": [], "encrypted_content": None}, "reasoning_summary_text", told.thinking, **part)
    if told.text:
        text = {"type": "output_text", "text": "".join(told.text), "annotations": [], "logprobs": []}
        item = {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [text]}
        part = {"content_part.added": {"content_index": 0, "part": {**text, "text": ""}}}
        add(item, {"content": []}, "output_text", told.text, **part)
    for i, (name, given) in enumerate(told.calls):
        arguments = json.dumps(given)
        item = {"type": "function_call", "call_id": f"c{i}", "name": name, "arguments": arguments}
        add(item, {"arguments": ""}, "function_call_arguments", [arguments[:3], arguments[3:]])
    usage = {"input_tokens": told.tokens[0], "output_tokens": told.tokens[1], "total_tokens": sum(told.tokens)}
    ending = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    whole = {**head, **(ending if told.cut_short else {"status": "completed"}), "output": items, "usage": usage}
    events.append({"type": f"response.{whole['status']}", "response": whole})
    return json.dumps(whole).encode(), sse(*events, named=True)


WRITERS = {
    "openai": openai,
    "anthropic": anthropic,
    "gemini": gemini,
    "bedrock": bedrock,
    "cohere": cohere,
    "ollama": ollama,
}
