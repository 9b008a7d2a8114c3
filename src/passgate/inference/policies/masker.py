"""Masking of texts and of JSON documents, with a count of what was found that holds nothing of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from passgate.contracts.ai_policy import MaskingPlace
from passgate.contracts.masking import Finder, replaced
from passgate.inference.json_text import Json
from passgate.kernel.errors import PassgateError

_STRUCTURE = frozenset(
    {
        "id",
        "role",
        "type",
        "model",
        "tool_call_id",
        "tool_use_id",
        "call_id",
        "item_id",
        "signature",
        "thoughtSignature",
    }
)
"""Members that say how a document hangs together: changed ones would break it, and nobody speaks in them."""
_FREE = frozenset({"input", "args", "response", "arguments"})
"""Members below which everything is somebody's data, whatever it is called."""
_MEDIA = frozenset({"media_type", "mimeType", "mime_type", "format", "filename"})


class ContentBlockedError(PassgateError):
    """A rule of the organisation forbids what the text holds; the message names the rule, never the text."""

    status = 400
    code = "content_blocked"


@dataclass(slots=True)
class Hits:
    """How often each rule found something, by rule, action and place."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def lines(self) -> list[dict[str, str | int]]:
        """As the usage line bears them."""
        return [
            {"rule": rule, "action": action, "place": place, "count": count}
            for (rule, action, place), count in self.counts.items()
        ]


@dataclass(frozen=True, slots=True)
class Masker:
    """Applies rules to what is said in one place of a call."""

    finders: tuple[Finder, ...]
    place: MaskingPlace
    hits: Hits

    def text(self, text: str) -> str:
        """The text with what must not be seen replaced by ``[masked:<rule>]``.

        Raises:
            ContentBlockedError: a rule that blocks has found something.
        """
        for finder in self.finders:
            text = self._apply(finder, text)
        return text

    def _apply(self, finder: Finder, text: str) -> str:
        masked, found = replaced(finder, text)
        if not found:
            return text
        self.hits.counts[finder.name, finder.action, self.place] += found
        if finder.action == "block":
            raise ContentBlockedError(f"The {self.place} holds what the rule '{finder.name}' forbids.")
        return masked

    def document(self, value: Json) -> Json:
        """The same for every text in a JSON document; the very same object where nothing changed."""
        return _walk(value, self.text, free=False)


def _walk(value: Json, change: Callable[[str], str], *, free: bool) -> Json:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        items = [_walk(item, change, free=free) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if not isinstance(value, dict):
        return value
    changed = {
        name: new
        for name, old in value.items()
        if (free or not _is_structure(name, old, value))
        and (new := _walk(old, change, free=free or name in _FREE)) is not old
    }
    return {**value, **changed} if changed else value


def _is_structure(name: str, value: Json, around: dict[str, Any]) -> bool:
    if not isinstance(value, str):
        return False
    if name in _STRUCTURE or (name in {"url", "image_url"} and value.startswith("data:")):
        return True
    # Media and sealed thoughts in base64, which no rule can read.
    return name in {"data", "file_data", "encrypted_content"} and (
        name != "data" or not _MEDIA.isdisjoint(around) or around.get("type") == "redacted_thinking"
    )
