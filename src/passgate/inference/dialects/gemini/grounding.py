"""Web pages that an answer rests on (https://ai.google.dev/gemini-api/docs/google-search)."""

from collections.abc import Iterator
from typing import Any

from passgate.inference.exchange.content import Citation
from passgate.inference.exchange.reading import as_count, as_list, as_object, as_text, as_text_or_none


def read_citations(candidate: dict[str, Any], text: str | None) -> Iterator[Citation]:
    """The citations of a candidate.

    Args:
        candidate: with ``groundingMetadata``, or without.
        text: what it said; Gemini counts places in bytes of UTF-8, the gate in characters. None: not all of it is at
            hand, and the citations bear the words cited, but no places.
    """
    grounding = as_object(candidate.get("groundingMetadata"))
    supports = as_list(grounding.get("groundingSupports"))
    if not supports:
        return
    pages = [as_object(as_object(chunk).get("web")) for chunk in as_list(grounding.get("groundingChunks"))]
    raw = None if text is None else text.encode()
    for support in supports:
        segment = as_object(as_object(support).get("segment"))
        start, end = _place(raw, segment.get("startIndex")), _place(raw, segment.get("endIndex"))
        for index in as_list(as_object(support).get("groundingChunkIndices")):
            page = pages[index] if isinstance(index, int) and 0 <= index < len(pages) else {}
            url = as_text_or_none(page.get("uri"))
            if url is not None:
                yield Citation(url, as_text(page.get("title")), as_text(segment.get("text")), start, end)


def _place(raw: bytes | None, index: object) -> int | None:
    return None if raw is None else len(raw[: as_count(index)].decode(errors="ignore"))
