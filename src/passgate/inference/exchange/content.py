"""The parts that messages are made of, in no vendor's words.

``path`` is where the client's request holds the part (``messages[2].content[0]``): what cannot be translated is
refused, or reported, by that name.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CacheHint:
    """The client would like the prompt up to here to be cached."""

    ttl: str | None = None


@dataclass(frozen=True, slots=True)
class UrlSource:
    """Content that the vendor is to fetch."""

    url: str


@dataclass(frozen=True, slots=True)
class DataSource:
    """Content carried along, in base64."""

    media_type: str
    data: str


@dataclass(frozen=True, slots=True)
class TextSource:
    """A document that is plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class FileSource:
    """Content that one vendor holds, under that vendor's id."""

    file_id: str


Source = UrlSource | DataSource | TextSource | FileSource


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a statement comes from."""

    url: str
    title: str = ""
    cited_text: str = ""
    start: int | None = None
    """Characters of the answer that rest on it; None: the text part that carries the citation."""
    end: int | None = None
    token: str = ""
    """The vendor's own opaque mark, wanted back when the answer is sent again."""


@dataclass(frozen=True, slots=True)
class Text:
    """Something said."""

    text: str
    citations: tuple[Citation, ...] = ()
    cache: CacheHint | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture."""

    source: Source
    detail: str | None = None
    """How closely to look, in OpenAI's words."""
    cache: CacheHint | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file to read, such as a PDF."""

    source: Source
    title: str | None = None
    context: str | None = None
    citations: bool = False
    """The answer is to cite it."""
    cache: CacheHint | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Audio:
    """Sound, in base64."""

    data: str
    format: str
    cache: CacheHint | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model asks the client to run a tool."""

    id: str
    name: str
    arguments: str
    """JSON text, as the model wrote it; may be empty or broken."""
    cache: CacheHint | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What the client's tool gave."""

    call_id: str
    parts: tuple["Text | Image | Document", ...]
    is_error: bool = False
    cache: CacheHint | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Thinking:
    """What the model thought, where the vendor shows it.

    A vendor that signs or encrypts its thoughts wants them back as they were: ``signature`` and ``data`` mean
    something only to the vendor family that ``format`` names.
    """

    text: str = ""
    signature: str | None = None
    data: str | None = None
    """Encrypted thoughts that only the vendor can read."""
    format: str | None = None
    """As OpenRouter names them: ``anthropic-claude-v1``, ``openai-responses-v1``, ``google-gemini-v1``."""
    id: str | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The model says why it will not answer."""

    text: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class VendorBlock:
    """What one vendor's own tools did (a web search, executed code), in that vendor's words."""

    vendor_format: str
    document: dict[str, Any]
    path: str = ""


Part = Text | Image | Document | Audio | ToolCall | ToolResult | Thinking | Refusal | VendorBlock
