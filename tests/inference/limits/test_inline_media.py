"""Pictures and sound within a request, as each format bears them, and what is reserved for them."""

from typing import Any

import orjson
import pytest

from passgate.inference.limits.estimate import estimate
from passgate.inference.limits.inline_media import PICTURE_TOKENS, SOUND_BYTES_A_TOKEN

DATA = "A" * 900_000

PICTURES: dict[str, dict[str, Any]] = {
    "openai-chat": {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{DATA}", "detail": "high"}},
    "openai-responses": {"type": "input_image", "image_url": f"data:image/jpeg;base64,{DATA}"},
    "anthropic": {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": DATA}},
    "gemini": {"inlineData": {"mimeType": "image/webp", "data": DATA}},
    "gemini-python": {"inline_data": {"mime_type": "image/webp", "data": DATA}},
}
SOUNDS: dict[str, dict[str, Any]] = {
    "openai": {"type": "input_audio", "input_audio": {"data": DATA, "format": "wav"}},
    "gemini": {"inlineData": {"mimeType": "audio/mp3", "data": DATA}},
}
TEXTS: dict[str, dict[str, Any]] = {
    "text-that-looks-like-one": {"type": "text", "text": f"data:image/png;base64,{DATA}"},
    "document": {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": DATA}},
    "plain-document": {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": DATA}},
    "data-of-no-kind": {"data": DATA},
    "kind-of-no-text": {"mimeType": ["image/png"], "data": DATA},
}


def prompt_tokens(*parts: dict[str, Any]) -> int:
    document = {"model": "m", "messages": [{"role": "user", "content": list(parts)}]}
    raw = orjson.dumps(document)
    return estimate(raw, document, generates=False, context_window=None, max_output_tokens=None).input


@pytest.mark.parametrize("part", PICTURES.values(), ids=PICTURES)
def test_a_picture_counts_as_one_whatever_its_bytes(part: dict[str, Any]) -> None:
    assert PICTURE_TOKENS < prompt_tokens(part) < PICTURE_TOKENS + 100


@pytest.mark.parametrize("part", SOUNDS.values(), ids=SOUNDS)
def test_a_sound_counts_by_its_length(part: dict[str, Any]) -> None:
    assert len(DATA) // SOUND_BYTES_A_TOKEN < prompt_tokens(part) < len(DATA) // SOUND_BYTES_A_TOKEN + 100


@pytest.mark.parametrize("part", TEXTS.values(), ids=TEXTS)
def test_all_else_counts_by_its_bytes(part: dict[str, Any]) -> None:
    assert prompt_tokens(part) > len(DATA) // 3


def test_each_picture_counts_beside_the_words() -> None:
    words = {"type": "text", "text": "word " * 3000}
    assert prompt_tokens(*[*PICTURES.values()], words) > 5 * PICTURE_TOKENS + 5000


def test_a_small_picture_counts_by_its_bytes() -> None:
    small = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 12_000}}
    words = {"type": "text", "text": "word " * 3000}
    assert 4_000 < prompt_tokens(small, words) - prompt_tokens(words) < 4_100
