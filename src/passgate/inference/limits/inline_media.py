"""What pictures and sound count that lie in a request as base64, since a token for every 3 bytes were far too much."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

PICTURE_TOKENS = 5_000
"""A picture's at most: vendors make larger ones smaller first. Anthropic counts about 1,600
(https://docs.anthropic.com/en/docs/vision); by what users of OpenAI report, its dearest models count 1,536 patches of
2.46 tokens, and gpt-4o-mini alone more, thousands for each part of a picture."""
SOUND_BYTES_A_TOKEN = 80
"""Of base64. Gemini counts 32 tokens a second, as its forum quotes its documentation; speech of 16 kbit/s has 2,700
bytes of base64 in that time."""

_SMALL = 15_000
"""Bytes of base64 that count as text does: no more than a picture's tokens."""
_MARKS = (b"base64,", b'"data"')
"""Picture and sound bear one of these in the format of any vendor."""
_KINDS = ("media_type", "mimeType", "mime_type")
_ADDRESSES = ("url", "image_url")
_SOUND = "audio"


class InlineMedia(NamedTuple):
    """How long they are in a request, and what they count."""

    bytes: int = 0
    tokens: int = 0


def inline_media(raw: bytes, document: Mapping[str, Any]) -> InlineMedia:
    """The large pictures and sounds of a request in any format, together.

    Args:
        raw: the request.
        document: the same, read.
    """
    if len(raw) <= _SMALL or not any(mark in raw for mark in _MARKS):
        return InlineMedia()
    size = tokens = 0
    for family, length in _media(document):
        size += length
        tokens += length // SOUND_BYTES_A_TOKEN if family == _SOUND else PICTURE_TOKENS
    return InlineMedia(size, tokens)


def _media(document: object) -> Iterator[tuple[str, int]]:
    """The family (``image``, ``audio``) and the length of each."""
    todo = [document]  # no recursion: how deep a request is, the client decides
    while todo:
        one = todo.pop()
        if isinstance(one, dict):
            family, length = _own(one)
            if family in {"image", _SOUND} and length > _SMALL:
                yield family, length
            todo += [value for value in one.values() if not isinstance(value, str)]
        elif isinstance(one, list):
            todo += one


def _own(part: Mapping[str, Any]) -> tuple[str, int]:
    """What lies in this very part: by an address that bears it (OpenAI), or as data beside its kind (all others)."""
    data = part.get("data")
    if isinstance(data, str):
        kind = next((part[name] for name in _KINDS if isinstance(part.get(name), str)), None)
        # OpenAI's sound tells a format instead of a kind: {"data": "…", "format": "wav"}.
        return (kind if kind is not None else _SOUND if "format" in part else "").partition("/")[0], len(data)
    for name in _ADDRESSES:
        address = part.get(name)
        if isinstance(address, str) and address.startswith("data:"):
            return address[len("data:") : 40].partition("/")[0], len(address)
    return "", 0
