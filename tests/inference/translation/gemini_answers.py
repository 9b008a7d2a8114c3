"""What Gemini's answers say, read with none of the code under test; and exchanges of Gemini's clients."""

import base64
import json
from typing import Any

from inference.translation.answers import Answer, events
from inference.translation.calls import target
from passgate.inference.translation import Exchange, InboundFormat, Target
from passgate.inference.translator import open_exchange, parse

MARK = b"passgate1."


def gemini_exchange(document: Any, to: Target | str, *, stream: bool = False, array: bool = False) -> Exchange:
    """A client's generateContent, or its streamed twin, on its way to a target."""
    form: InboundFormat = "gemini-array" if array else "gemini"
    method = "streamGenerateContent" if stream or array else "generateContent"
    headers = {":path": f"/v1beta/models/public:{method}"}
    to = target(to) if isinstance(to, str) else to
    return open_exchange(parse(form, json.dumps(document).encode(), headers), to, created=1700000000)


def hello(**more: Any) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}], **more}


def gemini_usage(usage: dict[str, Any] | None) -> dict[str, int] | None:
    if not usage:
        return None
    prompt = usage.get("promptTokenCount", 0) + usage.get("toolUsePromptTokenCount", 0)
    return {
        "input": prompt,
        "output": usage.get("candidatesTokenCount", 0) + usage.get("thoughtsTokenCount", 0),
        "cached": usage.get("cachedContentTokenCount", 0),
        "written": usage.get("cacheWriteTokenCount", 0),
        "reasoning": usage.get("thoughtsTokenCount", 0),
    }


def unpacked(signature: str) -> list[str]:
    """The signatures that the gate carries in one field, or the one that is there."""
    raw = base64.b64decode(signature)
    if not raw.startswith(MARK):
        return [signature]
    return [entry[0] or entry[1] for entry in json.loads(raw[len(MARK) :])]


def add_parts(answer: Answer, candidate: dict[str, Any]) -> None:
    for part in (candidate.get("content") or {}).get("parts") or []:
        if "functionCall" in part:
            call = part["functionCall"]
            answer.calls.append((call.get("id", ""), call["name"], call.get("args", {})))
        elif part.get("thought"):
            answer.thinking += part["text"]
        elif "text" in part:
            answer.text += part["text"]
        else:
            continue  # what Google's own tools did
        if "thoughtSignature" in part:
            answer.signatures += unpacked(part["thoughtSignature"])
    answer.stop = candidate.get("finishReason") or answer.stop


def gemini_reply(document: dict[str, Any]) -> Answer:
    answer = Answer()
    add_parts(answer, document["candidates"][0])
    answer.usage = gemini_usage(document.get("usageMetadata"))
    return answer


def gemini_pieces(documents: list[Any]) -> Answer:
    answer = Answer()
    for document in documents:
        for candidate in document.get("candidates", []):
            add_parts(answer, candidate)
        answer.usage = gemini_usage(document.get("usageMetadata")) or answer.usage
    return answer


def gemini_stream(stream: bytes) -> Answer:
    return gemini_pieces(events(stream))
