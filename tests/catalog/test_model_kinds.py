from typing import Any

import pytest

from passgate.catalog.model_kinds import kind_of, refusal_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("gpt-4o", "chat"),
        ("gpt-4o-audio-preview", "chat"),
        ("claude-sonnet-4-5", "chat"),
        ("meta-llama/llama-4-maverick-17b-128e-instruct", "chat"),
        ("deepseek-reasoner", "chat"),
        ("deliveroo-chat", "chat"),
        ("text-embedding-3-large", "embeddings"),
        ("text-embedding-ada-002", "embeddings"),
        ("nomic-embed-text:latest", "embeddings"),
        ("BAAI/bge-m3", "embeddings"),
        ("mistral-embed", "embeddings"),
        ("dall-e-3", "image"),
        ("gpt-image-1", "image"),
        ("whisper-large-v3-turbo", "audio"),
        ("tts-1-hd", "audio"),
        ("gpt-4o-mini-transcribe", "audio"),
        ("gpt-4o-realtime-preview", "realtime"),
        ("omni-moderation-latest", "moderation"),
        ("mistral-ocr-latest", "ocr"),
        ("sora-2", "video"),
        ("jina-reranker-v2", "rerank"),
        ("babbage-002", "completion"),
        ("gpt-3.5-turbo", "chat"),
        ("gpt-3.5-turbo-instruct", "completion"),
    ],
)
def test_names_tell_the_kind(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ({"type": "embedding"}, "embeddings"),
        ({"type": "image"}, "image"),
        ({"type": "something-new"}, "chat"),
        ({"capabilities": {"completion_chat": True}}, "chat"),
        ({"architecture": {"output_modalities": ["image", "text"]}}, "chat"),
        ({"type": 7, "architecture": "odd", "capabilities": []}, "chat"),
    ],
)
def test_an_entry_s_own_word_counts_first(entry: dict[str, Any], kind: str) -> None:
    assert kind_of("some-model", entry) == kind


def test_an_image_writer_that_also_chats_is_chat() -> None:
    assert kind_of("gpt-5-image", {"architecture": {"output_modalities": ["image", "text"]}}) == "chat"
    assert kind_of("gpt-5-image") == "image"


def test_only_what_is_served_can_be_switched_on() -> None:
    assert refusal_of("chat") is None
    assert refusal_of("embeddings") is None
    assert refusal_of("rerank") is None
    assert "video" in (refusal_of("video") or "")
