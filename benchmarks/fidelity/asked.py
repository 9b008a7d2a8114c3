"""What is found on the way through a request, whatever its format."""

import base64
import json
import re
from typing import Any

from benchmarks.fidelity.meaning import Meaning, arguments, as_dict, fingerprint, said

_BESIDE_TEXT = re.compile(
    r"\(What the tool call .* returned besides text:\)|\(The result follows in the next message\.\)"
)
"""The gate's own words, where a format's tool results hold text only and pictures follow in the next message."""


class Asked:
    """Collects the meaning of a request. White space between texts, and where one part ends, is no meaning."""

    def __init__(self) -> None:
        self.system = ""
        self.texts: list[tuple[str, str]] = []
        self.thinking: list[str] = []
        self.lists: dict[str, list[Any]] = {}
        self.tools: dict[str, Any] = {}
        self.strict: list[str] = []
        self.choice: tuple[str, tuple[str, ...]] | None = None
        self.values: dict[str, Any] = {}
        self.cached = 0
        self._names: dict[str, str] = {}

    def text(self, role: str, words: object) -> None:
        """Something said."""
        plain = "".join(_BESIDE_TEXT.sub("", words).split()) if isinstance(words, str) else ""
        if role == "system":
            self.system += plain
        elif plain and self.texts and self.texts[-1][0] == role:
            self.texts[-1] = (role, self.texts[-1][1] + plain)
        elif plain:
            self.texts.append((role, plain))

    def add(self, aspect: str, value: object) -> None:
        """One more of a kind."""
        if value not in (None, ""):
            self.lists.setdefault(aspect, []).append(value)

    def source(self, aspect: str, url: object = None, data: object = None, file: object = None) -> None:
        """Content by URL, as data (base64 or a data URL), or as the id of a file that the vendor holds.

        A file that is sound is sound, whatever it is called.
        """
        if aspect == "documents" and str(url).endswith((".mp3", ".wav")):
            aspect = "audio"
        if isinstance(data, str) and data.startswith("http"):
            url = data
        if isinstance(url, str) and url.startswith("data:"):
            data, url = url.partition("base64,")[2], None
        if isinstance(data, str) and data.startswith("data:"):
            data = data.partition("base64,")[2]
        self.add(aspect, f"url {url}" if url else f"file {file}" if file else f"data {fingerprint(str(data))}")

    def document(self, role: str, kind: object, data: object) -> None:
        """A document as data; one that is plain text is what it says, for some formats take it as text only."""
        kind, text = str(kind or ""), str(data or "")
        if text.startswith("data:"):
            head, _, text = text.removeprefix("data:").partition("base64,")
            kind = head.rstrip(";")
        if kind.startswith("text/"):
            plain = text.replace("-", "+").replace("_", "/")
            self.text(role, base64.b64decode(plain + "=" * (-len(plain) % 4)).decode(errors="replace"))
        else:
            self.source("audio" if kind.startswith("audio/") else "documents", data=text)

    def call(self, call_id: object, name: str, given: object) -> None:
        """The model asked for a tool."""
        self.add("calls", (name, arguments(given)))
        self._names[str(call_id)] = name

    def result(self, call_id: object, told: object, *, name: str | None = None, failed: bool = False) -> None:
        """What a tool gave, under the name of the tool that was called."""
        called = self._names.get(str(call_id)) or name
        value, wrong = _outcome(told)
        self.add("results", (called, value, failed or wrong))

    def tool(self, name: str, description: object, schema: object, *, strict: object = None) -> None:
        """A tool that is offered."""
        self.tools[name] = (description or "", plain_schema({"type": "object", **as_dict(schema)}))
        if strict is True:
            self.strict.append(name)

    def put(self, aspect: str, value: object) -> None:
        """A setting."""
        if value is not None:
            self.values[aspect] = value

    def cache(self, *holders: object) -> None:
        """Count the hints of what should be cached."""
        self.cached += sum(bool(as_dict(holder).get("cache_control")) for holder in holders)

    def leftovers(self, document: dict[str, Any], known: str) -> None:
        """Members that this reader does not know: whatever they are, they may not vanish."""
        for name in document.keys() - set(known.split()):
            if document[name] not in (None, [], {}):
                self.values[f"field {name}"] = "given"

    def meaning(self) -> Meaning:
        """All that was found. What a choice leaves of the tools is what is offered; the free choice is the default."""
        mode, names = self.choice or ("auto", ())
        offered = {name: tool for name, tool in self.tools.items() if not names or name in names}
        if mode == "none":
            offered = {}
        return said(
            {
                "system": self.system,
                "text": self.texts,
                "thinking": "".join("".join(self.thinking).split()),
                **self.lists,
                "tools": offered,
                "strict": sorted(name for name in self.strict if name in offered),
                "tool choice": mode if mode != "auto" and offered else None,
                "cache hints": self.cached,
                **self.values,
            }
        )


def _outcome(told: object) -> tuple[Any, bool]:
    """A tool's outcome: JSON where it is JSON, and whether it says that the tool failed."""
    failed = False
    if isinstance(told, dict) and told.keys() <= {"output", "error"} and len(told) == 1:
        failed = "error" in told
        told = next(iter(told.values()))
    if not isinstance(told, str):
        return told, failed
    told = _BESIDE_TEXT.sub("", told).strip()
    if told.startswith("Error: ") or told == "Error":
        told, failed = told.removeprefix("Error").removeprefix(": "), True
    try:
        value = json.loads(told)
    except ValueError:
        return "".join(told.split()), failed
    if isinstance(value, dict) and value.keys() <= {"output", "error"} and len(value) == 1:
        return _outcome(value)
    return value, failed


def plain_schema(schema: object) -> Any:  # noqa: ANN401, C901 - JSON Schema of any shape, keyword by keyword
    """A schema in JSON Schema's words, without what is the default.

    Gemini writes types large, and ``nullable``; its hint of the order of members is left out: they stand in it.
    """
    if isinstance(schema, list):
        return [plain_schema(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain: dict[str, Any] = {}
    for name, value in schema.items():
        if name == "type" and isinstance(value, str):
            plain[name] = value.lower()
        elif name == "properties" and isinstance(value, dict):
            plain[name] = {key: plain_schema(one) for key, one in value.items()}
        elif name in {"anyOf", "any_of"}:
            plain["anyOf"] = plain_schema(value)
        elif name in {"enum", "const", "default", "example"}:
            plain[name] = value
        elif name not in {"propertyOrdering", "property_ordering"}:
            plain[name] = plain_schema(value)
    if plain.pop("nullable", False):
        plain["type"] = [plain["type"], "null"] if "type" in plain else ["null"]
    if plain.get("properties") == {}:
        del plain["properties"]
    return plain
