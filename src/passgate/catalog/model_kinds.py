"""What a vendor's model does, told from its entry in the vendor's list, else from its name."""

import re
from collections.abc import Mapping
from typing import Any, get_args

from passgate.catalog.schemas import AvailableKind
from passgate.contracts.inference_config import ModelKind

_SERVED: frozenset[str] = frozenset(get_args(ModelKind))
_TYPES: Mapping[str, AvailableKind] = {
    "chat": "chat",
    "language": "chat",
    "llm": "chat",
    "vlm": "chat",
    "embedding": "embeddings",
    "embeddings": "embeddings",
    "image": "image",
    "audio": "audio",
    "transcribe": "audio",
    "video": "video",
    "moderation": "moderation",
    "rerank": "rerank",
    "reranker": "rerank",
}
"""Words of the vendors that state a type (Together AI, LM Studio and others)."""

_NAMES: Mapping[AvailableKind, str] = {
    "rerank": r"rerank|reranker|rerank-v\d",
    "embeddings": r"embed|embeds|embedding|embeddings|bge|gte|e5|voyage|minilm|nomic-embed-text|jina-clip",
    "realtime": r"realtime|live",
    "ocr": r"ocr",
    "moderation": r"moderation|omni-moderation",
    "audio": r"whisper|tts|transcribe|transcription|speech|voice|audio-?gen|lyria|parakeet|orpheus|playai",
    "video": r"sora|veo|video|wan\d?",
    "image": r"dall-e|image|imagen|flux|stable-diffusion|sdxl|seedream|nano-banana",
    "completion": r"ada|babbage|curie|davinci|instruct-completion|gpt-3\.5-turbo-instruct",
}
"""Words of names, as whole words; the first kind that matches decides. Everything else chats."""


def kind_of(vendor_model: str, entry: Mapping[str, Any] | None = None) -> AvailableKind:
    """What the model does."""
    stated = _stated_kind(entry or {})
    if stated is not None:
        return stated
    name = vendor_model.lower()
    return next((kind for kind, words in _NAMES.items() if re.search(rf"(?<![a-z])(?:{words})(?![a-z])", name)), "chat")


def refusal_of(kind: AvailableKind) -> str | None:
    """Why a model of this kind cannot be switched on; None: it can."""
    if kind in _SERVED:
        return None
    return f"Passgate serves models of the kinds {', '.join(sorted(_SERVED))}; this one is of the kind {kind}."


def _stated_kind(entry: Mapping[str, Any]) -> AvailableKind | None:
    kind = entry.get("type")
    if isinstance(kind, str) and kind in _TYPES:
        return _TYPES[kind]
    capabilities = entry.get("capabilities")
    if isinstance(capabilities, Mapping) and capabilities.get("completion_chat") is True:  # Mistral
        return "chat"
    architecture = entry.get("architecture")
    outputs = architecture.get("output_modalities") if isinstance(architecture, Mapping) else None
    if isinstance(outputs, list) and "text" in outputs:  # OpenRouter
        return "chat"
    return None
