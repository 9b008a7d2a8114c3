"""Rerank at Jina, Together, vLLM and others of one form, and at Voyage, which has words of its own."""

from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.dialects.openai.profile import endpoint, read_profile, request_headers
from passgate.inference.exchange.ports import Outgoing, RerankDialect, VendorGarbageError
from passgate.inference.exchange.reading import as_count, as_list, as_object, as_text
from passgate.inference.exchange.reranking import RerankReply, RerankRequest
from passgate.inference.json_text import write_json
from passgate.inference.translation import Target, VendorRequest


def write_rerank(request: RerankRequest, target: Target) -> Outgoing:
    """Write the request (https://api.jina.ai/redoc; https://docs.voyageai.com/reference/reranker-api)."""
    profile = read_profile(target.profile)
    top = "top_k" if target.vendor == "voyage" else "top_n"
    document: dict[str, Any] = {
        "model": target.vendor_model,
        "query": request.query,
        "documents": list(request.documents),
        "return_documents": False,
    }
    if request.top is not None:
        document[top] = request.top
    dropped = () if request.max_tokens_per_document is None else ("max_tokens_per_doc",)
    headers = request_headers(target, profile)
    return Outgoing(VendorRequest("POST", endpoint(target, "/rerank"), headers, write_json(document)), dropped)


def read_rerank(document: dict[str, Any]) -> RerankReply:
    """Read the answer; Voyage has ``data`` where the others have ``results``."""
    rows = document.get("results", document.get("data"))
    if not isinstance(rows, list):
        raise VendorGarbageError("no results")
    usage = as_object(document.get("usage"))
    tokens = as_count(usage.get("total_tokens")) or as_count(usage.get("prompt_tokens"))
    return RerankReply(
        tuple(read_score(as_object(row)) for row in as_list(rows)),
        as_text(document.get("id")),
        as_text(document.get("model")),
        TokenUsage(input=tokens) if usage else None,
    )


def read_score(row: dict[str, Any]) -> tuple[int, float]:
    """Place and score of one document."""
    place, score = row.get("index"), row.get("relevance_score")
    if not isinstance(place, int) or isinstance(place, bool) or place < 0 or not isinstance(score, int | float):
        raise VendorGarbageError("a result without place or score")
    return place, float(score)


RERANK_SIDE = RerankDialect(write_rerank, read_rerank)
