"""What answers of Bedrock, Cohere and Ollama say, read with none of the code under test."""

import base64
import json
import struct
from typing import Any

from inference.translation.answers import Answer, arguments_value


def bedrock_usage(usage: dict[str, Any]) -> dict[str, int]:
    cached = usage.get("cacheReadInputTokens") or 0
    written = usage.get("cacheWriteInputTokens") or 0
    return {
        "input": usage["totalTokens"] - usage["outputTokens"],
        "output": usage["outputTokens"],
        "cached": cached,
        "written": written,
        "reasoning": 0,
    }


def bedrock_reply(document: dict[str, Any]) -> Answer:
    answer = Answer(stop=document["stopReason"], usage=bedrock_usage(document["usage"]))
    for block in document["output"]["message"]["content"]:
        answer.text += block.get("text", "")
        thought = block.get("reasoningContent", {})
        told = thought.get("reasoningText", {})
        answer.thinking += told.get("text", "")
        if "signature" in told:
            answer.signatures.append(told["signature"])
        if "redactedContent" in thought:
            answer.signatures.append(base64.b64decode(thought["redactedContent"]).decode())
        if "toolUse" in block and block["toolUse"].get("type") != "server_tool_use":
            call = block["toolUse"]
            answer.calls.append((call["toolUseId"], call["name"], call["input"]))
    return answer


def bedrock_messages(stream: bytes) -> list[tuple[str, Any]]:
    """The names and payloads of an event stream, its checksums trusted."""
    found = []
    place = 0
    while place < len(stream):
        total, headers = struct.unpack_from(">II", stream, place)
        block = stream[place + 12 : place + 12 + headers]
        name = block.split(b":event-type\x07")[1]
        size = struct.unpack_from(">H", name)[0]
        found.append((name[2 : 2 + size].decode(), json.loads(stream[place + 12 + headers : place + total - 4])))
        place += total
    return found


def bedrock_stream(stream: bytes) -> Answer:
    blocks: dict[int, dict[str, Any]] = {}
    document: dict[str, Any] = {"output": {"message": {"content": []}}}
    for name, told in bedrock_messages(stream):
        if name == "contentBlockDelta":
            block = blocks.setdefault(told["contentBlockIndex"], {"text": ""})
            block["text"] += told["delta"]["text"]
        elif name == "messageStop":
            document["stopReason"] = told["stopReason"]
        elif name == "metadata":
            document["usage"] = told["usage"]
    document["output"]["message"]["content"] = list(blocks.values())
    return bedrock_reply(document)


def cohere_reply(document: dict[str, Any]) -> Answer:
    billed = document["usage"]["billed_units"]
    cached = min(document["usage"].get("cached_tokens") or 0, billed["input_tokens"])
    counts = {"cached": cached, "written": 0, "reasoning": 0}
    usage = {"input": billed["input_tokens"], "output": billed["output_tokens"], **counts}
    message = document["message"]
    answer = Answer(thinking=message.get("tool_plan", ""), stop=document["finish_reason"], usage=usage)
    for part in message.get("content") or []:
        answer.text += part.get("text", "")
        answer.thinking += part.get("thinking", "")
    for call in message.get("tool_calls") or []:
        function = call["function"]
        answer.calls.append((call["id"], function["name"], arguments_value(function["arguments"])))
    return answer
