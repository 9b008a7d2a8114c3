"""A request to order documents by how well they answer a query, and its answer, in no vendor's words."""

from dataclasses import dataclass, field

from passgate.contracts.usage_record import TokenUsage


@dataclass(frozen=True, slots=True)
class RerankRequest:
    """What is asked."""

    model: str
    query: str
    documents: tuple[str, ...]
    top: int | None = None
    """How many of the best to tell; None: all."""
    return_documents: bool = False
    max_tokens_per_document: int | None = None
    unread: list[str] = field(default_factory=list)
    """Members of the client's request that the gate has no word for."""


@dataclass(frozen=True, slots=True)
class RerankReply:
    """What is answered."""

    scores: tuple[tuple[int, float], ...]
    """Place of a document among those given, and its score; the best first."""
    id: str = ""
    model: str = ""
    usage: TokenUsage | None = None
    searches: int = 1
    """Units by which Cohere charges: a query with up to a hundred documents."""
