"""Embeddings of Ollama's (https://docs.ollama.com/api/embed)."""

from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.dialects.ollama.endpoint import api_url, request_headers
from passgate.inference.exchange.embeddings import EmbeddingsReply, EmbeddingsRequest
from passgate.inference.exchange.ports import Outgoing
from passgate.inference.exchange.reading import as_count, as_object, as_text
from passgate.inference.exchange.vectors import read_vectors
from passgate.inference.json_text import write_json
from passgate.inference.translation import Target, VendorRequest


def write_request(request: EmbeddingsRequest, target: Target) -> Outgoing:
    """Write the request; a text that is too long is to be refused, not cut."""
    body: dict[str, Any] = {"model": target.vendor_model, "input": request.texts, "truncate": False}
    if request.dimensions is not None:
        body["dimensions"] = request.dimensions
    if target.context_window is not None:
        body["options"] = {"num_ctx": target.context_window}
    dropped = tuple(name for name in ("user", "input_type") if getattr(request, name) is not None)
    return Outgoing(
        VendorRequest("POST", api_url(target, "/embed"), request_headers(target), write_json(body)), dropped
    )


def read_reply(document: dict[str, Any]) -> EmbeddingsReply:
    """Read the vectors.

    Raises:
        VendorGarbageError: there are none.
    """
    told = as_object(document)
    usage = TokenUsage(input=as_count(told["prompt_eval_count"])) if "prompt_eval_count" in told else None
    return EmbeddingsReply(read_vectors(told.get("embeddings")), as_text(told.get("model")), usage)
