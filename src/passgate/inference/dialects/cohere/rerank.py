"""Rerank of Cohere's (https://docs.cohere.com/reference/rerank)."""

from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.dialects.cohere.endpoint import api_url, request_headers
from passgate.inference.exchange.ports import Outgoing, RerankDialect, VendorGarbageError
from passgate.inference.exchange.reading import as_count, as_object, as_text
from passgate.inference.exchange.reranking import RerankReply, RerankRequest
from passgate.inference.json_text import write_json
from passgate.inference.translation import Target, VendorRequest


def write_request(request: RerankRequest, target: Target) -> Outgoing:
    """Write the request."""
    body: dict[str, Any] = {
        "model": target.vendor_model,
        "query": request.query,
        "documents": list(request.documents),
    }
    if request.top is not None:
        body["top_n"] = request.top
    if request.max_tokens_per_document is not None:
        body["max_tokens_per_doc"] = request.max_tokens_per_document
    return Outgoing(VendorRequest("POST", api_url(target, "/rerank"), request_headers(target), write_json(body)))


def read_reply(document: dict[str, Any]) -> RerankReply:
    """Read the answer; a search is charged by the call, so a use of no tokens is told.

    Raises:
        VendorGarbageError: there are no results.
    """
    rows = document.get("results")
    if not isinstance(rows, list):
        raise VendorGarbageError("no results")
    scores = []
    for row in rows:
        place, score = as_object(row).get("index"), as_object(row).get("relevance_score")
        if not isinstance(place, int) or not isinstance(score, int | float) or place < 0:
            raise VendorGarbageError("a result without place or score")
        scores.append((place, float(score)))
    billed = as_object(as_object(document.get("meta")).get("billed_units"))
    return RerankReply(
        tuple(scores),
        as_text(document.get("id")),
        usage=TokenUsage(input=as_count(billed.get("input_tokens"))),
        searches=as_count(billed.get("search_units")) or 1,
    )


RERANK_SIDE = RerankDialect(write_request, read_reply)
