"""What an answer says, read from the wire formats with none of the code under test."""

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Answer:
    """The substance of an answer; two are equal when a user of either would have got the same."""

    text: str = ""
    thinking: str = ""
    signatures: list[str] = field(default_factory=list)
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    stop: str | None = None
    usage: dict[str, int] | None = None


def arguments_value(text: str) -> Any:
    return json.loads(text) if text.strip() else {}


def events(stream: bytes) -> list[Any]:
    """The JSON of a stream's events; ``[DONE]`` as a string."""
    found = []
    for line in stream.replace(b"\r\n", b"\n").split(b"\n"):
        if line.startswith(b"data:"):
            data = line[5:].strip()
            found.append("[DONE]" if data == b"[DONE]" else json.loads(data))
    return found


def openai_usage(usage: dict[str, Any] | None) -> dict[str, int] | None:
    if not usage:
        return None
    into = usage.get("prompt_tokens_details") or {}
    out = usage.get("completion_tokens_details") or {}
    cached = into.get("cached_tokens") or usage.get("num_cached_tokens") or usage.get("prompt_cache_hit_tokens")
    cached = cached or usage.get("cached_tokens") or 0
    return {
        "input": usage["prompt_tokens"],
        "output": usage["completion_tokens"],
        "cached": cached,
        # The parts never exceed the whole, whatever a vendor says.
        "written": min(into.get("cache_write_tokens") or 0, usage["prompt_tokens"] - cached),
        "reasoning": out.get("reasoning_tokens") or 0,
    }


def anthropic_usage(usage: dict[str, Any]) -> dict[str, int]:
    cached = usage.get("cache_read_input_tokens") or 0
    written = usage.get("cache_creation_input_tokens") or 0
    return {
        "input": usage["input_tokens"] + cached + written,
        "output": usage["output_tokens"],
        "cached": cached,
        "written": written,
        "reasoning": (usage.get("output_tokens_details") or {}).get("thinking_tokens") or 0,
    }


def _mistral_parts(content: Any) -> tuple[str, str]:
    if isinstance(content, str) or content is None:
        return content or "", ""
    text = "".join(part["text"] for part in content if part["type"] == "text")
    thinking = "".join(t["text"] for part in content if part["type"] == "thinking" for t in part["thinking"])
    return text, thinking


def _openai_message(message: dict[str, Any], answer: Answer) -> None:
    text, thinking = _mistral_parts(message.get("content"))
    answer.text += text + (message.get("refusal") or "")
    details = message.get("reasoning_details") or []
    plain = message.get("reasoning_content") or message.get("reasoning") or thinking
    answer.thinking += plain or "".join(detail.get("text") or "" for detail in details)
    answer.signatures += [s for detail in details if (s := detail.get("signature") or detail.get("data"))]


def openai_reply(document: dict[str, Any]) -> Answer:
    answer = Answer()
    choice = document["choices"][0]
    message = choice["message"]
    _openai_message(message, answer)
    for call in message.get("tool_calls") or []:
        function = call["function"]
        answer.calls.append((call["id"], function["name"], arguments_value(function.get("arguments", ""))))
    answer.stop = choice["finish_reason"]
    answer.usage = openai_usage(document.get("usage"))
    return answer


def openai_stream(stream: bytes) -> Answer:
    answer = Answer()
    calls: dict[int, list[str]] = {}
    for event in events(stream):
        if event == "[DONE]":
            continue
        answer.usage = openai_usage(event.get("usage") or (event.get("x_groq") or {}).get("usage")) or answer.usage
        for choice in event["choices"]:
            delta = choice["delta"]
            _openai_message(delta, answer)
            for call in delta.get("tool_calls") or []:
                known = calls.setdefault(call["index"], ["", "", ""])
                known[0] += call.get("id") or ""
                known[1] += call["function"].get("name") or ""
                known[2] += call["function"].get("arguments") or ""
            answer.stop = choice.get("finish_reason") or answer.stop
    answer.calls = [(call[0], call[1], arguments_value(call[2])) for call in calls.values()]
    return answer


def anthropic_reply(document: dict[str, Any]) -> Answer:
    answer = Answer()
    for block in document["content"]:
        match block["type"]:
            case "text":
                answer.text += block["text"]
            case "thinking":
                answer.thinking += block["thinking"]
                if block["signature"]:
                    answer.signatures.append(block["signature"])
            case "redacted_thinking":
                answer.signatures.append(block["data"])
            case "tool_use":
                answer.calls.append((block["id"], block["name"], block["input"]))
    answer.stop = document["stop_reason"]
    answer.usage = anthropic_usage(document["usage"])
    return answer


def anthropic_stream(stream: bytes) -> Answer:
    """Put the message together as Anthropic's own SDK does, by the blocks' indexes."""
    message: dict[str, Any] = {}
    pieces: dict[int, str] = {}
    for event in events(stream):
        match event["type"]:
            case "message_start":
                message = event["message"]
            case "content_block_start":
                assert event["index"] == len(message["content"])
                message["content"].append(event["content_block"])
            case "content_block_delta":
                _anthropic_delta(message["content"][event["index"]], event, pieces)
            case "message_delta":
                message["stop_reason"] = event["delta"]["stop_reason"]
                told = {name: value for name, value in event["usage"].items() if value is not None}
                message["usage"] = {**message["usage"], **told}
    for index, text in pieces.items():
        message["content"][index]["input"] = arguments_value(text)
    return anthropic_reply(message)


def _anthropic_delta(block: dict[str, Any], event: dict[str, Any], pieces: dict[int, str]) -> None:
    delta = event["delta"]
    match delta["type"]:
        case "text_delta":
            block["text"] += delta["text"]
        case "thinking_delta":
            block["thinking"] += delta["thinking"]
        case "signature_delta":
            block["signature"] = delta["signature"]
        case "input_json_delta":
            index = event["index"]
            pieces[index] = pieces.get(index, "") + delta["partial_json"]
