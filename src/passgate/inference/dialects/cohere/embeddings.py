"""Embeddings of Cohere's (https://docs.cohere.com/reference/embed)."""

from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.dialects.cohere.endpoint import api_url, request_headers
from passgate.inference.exchange.embeddings import EmbeddingsReply, EmbeddingsRequest
from passgate.inference.exchange.ports import Outgoing
from passgate.inference.exchange.reading import as_count, as_object
from passgate.inference.exchange.vectors import read_vectors
from passgate.inference.json_text import write_json
from passgate.inference.translation import Target, VendorRequest


def write_request(request: EmbeddingsRequest, target: Target) -> Outgoing:
    """Write the request; Cohere must be told what vectors are for, and documents are the usual case."""
    body: dict[str, Any] = {
        "model": target.vendor_model,
        "texts": request.texts,
        "input_type": request.input_type or "search_document",
        "embedding_types": ["float"],
    }
    if request.dimensions is not None:
        body["output_dimension"] = request.dimensions
    dropped = ("user",) if request.user is not None else ()
    return Outgoing(
        VendorRequest("POST", api_url(target, "/embed"), request_headers(target), write_json(body)), dropped
    )


def read_reply(document: dict[str, Any]) -> EmbeddingsReply:
    """Read the vectors.

    Raises:
        VendorGarbageError: there are none.
    """
    told = as_object(document)
    billed = as_object(as_object(told.get("meta")).get("billed_units"))
    tokens = as_count(billed.get("input_tokens")) + as_count(billed.get("image_tokens"))
    vectors = read_vectors(as_object(told.get("embeddings")).get("float"))
    return EmbeddingsReply(vectors, usage=TokenUsage(input=tokens) if billed else None)
