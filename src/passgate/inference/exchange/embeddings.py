"""Embeddings in no vendor's words."""

from dataclasses import dataclass, field
from typing import Literal, get_args

from passgate.contracts.usage_record import TokenUsage

InputType = Literal["search_document", "search_query", "classification", "clustering"]
"""What the vectors are for, in Cohere's words."""
INPUT_TYPES: dict[str, InputType] = {name: name for name in get_args(InputType)}


@dataclass(slots=True)
class EmbeddingsRequest:
    """Texts to turn into vectors; every member that is None was not given."""

    model: str
    texts: tuple[str, ...]
    dimensions: int | None = None
    input_type: InputType | None = None
    user: str | None = None
    as_base64: bool = False
    """The client wants each vector as base64 of little-endian 32-bit floats."""
    unread: list[str] = field(default_factory=list)
    """Members of the client's request that the gate has no word for, by path."""


@dataclass(frozen=True, slots=True)
class EmbeddingsReply:
    """The vectors, one a text, in the order of the texts."""

    vectors: tuple[tuple[float, ...], ...]
    model: str = ""
    usage: TokenUsage | None = None
