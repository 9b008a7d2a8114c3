"""OpenAI's Responses, read for what they say: answers, requests, and streams put together."""

import base64
import json
from typing import Any

from benchmarks.fidelity.asked import Asked, plain_schema
from benchmarks.fidelity.events import events
from benchmarks.fidelity.found import Found
from benchmarks.fidelity.meaning import Meaning, as_dict, as_rows, counts
from benchmarks.fidelity.vendor_blocks import openai_logprobs, own

_MARK = "passgate-thought1."
_ENDINGS = {"max_output_tokens": "length", "content_filter": "filter"}
_SETTINGS = ("temperature", "top_p", "top_logprobs", "metadata", "prompt_cache_key")
_KNOWN = (
    "model input instructions stream stream_options tools tool_choice parallel_tool_calls text reasoning include store "
    "max_output_tokens safety_identifier user service_tier " + " ".join(_SETTINGS)
)
_LOGPROBS = "message.output_text.logprobs"
_UNSAID = "reasoning.encrypted_content"
"""Thoughts are encrypted wherever nothing is stored; the gate always asks for them so."""


def read_answer(document: dict[str, Any]) -> Meaning:
    """A response."""
    found = Found()
    for item in as_rows(document["output"]):
        match item["type"]:
            case "message":
                _said(item, found)
            case "function_call":
                found.call(item.get("call_id"), item.get("name"), item.get("arguments"))
            case "reasoning":
                found.thinking.append(_thought(item))
                found.signatures += [_unpacked(item["encrypted_content"])] if item.get("encrypted_content") else []
            case other:
                found.own_tools.append(other)
    own(as_rows(document.get("vendor_blocks")), found)
    usage = as_dict(document.get("usage"))
    into, out = as_dict(usage.get("input_tokens_details")), as_dict(usage.get("output_tokens_details"))
    told = counts(
        input=usage.get("input_tokens"),
        output=usage.get("output_tokens"),
        cached=into.get("cached_tokens"),
        written=into.get("cache_write_tokens"),
        reasoning=out.get("reasoning_tokens"),
    )
    return found.meaning(_ending(document, called=bool(found.calls)), told)


def _ending(document: dict[str, Any], *, called: bool) -> str | None:
    match document.get("status"):
        case "incomplete":
            return _ENDINGS[document["incomplete_details"]["reason"]]
        case "completed":
            refused = any(
                part.get("type") == "refusal"
                for item in as_rows(document["output"])
                for part in as_rows(item.get("content"))
            )
            return "tools" if called else "filter" if refused else "stop"
    return None


def _said(item: dict[str, Any], found: Found) -> None:
    for part in as_rows(item.get("content")):
        found.text.append(part.get("text") or part.get("refusal") or "")
        found.logprobs += openai_logprobs(part.get("logprobs"))
        for note in as_rows(part.get("annotations")):
            if note["type"] == "url_citation":
                found.cited.append(note["url"])
            else:
                found.own_tools.append(note["type"])


def _thought(item: dict[str, Any]) -> str:
    told = as_rows(item.get("content")) or as_rows(item.get("summary"))
    return "\n\n".join(part.get("text") or "" for part in told)


def _unpacked(sealed: str) -> str:
    """Another vendor's signature, where the gate carries one in OpenAI's field."""
    if not sealed.startswith(_MARK):
        return sealed
    return str(json.loads(base64.urlsafe_b64decode(sealed.removeprefix(_MARK)))[1])


def fold(stream: bytes) -> dict[str, Any]:
    """Events as a response: what was said piece by piece, not what the last event repeats."""
    items: dict[int, dict[str, Any]] = {}
    whole: dict[str, Any] = {}
    for event in events(stream):
        place = event.get("output_index", -1)
        match event["type"].removeprefix("response."):
            case "output_item.added":
                items[place] = {**event["item"], "content": [], "summary": [], "arguments": ""}
            case "output_item.done":
                told = items.setdefault(place, {**event["item"]})
                told["encrypted_content"] = event["item"].get("encrypted_content")
            case "completed" | "incomplete":
                whole = event["response"]
            case kind:
                _fold_piece(kind, event, items.get(place, {}))
    return {**whole, "output": [items[place] for place in sorted(items)]}


def _fold_piece(kind: str, event: dict[str, Any], item: dict[str, Any]) -> None:
    match kind:
        case "content_part.added":
            item["content"].append({**event["part"], "annotations": []})
        case "output_text.delta" | "refusal.delta":
            part = item["content"][event["content_index"]]
            part["text" if kind.startswith("output_text") else "refusal"] += event["delta"]
            part["logprobs"] = [*(part.get("logprobs") or []), *(event.get("logprobs") or [])]
        case "output_text.annotation.added":
            item["content"][event["content_index"]]["annotations"].append(event["annotation"])
        case "reasoning_summary_part.added":
            item["summary"].append({**event["part"]})
        case "reasoning_summary_text.delta":
            item["summary"][event["summary_index"]]["text"] += event["delta"]
        case "reasoning_text.delta":
            _thinks(item["content"], event)
        case "function_call_arguments.delta":
            item["arguments"] += event["delta"]


def _thinks(content: list[dict[str, Any]], event: dict[str, Any]) -> None:
    while len(content) <= event["content_index"]:
        content.append({"type": "reasoning_text", "text": ""})
    content[event["content_index"]]["text"] += event["delta"]


def read_request(document: dict[str, Any]) -> Meaning:
    """A request for a response."""
    asked = Asked()
    asked.text("system", document.get("instructions"))
    asked.text("user", document.get("input"))
    for item in as_rows(document.get("input")):
        _item(item, asked)
    _tools(document, asked)
    asked.choice = _choice(document.get("tool_choice"))
    for name in _SETTINGS:
        asked.put(name, document.get(name))
    wanted = [one for one in document.get("include") or [] if one != _UNSAID]
    asked.put("logprobs", _LOGPROBS in wanted or None)
    for one in wanted:
        asked.put(f"field include.{one}", "given" if one != _LOGPROBS else None)
    asked.put("max tokens", document.get("max_output_tokens"))
    asked.put("one call at a time", document.get("parallel_tool_calls") is False or None)
    asked.put("user", document.get("safety_identifier") or document.get("user"))
    tier = document.get("service_tier")
    asked.put("service tier", None if tier == "auto" else tier)
    effort = as_dict(document.get("reasoning")).get("effort")
    asked.put("reasoning", effort and ("off" if effort == "none" else "on"))
    text = as_dict(document.get("text"))
    asked.put("verbosity", text.get("verbosity"))
    form = as_dict(text.get("format"))
    if form.get("type") == "json_schema":
        asked.put("format", ("json_schema", plain_schema(form.get("schema") or {})))
    elif form.get("type") not in {None, "text"}:
        asked.put("format", (form["type"], None))
    asked.leftovers(document, _KNOWN)
    return asked.meaning()


def _tools(holder: dict[str, Any], asked: Asked) -> None:
    for tool in as_rows(holder.get("tools")):
        if tool["type"] == "function":
            asked.tool(tool["name"], tool.get("description"), tool.get("parameters"), strict=tool.get("strict"))
        else:
            asked.add("own tools", tool["type"])


def _called(item: dict[str, Any]) -> str:
    """The name of a function; one of a namespace bears both where there are no namespaces."""
    return f"{item['namespace']}__{item['name']}" if item.get("namespace") else str(item["name"])


def _choice(told: object) -> tuple[str, tuple[str, ...]] | None:
    if isinstance(told, str):
        return told, ()
    choice = as_dict(told)
    if choice.get("type") == "allowed_tools":
        return choice["mode"], tuple(row["name"] for row in choice["tools"])
    return ("required", (choice["name"],)) if choice.get("type") == "function" else None


def _item(item: dict[str, Any], asked: Asked) -> None:
    match item.get("type", "message"):
        case "message":
            role = {"developer": "system"}.get(item["role"], item["role"])
            asked.text(role, item.get("content"))
            _parts(role, item.get("content"), asked)
        case "function_call":
            asked.call(item["call_id"], _called(item), item.get("arguments"))
        case "additional_tools":
            _tools(item, asked)
        case "function_call_output":
            told = item.get("output")
            texts = [part["text"] for part in as_rows(told) if "text" in part]
            asked.result(item["call_id"], told if isinstance(told, str) else "\n".join(texts))
            _parts("user", [part for part in as_rows(told) if "text" not in part], asked)
        case "reasoning":
            asked.thinking.append(_thought(item))
            asked.add("signatures", item.get("encrypted_content") and _unpacked(item["encrypted_content"]))
        case other:
            asked.add("own tools", other)


def _parts(role: str, content: object, asked: Asked) -> None:
    for part in as_rows(content):
        match part.get("type"):
            case "input_text" | "output_text" | "text" | "refusal":
                asked.text(role, part.get("text") or part.get("refusal"))
                for note in as_rows(part.get("annotations")):
                    asked.add("citations", note.get("url") or note["type"])
            case "input_image":
                asked.source("images", url=part.get("image_url"), file=part.get("file_id"))
                detail = part.get("detail")
                asked.add("image detail", None if detail == "auto" else detail)
            case "input_file":
                _file(role, part, asked)
            case "input_audio":
                asked.source("audio", data=part["input_audio"]["data"])
            case other:
                asked.add("other parts", other)


def _file(role: str, part: dict[str, Any], asked: Asked) -> None:
    url, data = part.get("file_url"), part.get("file_data")
    if str(data).startswith("data:"):
        asked.document(role, None, data)
    else:
        asked.source("documents", url=url, data=data, file=part.get("file_id"))
