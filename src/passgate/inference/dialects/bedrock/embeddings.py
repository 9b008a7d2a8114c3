"""Embeddings by ``InvokeModel``, whose body each family of models words in its own way.

Titan: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html, Nova:
https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html, Cohere:
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html.
"""

from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.dialects.bedrock.endpoint import model_url
from passgate.inference.dialects.bedrock.model_family import family_of
from passgate.inference.exchange.embeddings import EmbeddingsReply, EmbeddingsRequest, InputType
from passgate.inference.exchange.ports import Outgoing
from passgate.inference.exchange.reading import as_count, as_object
from passgate.inference.exchange.vectors import read_vector, read_vectors
from passgate.inference.json_text import write_json
from passgate.inference.translation import Target, UntranslatableError, VendorRequest

_PURPOSES: dict[InputType, str] = {
    "search_document": "GENERIC_INDEX",
    "search_query": "GENERIC_RETRIEVAL",
    "classification": "CLASSIFICATION",
    "clustering": "CLUSTERING",
}


def write_request(request: EmbeddingsRequest, target: Target) -> Outgoing:
    """Write the request.

    Raises:
        UntranslatableError: several texts for a model that takes one a call, or a model of no known family.
    """
    family = family_of(target.vendor_model)
    dropped = []
    if request.user is not None:
        dropped.append("user")
    if family == "cohere":
        body = _cohere(request)
    elif family not in {"titan", "nova"}:
        message = f"The model '{request.model}' cannot embed: its name at Bedrock tells no family of embedding models."
        raise UntranslatableError(message, field="model")
    elif len(request.texts) > 1:
        message = "The field 'input' cannot be translated: this model of Bedrock's embeds one text a call."
        raise UntranslatableError(message, field="input")
    elif family == "nova":
        body = _nova(request)
    else:
        body = {"inputText": request.texts[0]}
        if request.dimensions is not None:
            body["dimensions"] = request.dimensions
        if request.input_type is not None:
            dropped.append("input_type")
    headers = {"content-type": "application/json", "accept": "application/json"}
    vendor_request = VendorRequest("POST", model_url(target, "invoke"), headers, write_json(body))
    return Outgoing(vendor_request, tuple(dropped))


def _cohere(request: EmbeddingsRequest) -> dict[str, Any]:
    body: dict[str, Any] = {"texts": request.texts, "input_type": request.input_type or "search_document"}
    if request.dimensions is not None:
        body["output_dimension"] = request.dimensions
    return body


def _nova(request: EmbeddingsRequest) -> dict[str, Any]:
    told: dict[str, Any] = {
        "embeddingPurpose": _PURPOSES[request.input_type or "search_document"],
        "text": {"truncationMode": "NONE", "value": request.texts[0]},
    }
    if request.dimensions is not None:
        told["embeddingDimension"] = request.dimensions
    return {"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": told}


def read_reply(document: dict[str, Any]) -> EmbeddingsReply:
    """Read the vectors, in whichever family's words.

    Raises:
        VendorGarbageError: there are none.
    """
    told = as_object(document)
    tokens = as_count(told.get("inputTextTokenCount"))
    usage = TokenUsage(input=tokens) if tokens else None
    if "embedding" in told:
        return EmbeddingsReply((read_vector(told["embedding"]),), usage=usage)
    vectors = told.get("embeddings")
    if isinstance(vectors, dict):
        vectors = vectors.get("float")
    if isinstance(vectors, list) and vectors and isinstance(vectors[0], dict):
        vectors = [as_object(vector).get("embedding") for vector in vectors]
    return EmbeddingsReply(read_vectors(vectors), usage=usage)
