"""Embeddings of OpenAI-compatible vendors, for clients of other formats."""

from typing import Any

from passgate.inference.dialects.openai.profile import endpoint, read_profile, request_headers
from passgate.inference.dialects.openai.usage import read_usage
from passgate.inference.exchange.embeddings import EmbeddingsReply, EmbeddingsRequest
from passgate.inference.exchange.ports import EmbeddingsDialect, Outgoing, VendorGarbageError
from passgate.inference.exchange.reading import as_list, as_object, as_text
from passgate.inference.json_text import write_json
from passgate.inference.translation import Target, VendorRequest


def write_request(request: EmbeddingsRequest, target: Target) -> Outgoing:
    """Write the request; what the vectors are for has no place in this format."""
    profile = read_profile(target.profile)
    given = {"dimensions": request.dimensions, "user": request.user}
    wanted = {name: value for name, value in given.items() if value is not None}
    dropped = [name for name in wanted if name in profile.refuses]
    if request.input_type is not None:
        dropped.append("input_type")
    kept = {profile.renames.get(name, name): value for name, value in wanted.items() if name not in dropped}
    texts = list(request.texts)
    plain = {"model": target.vendor_model, "input": texts, "encoding_format": "float"}
    body = write_json({**profile.adds_to_embeddings, **plain, **kept})
    url = endpoint(target, profile.embeddings_path)
    return Outgoing(VendorRequest("POST", url, request_headers(target, profile), body), tuple(dropped))


def read_reply(document: dict[str, Any]) -> EmbeddingsReply:
    """Read the vectors.

    Raises:
        VendorGarbageError: there are none.
    """
    told = as_object(document)
    rows = [as_object(row) for row in as_list(told.get("data"))]
    if not rows or not all(isinstance(row.get("embedding"), list) for row in rows):
        raise VendorGarbageError("no embeddings")
    if all(isinstance(row.get("index"), int) for row in rows):
        rows.sort(key=lambda row: row["index"])
    vectors = tuple(tuple(row["embedding"]) for row in rows)
    return EmbeddingsReply(vectors, as_text(told.get("model")), read_usage(told))


EMBEDDINGS_SIDE = EmbeddingsDialect(write_request, read_reply)
