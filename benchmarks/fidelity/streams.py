"""Streams of each format put together to the whole answers that they stand for."""

import base64
import json
import struct
from collections.abc import Callable
from typing import Any

from benchmarks.fidelity.events import events
from benchmarks.fidelity.meaning import as_dict, as_rows
from benchmarks.fidelity.responses import fold as fold_responses

_PRELUDE = 12
_CHECKSUM = 4
_STRING = 7


def fold_openai(stream: bytes) -> dict[str, Any]:
    """Chunks as a chat completion."""
    message: dict[str, Any] = {}
    calls: dict[int, dict[str, Any]] = {}
    whole: dict[str, Any] = {"choices": [{"message": message, "finish_reason": None}]}
    for event in events(stream):
        whole["usage"] = event.get("usage") or as_dict(event.get("x_groq")).get("usage") or whole.get("usage")
        for choice in as_rows(event.get("choices")):
            if choice.get("index", 0) == 0:
                _openai_delta(as_dict(choice.get("delta")), message, calls)
                whole["choices"][0]["finish_reason"] = (
                    choice.get("finish_reason") or whole["choices"][0]["finish_reason"]
                )
                logprobs = as_rows(as_dict(choice.get("logprobs")).get("content"))
                if logprobs:
                    whole["choices"][0].setdefault("logprobs", {"content": []})["content"].extend(logprobs)
    message["tool_calls"] = [calls[index] for index in sorted(calls)]
    return whole


def _openai_delta(delta: dict[str, Any], message: dict[str, Any], calls: dict[int, dict[str, Any]]) -> None:
    for name, value in delta.items():
        if name == "tool_calls":
            for piece in value or []:
                call = calls.setdefault(piece["index"], {"id": "", "function": {"name": "", "arguments": ""}})
                call["id"] += piece.get("id") or ""
                function = as_dict(piece.get("function"))
                call["function"]["name"] += function.get("name") or ""
                call["function"]["arguments"] += function.get("arguments") or ""
        elif isinstance(value, str) and name != "role":
            message[name] = (message.get(name) or "") + value
        elif isinstance(value, list):
            message[name] = [*(message.get(name) or []), *value]


def fold_anthropic(stream: bytes) -> dict[str, Any]:
    """Events as a message, blocks by their indexes."""
    message: dict[str, Any] = {"content": []}
    blocks: dict[int, dict[str, Any]] = {}
    for event in events(stream):
        match event["type"]:
            case "message_start":
                message = {**event["message"], "content": []}
            case "content_block_start":
                blocks[event["index"]] = dict(event["content_block"])
            case "content_block_delta":
                _anthropic_delta(event["delta"], blocks[event["index"]])
            case "message_delta":
                usage = {name: value for name, value in as_dict(event.get("usage")).items() if value is not None}
                message["usage"] = {**as_dict(message.get("usage")), **usage}
                message.update(event["delta"])
                message["vendor_blocks"] = event.get("vendor_blocks")
    for block in blocks.values():
        if "_json" in block:
            block["input"] = block.pop("_json")
    message["content"] = [blocks[index] for index in sorted(blocks)]
    return message


def _anthropic_delta(delta: dict[str, Any], block: dict[str, Any]) -> None:
    match delta["type"]:
        case "text_delta":
            block["text"] += delta["text"]
        case "thinking_delta":
            block["thinking"] += delta["thinking"]
        case "signature_delta":
            block["signature"] = (block.get("signature") or "") + delta["signature"]
        case "input_json_delta":
            block["_json"] = block.get("_json", "") + delta["partial_json"]
        case "citations_delta":
            block["citations"] = [*(block.get("citations") or []), delta["citation"]]


def fold_gemini(stream: bytes) -> dict[str, Any]:
    """Events as one response: the parts in their order."""
    parts: list[Any] = []
    candidate: dict[str, Any] = {}
    whole: dict[str, Any] = {}
    for event in events(stream):
        whole["usageMetadata"] = event.get("usageMetadata") or whole.get("usageMetadata")
        whole["promptFeedback"] = event.get("promptFeedback") or whole.get("promptFeedback")
        for row in as_rows(event.get("candidates")):
            if row.get("index", 0) == 0:
                parts += as_dict(row.get("content")).get("parts") or []
                for name, value in row.items():
                    if name == "vendorBlocks":
                        candidate[name] = [*candidate.get(name, []), *value]
                    else:
                        candidate[name] = value
    candidate["content"] = {"parts": parts}
    return {**whole, "candidates": [candidate]}


def fold_bedrock(stream: bytes) -> dict[str, Any]:
    """AWS's binary events as a Converse response."""
    blocks: dict[int, dict[str, Any]] = {}
    whole: dict[str, Any] = {}
    for name, event in _frames(stream):
        if name == "contentBlockStart":
            blocks[event["contentBlockIndex"]] = {
                kind: {**told, "input": ""} for kind, told in event["start"].items() if kind == "toolUse"
            }
        elif name == "contentBlockDelta":
            _bedrock_delta(event["delta"], blocks.setdefault(event["contentBlockIndex"], {}))
        elif name == "messageStop":
            whole["stopReason"] = event["stopReason"]
        elif name == "metadata":
            whole["usage"] = event["usage"]
    content = [blocks[index] for index in sorted(blocks)]
    return {**whole, "output": {"message": {"content": content}}}


def _bedrock_delta(delta: dict[str, Any], block: dict[str, Any]) -> None:
    if "text" in delta:
        block["text"] = block.get("text", "") + delta["text"]
    elif "toolUse" in delta:
        block["toolUse"]["input"] += delta["toolUse"]["input"]
    elif "reasoningContent" in delta:
        thought = block.setdefault("reasoningContent", {}).setdefault("reasoningText", {})
        for name, value in delta["reasoningContent"].items():
            if name == "redactedContent":
                block["reasoningContent"][name] = value
            else:
                thought[name] = thought.get(name, "") + value


def _frames(stream: bytes) -> list[tuple[str, dict[str, Any]]]:
    """Event stream encoding: length, length of headers, checksum, headers, payload, checksum."""
    found = []
    while stream:
        total, header_bytes = struct.unpack(">II", stream[:8])
        payload = stream[_PRELUDE + header_bytes : total - _CHECKSUM]
        found.append((_headers(stream[_PRELUDE : _PRELUDE + header_bytes])[":event-type"], json.loads(payload)))
        stream = stream[total:]
    return found


def _headers(raw: bytes) -> dict[str, str]:
    found = {}
    while raw:
        name_end = 1 + raw[0]
        name = raw[1:name_end].decode()
        if raw[name_end] != _STRING:
            raise ValueError(f"a header of the type {raw[name_end]}")
        (length,) = struct.unpack(">H", raw[name_end + 1 : name_end + 3])
        found[name] = raw[name_end + 3 : name_end + 3 + length].decode()
        raw = raw[name_end + 3 + length :]
    return found


FOLDS: dict[str, Callable[[bytes], dict[str, Any]]] = {
    "openai": fold_openai,
    "responses": fold_responses,
    "anthropic": fold_anthropic,
    "gemini": fold_gemini,
    "bedrock": fold_bedrock,
}


def decoded(told: dict[str, str]) -> bytes:
    """A recorded binary body."""
    return base64.b64decode(told["base64"])
