"""Embeddings of Google's models: at Google AI by batch; at Vertex AI by ``embedContent``, or ``predict`` (older ones).

See https://ai.google.dev/api/embeddings and
https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api.
"""

import re
from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.dialects.gemini.endpoint import resource, vendor_request
from passgate.inference.dialects.gemini.failure import read_failure
from passgate.inference.exact_document import exact_document
from passgate.inference.exchange.embeddings import EmbeddingsReply, EmbeddingsRequest, InputType
from passgate.inference.exchange.ports import EmbeddingsDialect, Findings, NativeWire, Outgoing, VendorGarbageError
from passgate.inference.exchange.reading import as_count, as_list, as_object
from passgate.inference.json_text import write_json
from passgate.inference.sse import SseEvent
from passgate.inference.translation import ParsedRequest, Target, UntranslatableError
from passgate.inference.vertex_address import is_vertex

_TASKS: dict[InputType, str] = {
    "search_query": "RETRIEVAL_QUERY",
    "search_document": "RETRIEVAL_DOCUMENT",
    "classification": "CLASSIFICATION",
    "clustering": "CLUSTERING",
}
_PREDICTS = re.compile(r"text-embedding|text-multilingual-embedding|gemini-embedding-001")


def write_request(request: EmbeddingsRequest, target: Target) -> Outgoing:
    """Write the request.

    Raises:
        UntranslatableError: several texts for a model of Vertex AI's that takes one.
    """
    dropped = ("user",) if request.user is not None else ()
    if is_vertex(target) and _PREDICTS.search(target.vendor_model):
        return Outgoing(vendor_request(target, "predict", write_json(_prediction(request))), dropped)
    if not is_vertex(target):
        requests = [{"model": resource(target), **_one(request, text)} for text in request.texts]
        body = write_json({"requests": requests})
        return Outgoing(vendor_request(target, "batchEmbedContents", body), dropped)
    if len(request.texts) > 1:
        message = "The field 'input' cannot be translated: this model of Vertex AI takes one text a call."
        raise UntranslatableError(message, field="input")
    return Outgoing(vendor_request(target, "embedContent", write_json(_one(request, request.texts[0]))), dropped)


def _one(request: EmbeddingsRequest, text: str) -> dict[str, Any]:
    written: dict[str, Any] = {"content": {"parts": [{"text": text}]}}
    if request.input_type is not None:
        written["taskType"] = _TASKS[request.input_type]
    if request.dimensions is not None:
        written["outputDimensionality"] = request.dimensions
    return written


def _prediction(request: EmbeddingsRequest) -> dict[str, Any]:
    task = {} if request.input_type is None else {"task_type": _TASKS[request.input_type]}
    body: dict[str, Any] = {"instances": [{"content": text, **task} for text in request.texts]}
    if request.dimensions is not None:
        body["parameters"] = {"outputDimensionality": request.dimensions}
    return body


def read_reply(document: dict[str, Any]) -> EmbeddingsReply:
    """Read the vectors, in whichever of the three shapes they come.

    Raises:
        VendorGarbageError: there are none.
    """
    told = as_object(document)
    usage = _usage(told)
    predictions = as_list(told.get("predictions"))
    one = told.get("embedding")
    found = [one] if one is not None else as_list(told.get("embeddings"))
    if predictions:
        found = [as_object(prediction).get("embeddings") for prediction in predictions]
        statistics = (as_object(as_object(entry).get("statistics")) for entry in found)
        usage = TokenUsage(input=sum(as_count(entry.get("token_count")) for entry in statistics))
    vectors = [as_object(entry).get("values") for entry in found]
    if not vectors or not all(isinstance(vector, list) for vector in vectors):
        raise VendorGarbageError("no embeddings")
    return EmbeddingsReply(tuple(tuple(as_list(vector)) for vector in vectors), "", usage)


def _usage(document: dict[str, Any]) -> TokenUsage | None:
    told = as_object(document.get("usageMetadata"))
    return TokenUsage(input=as_count(told.get("promptTokenCount"))) if told else None


def prepare_one(parsed: ParsedRequest, target: Target) -> Outgoing:
    """Pass ``embedContent`` on."""
    body = parsed.raw
    if "model" in parsed.document:
        body = write_json({**exact_document(parsed), "model": resource(target)})
    return Outgoing(vendor_request(target, "embedContent", body))


def prepare_batch(parsed: ParsedRequest, target: Target) -> Outgoing:
    """Pass ``batchEmbedContents`` on; its requests repeat the model's name."""
    body = parsed.raw
    named = [one["model"] for one in parsed.document["requests"] if "model" in one]
    if any(name != resource(target) for name in named) or body.count(b'"model"') != len(named):
        exact = exact_document(parsed)
        requests = [{**one, "model": resource(target)} for one in exact["requests"]]
        body = write_json({**exact, "requests": requests})
    return Outgoing(vendor_request(target, "batchEmbedContents", body))


def inspect(document: dict[str, Any]) -> Findings:
    """Find the usage of embeddings."""
    if not isinstance(document.get("embedding"), dict) and not isinstance(document.get("embeddings"), list):
        failure = read_failure(document)
        if failure is None:
            raise VendorGarbageError("no embeddings")
        return Findings(failure=failure)
    return Findings(_usage(document))


class NoWatcher:
    """Embeddings and counts are never streamed."""

    def __init__(self) -> None:
        self.findings = Findings()
        self.complete = False

    def see(self, event: SseEvent) -> bool:
        """Read nothing.

        Raises:
            VendorGarbageError: always.
        """
        del event
        raise VendorGarbageError("a stream that nobody asked for")

    def ending(self) -> bytes:
        """Nothing."""
        return b""


EMBEDDINGS = EmbeddingsDialect(write_request, read_reply)
EMBED = NativeWire(prepare_one, inspect, NoWatcher)
BATCH = NativeWire(prepare_batch, inspect, NoWatcher, lambda _, target: not is_vertex(target))
