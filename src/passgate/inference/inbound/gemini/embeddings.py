"""The formats ``gemini-embeddings`` (``embedContent``) and ``gemini-batch-embeddings`` (``batchEmbedContents``)."""

from collections.abc import Mapping
from typing import Any

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.embeddings import EmbeddingsReply, EmbeddingsRequest, InputType
from passgate.inference.exchange.ports import Addressed, EmbeddingsFormat, Format
from passgate.inference.inbound.gemini.contents import read_texts
from passgate.inference.inbound.gemini.errors import error_body, stream_error
from passgate.inference.inbound.gemini.format import addressed
from passgate.inference.inbound.gemini.proto_fields import ProtoFields
from passgate.inference.json_text import write_json
from passgate.inference.translation import InvalidRequestError

_TASKS: dict[str, InputType] = {
    "RETRIEVAL_QUERY": "search_query",
    "RETRIEVAL_DOCUMENT": "search_document",
    "CLASSIFICATION": "classification",
    "CLUSTERING": "clustering",
}
_NO_TASK = "TASK_TYPE_UNSPECIFIED"


def check_one(document: dict[str, Any]) -> None:
    """Refuse a request without content."""
    if not isinstance(document.get("content"), dict):
        raise InvalidRequestError("The field 'content' must be an object.", code="missing_field", field="content")


def check_batch(document: dict[str, Any]) -> None:
    """Refuse a batch without requests."""
    requests = document.get("requests")
    if not isinstance(requests, list) or not requests or not all(isinstance(one, dict) for one in requests):
        message = "The field 'requests' must be a non-empty list of objects."
        raise InvalidRequestError(message, code="missing_field", field="requests")


def batch_addressed(document: dict[str, Any], headers: Mapping[str, str]) -> Addressed:
    """The model, which path and requests must name alike: the gate judges one, and the vendor answers the others.

    Raises:
        InvalidRequestError: a request of the batch names another.
    """
    found = addressed(document, headers)
    for index, one in enumerate(document["requests"]):
        named = one.get("model")
        if named is not None and named not in {found.model, f"models/{found.model}"}:
            field = f"requests[{index}].model"
            raise InvalidRequestError(f"'{field}' must be the model that the path names.", field=field)
    return found


def read_one(document: dict[str, Any]) -> EmbeddingsRequest:
    """Read ``embedContent``."""
    return _read([ProtoFields(document, "", [])])


def read_batch(document: dict[str, Any]) -> EmbeddingsRequest:
    """Read ``batchEmbedContents``; settings that differ within it are known to Google alone."""
    fields = ProtoFields(document, "", [])
    requests = list(fields.objects("requests"))
    fields.done()
    return _read(requests)


def _read(requests: list[ProtoFields]) -> EmbeddingsRequest:
    found = EmbeddingsRequest("", (), unread=requests[0].unread)
    texts = []
    settings: tuple[int | None, InputType | None] | None = None
    for one in requests:
        one.skip("model")
        content = one.object("content")
        if content is None:
            raise one.missing("content")
        text = "".join(part.text for part in read_texts(content))
        if not text:
            raise content.wrong("parts", "text")
        texts.append(text)
        own = one.whole("outputDimensionality"), _task(one)
        if settings is not None and own != settings:
            raise one.refuse("taskType", "other vendors embed all texts of a request alike.")
        settings = own
        one.done()
    found.texts = tuple(texts)
    found.dimensions, found.input_type = settings or (None, None)
    return found


def _task(one: ProtoFields) -> InputType | None:
    told = one.text_or_none("taskType")
    if told is None or told == _NO_TASK:
        return None
    known = _TASKS.get(told)
    if known is None:
        one.unread.append("taskType")
    return known


def write_one(reply: EmbeddingsReply, request: EmbeddingsRequest) -> bytes:
    """Write the answer to ``embedContent``."""
    del request
    return write_json({"embedding": {"values": reply.vectors[0]}, **_usage(reply.usage)})


def write_batch(reply: EmbeddingsReply, request: EmbeddingsRequest) -> bytes:
    """Write the answer to ``batchEmbedContents``."""
    del request
    return write_json({"embeddings": [{"values": vector} for vector in reply.vectors], **_usage(reply.usage)})


def _usage(usage: TokenUsage | None) -> dict[str, Any]:
    return {} if usage is None else {"usageMetadata": {"promptTokenCount": usage.input, "totalTokenCount": usage.input}}


FORMAT = Format(
    "gemini-embeddings",
    check_one,
    error_body,
    stream_error,
    embeddings=EmbeddingsFormat(read_one, write_one),
    addressed=addressed,
)
BATCH_FORMAT = Format(
    "gemini-batch-embeddings",
    check_batch,
    error_body,
    stream_error,
    embeddings=EmbeddingsFormat(read_batch, write_batch),
    addressed=batch_addressed,
)
