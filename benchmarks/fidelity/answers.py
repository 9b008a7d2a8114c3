"""Whole answers of each format, read for what they say."""

import base64
import json
from collections.abc import Callable
from typing import Any

from benchmarks.fidelity.found import Found
from benchmarks.fidelity.meaning import Meaning, as_dict, as_rows, counts, fingerprint, finish
from benchmarks.fidelity.responses import read_answer as read_responses
from benchmarks.fidelity.vendor_blocks import gemini_logprobs, gemini_own, openai_logprobs, own

_OPENAI = {"length": "length", "content_filter": "filter", "tool_calls": "tools", "function_call": "tools"}
_ANTHROPIC = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tools",
    "refusal": "filter",
    "pause_turn": "pause",
}
_FILTERS = ("SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY")
_GEMINI = {"MAX_TOKENS": "length", "OTHER": "pause", **dict.fromkeys(_FILTERS, "filter")}
_BEDROCK = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tools",
    "guardrail_intervened": "filter",
    "content_filtered": "filter",
}
_COHERE = {"MAX_TOKENS": "length", "TOOL_CALL": "tools"}
_MARK = "passgate1."


def openai_usage(told: object) -> dict[str, int]:
    """Usage of OpenAI and of those that speak its format."""
    usage = as_dict(told)
    into, out = as_dict(usage.get("prompt_tokens_details")), as_dict(usage.get("completion_tokens_details"))
    prompt = usage.get("prompt_tokens") or 0
    others = (usage.get("num_cached_tokens"), usage.get("prompt_cache_hit_tokens"), usage.get("cached_tokens"))
    cached = into.get("cached_tokens") or next((other for other in others if other), 0)
    return counts(
        input=prompt,
        output=usage.get("completion_tokens"),
        cached=cached,
        written=min(into.get("cache_write_tokens") or 0, prompt - cached),
        reasoning=out.get("reasoning_tokens"),
        input_audio=into.get("audio_tokens"),
        output_audio=out.get("audio_tokens"),
    )


def read_openai(document: dict[str, Any]) -> Meaning:
    """A chat completion."""
    found = Found()
    choice = as_rows(document["choices"])[0]
    message = as_dict(choice.get("message"))
    _openai_words(message, found)
    for call in as_rows(message.get("tool_calls")):
        function = as_dict(call.get("function"))
        found.call(call.get("id"), function.get("name"), function.get("arguments"))
    for note in as_rows(message.get("annotations")):
        found.cited.append(as_dict(note.get("url_citation")).get("url", ""))
    found.images += [
        fingerprint(row["image_url"]["url"].partition("base64,")[2]) for row in as_rows(message.get("images"))
    ]
    own(as_rows(message.get("vendor_blocks")), found)
    found.own_tools += ["executed_tools" for _ in as_rows(message.get("executed_tools"))]  # Groq's
    found.logprobs += openai_logprobs(choice.get("logprobs"))
    stop = finish(choice.get("finish_reason"), _OPENAI, called=bool(found.calls))
    return found.meaning(stop, openai_usage(document.get("usage")))


def _openai_words(message: dict[str, Any], found: Found) -> None:
    content = message.get("content")
    if isinstance(content, str):
        found.text.append(content)
    for part in as_rows(content):  # Mistral's
        if part.get("type") == "thinking":
            found.thinking += [piece.get("text", "") for piece in as_rows(part.get("thinking"))]
        else:
            found.text.append(part.get("text") or "")
    found.text.append(message.get("refusal") or "")
    details = as_rows(message.get("reasoning_details"))
    plain = message.get("reasoning_content") or message.get("reasoning")
    found.thinking.append(plain or "".join(row.get("text") or row.get("summary") or "" for row in details))
    found.signatures += [told for row in details if (told := row.get("signature") or row.get("data"))]


def read_anthropic(document: dict[str, Any]) -> Meaning:
    """A message of Anthropic's."""
    found = Found()
    for block in as_rows(document["content"]):
        match block["type"]:
            case "text":
                found.text.append(block["text"])
                found.cited += [row["url"] for row in as_rows(block.get("citations")) if row.get("url")]
            case "thinking":
                found.thinking.append(block["thinking"])
                found.signatures += [_unpacked(block["signature"])] if block.get("signature") else []
            case "redacted_thinking":
                found.signatures.append(_unpacked(block["data"]))
            case "tool_use":
                found.call(block.get("id"), block.get("name"), block.get("input"))
            case other:
                found.own_tools.append(other)
    own(as_rows(document.get("vendor_blocks")), found)
    usage = as_dict(document.get("usage"))
    cached, written = usage.get("cache_read_input_tokens") or 0, usage.get("cache_creation_input_tokens") or 0
    told = counts(
        input=usage.get("input_tokens", 0) + cached + written,
        output=usage.get("output_tokens"),
        cached=cached,
        written=written,
        reasoning=as_dict(usage.get("output_tokens_details")).get("thinking_tokens"),
    )
    return found.meaning(finish(document.get("stop_reason"), _ANTHROPIC, called=bool(found.calls)), told)


def _unpacked(signature: str) -> str:
    """Another vendor's signature, where the gate carries one in Anthropic's field."""
    if not signature.startswith(_MARK):
        return signature
    return str(json.loads(base64.urlsafe_b64decode(signature.removeprefix(_MARK)))[0])


def read_gemini(document: dict[str, Any]) -> Meaning:
    """A GenerateContentResponse."""
    found = Found()
    candidates = as_rows(document.get("candidates"))
    candidate = candidates[0] if candidates else {}
    for part in as_rows(as_dict(candidate.get("content")).get("parts")):
        if "functionCall" in part:
            call = part["functionCall"]
            found.call(call.get("id"), call.get("name"), call.get("args"))
        elif part.get("thought"):
            found.thinking.append(part.get("text") or "")
        elif isinstance(part.get("text"), str):
            found.text.append(part["text"])
        elif part.keys() - {"thoughtSignature"}:
            gemini_own(part, found)
            continue
        if "thoughtSignature" in part:
            found.signatures += _gemini_signatures(part["thoughtSignature"])
    _gemini_beside(candidate, found)
    found.logprobs += gemini_logprobs(candidate)
    usage = as_dict(document.get("usageMetadata"))
    thoughts = usage.get("thoughtsTokenCount") or 0
    told = counts(
        input=usage.get("promptTokenCount", 0) + usage.get("toolUsePromptTokenCount", 0),
        output=usage.get("candidatesTokenCount", 0) + thoughts,
        cached=usage.get("cachedContentTokenCount"),
        written=usage.get("cacheWriteTokenCount"),
        reasoning=thoughts,
        input_audio=_sound(usage.get("promptTokensDetails")),
        output_audio=_sound(usage.get("candidatesTokensDetails")),
    )
    blocked = "filter" if "blockReason" in as_dict(document.get("promptFeedback")) else None
    stop = finish(candidate.get("finishReason"), _GEMINI, called=bool(found.calls)) or blocked
    return found.meaning(stop, told)


def _gemini_beside(candidate: dict[str, Any], found: Found) -> None:
    grounding = as_dict(candidate.get("groundingMetadata"))
    chunks = as_rows(grounding.get("groundingChunks"))
    for support in as_rows(grounding.get("groundingSupports")):
        for index in support.get("groundingChunkIndices") or []:
            url = as_dict(chunks[index].get("web")).get("uri") if index < len(chunks) else None
            found.cited += [url] if url else []
    sources = as_dict(candidate.get("citationMetadata"))
    found.cited += [row["uri"] for row in as_rows(sources.get("citationSources")) if row.get("uri")]
    found.own_tools += [name for name in ("groundingMetadata", "urlContextMetadata") if candidate.get(name)]
    own(as_rows(candidate.get("vendorBlocks")), found)


def _gemini_signatures(carried: str) -> list[str]:
    raw = base64.b64decode(carried + "=" * (-len(carried) % 4), altchars=b"-_" if set("-_") & set(carried) else None)
    mark = _MARK.encode()
    if not raw.startswith(mark):
        return [carried]
    return [entry[0] or entry[1] for entry in json.loads(raw.removeprefix(mark))]


def _sound(details: object) -> int:
    return sum(row.get("tokenCount", 0) for row in as_rows(details) if row.get("modality") == "AUDIO")


def read_bedrock(document: dict[str, Any]) -> Meaning:
    """A Converse response."""
    found = Found()
    for block in as_rows(as_dict(as_dict(document["output"]).get("message")).get("content")):
        for kind, told in block.items():
            if kind == "text":
                found.text.append(told)
            elif kind == "toolUse" and told.get("type") != "server_tool_use":
                found.call(told.get("toolUseId"), told.get("name"), told.get("input"))
            elif kind == "reasoningContent":
                thought = as_dict(told.get("reasoningText"))
                found.thinking.append(thought.get("text") or "")
                blob = told.get("redactedContent")  # base64 of what Anthropic gives as text
                sealed = thought.get("signature") or (blob and base64.b64decode(blob).decode())
                found.signatures += [sealed] if sealed else []
            elif kind == "citationsContent":
                found.text += [piece.get("text", "") for piece in as_rows(told.get("content"))]
                places = [as_dict(as_dict(row.get("location")).get("web")) for row in as_rows(told.get("citations"))]
                found.cited += [place["url"] for place in places if place.get("url")]
            else:
                found.own_tools.append(kind)
    usage = as_dict(document.get("usage"))
    cached, written = usage.get("cacheReadInputTokens") or 0, usage.get("cacheWriteInputTokens") or 0
    told = counts(
        input=usage.get("inputTokens", 0) + cached + written,
        output=usage.get("outputTokens"),
        cached=cached,
        written=written,
    )
    return found.meaning(finish(document.get("stopReason"), _BEDROCK, called=bool(found.calls)), told)


def read_cohere(document: dict[str, Any]) -> Meaning:
    """An answer of Cohere's (v2); what it plans to do with its tools is thought."""
    found = Found()
    message = as_dict(document["message"])
    found.thinking.append(message.get("tool_plan") or "")
    for part in as_rows(message.get("content")):
        if part.get("type") == "thinking":
            found.thinking.append(part.get("thinking") or "")
        else:
            found.text.append(part.get("text") or "")
    for call in as_rows(message.get("tool_calls")):
        function = as_dict(call.get("function"))
        found.call(call.get("id"), function.get("name"), function.get("arguments"))
    usage = as_dict(document.get("usage"))
    found.own_tools += ["citation" for row in as_rows(message.get("citations"))]
    tokens = as_dict(usage.get("billed_units"))  # what is paid for; ``tokens`` counts Cohere's own instructions too
    told = counts(
        input=tokens.get("input_tokens"),
        output=tokens.get("output_tokens"),
        cached=min(usage.get("cached_tokens") or 0, tokens.get("input_tokens") or 0),
    )
    return found.meaning(finish(document.get("finish_reason"), _COHERE, called=bool(found.calls)), told)


READERS: dict[str, Callable[[dict[str, Any]], Meaning]] = {
    "openai": read_openai,
    "responses": read_responses,
    "anthropic": read_anthropic,
    "gemini": read_gemini,
    "bedrock": read_bedrock,
    "cohere": read_cohere,
}
"""By the dialect, or the family of the inbound format."""
