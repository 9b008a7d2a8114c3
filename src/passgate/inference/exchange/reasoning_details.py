"""``reasoning_details``: OpenRouter's way to carry thoughts with their signatures through OpenAI's format.

See https://openrouter.ai/docs/use-cases/reasoning-tokens. In streams an item may come in fragments that share an
``index``: the thoughts first, their signature last.
"""

from typing import Any

from passgate.inference.exchange.content import Thinking
from passgate.inference.exchange.reading import as_text, as_text_or_none

_KNOWN_FORMATS = ("anthropic-claude-v1", "openai-responses-v1", "google-gemini-v1", "xai-responses-v1")


def read_reasoning_details(items: list[Any], path: str) -> list[Thinking]:
    """The thoughts, fragments of one joined."""
    found: list[Thinking] = []
    last_index: Any = None
    for place, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        thought = _read(item, f"{path}[{place}]")
        if thought is None:
            continue
        index = item.get("index")
        last = found[-1] if found else None
        if last is not None and index is not None and index == last_index and _goes_on(last, thought):
            found[-1] = _joined(last, thought)
        else:
            found.append(thought)
        last_index = index
    return found


def _read(item: dict[str, Any], path: str) -> Thinking | None:
    kind = item.get("type")
    origin = _format(item.get("format"))
    thought_id = as_text_or_none(item.get("id"))
    if kind == "reasoning.text":
        signature = as_text_or_none(item.get("signature"))
        return Thinking(as_text(item.get("text")), signature, None, origin, thought_id, path)
    if kind == "reasoning.summary":
        return Thinking(as_text(item.get("summary")), None, None, origin, thought_id, path)
    if kind == "reasoning.encrypted":
        return Thinking("", None, as_text(item.get("data")), origin, thought_id, path)
    return None


def _format(told: object) -> str | None:
    """A client that joins the strings of fragments may have joined the format's name to itself."""
    name = as_text_or_none(told)
    if name is None:
        return None
    return next((known for known in _KNOWN_FORMATS if name.startswith(known)), name)


def _goes_on(last: Thinking, thought: Thinking) -> bool:
    if last.data is not None or thought.data is not None:
        return last.data is not None and thought.data is not None
    return last.signature is None


def _joined(last: Thinking, more: Thinking) -> Thinking:
    data = None if last.data is None else last.data + (more.data or "")
    origin = last.format or more.format
    return Thinking(last.text + more.text, more.signature, data, origin, last.id or more.id, last.path)


def write_reasoning_detail(thought: Thinking, index: int) -> dict[str, Any]:
    """One whole thought."""
    item: dict[str, Any]
    if thought.data is not None:
        item = {"type": "reasoning.encrypted", "data": thought.data}
    else:
        item = {"type": "reasoning.text", "text": thought.text}
        if thought.signature is not None:
            item["signature"] = thought.signature
    if thought.format is not None:
        item["format"] = thought.format
    if thought.id is not None:
        item["id"] = thought.id
    return {**item, "index": index}
