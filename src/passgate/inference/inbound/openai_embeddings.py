"""The format ``openai-embeddings`` (``POST /v1/embeddings``)."""

import base64
import hashlib
import struct
from typing import Any

from passgate.inference.exchange.embeddings import INPUT_TYPES, EmbeddingsReply, EmbeddingsRequest
from passgate.inference.exchange.ports import EmbeddingsFormat, Format
from passgate.inference.inbound.field_checks import check_model
from passgate.inference.inbound.fields import Fields
from passgate.inference.inbound.openai_errors import error_body, stream_error
from passgate.inference.json_text import write_json
from passgate.inference.translation import InvalidRequestError


def check(document: dict[str, Any]) -> None:
    """Refuse a request without a model or without an input of a known kind."""
    check_model(document)
    given = document.get("input")
    if given is None:
        raise InvalidRequestError("The field 'input' is missing.", code="missing_field", field="input")
    if not isinstance(given, str | list) or not given:
        message = "The field 'input' must be a non-empty string or a non-empty list of strings or tokens."
        raise InvalidRequestError(message, field="input")


def read_request(document: dict[str, Any]) -> EmbeddingsRequest:
    """Read the whole request; ``input_type`` is the gate's addition, in Cohere's words, ``output_…`` are Mistral's.

    Raises:
        InvalidRequestError: a field is missing or of a wrong type.
        UntranslatableError: the input is tokens, which mean something to one vendor's tokenizer alone.
    """
    fields = Fields(document, "", [])
    given = fields.take("input")
    texts = (given,) if isinstance(given, str) else tuple(fields.listed("input"))
    if any(isinstance(text, int | list) for text in texts):
        raise fields.refuse("input", "tokens mean something to OpenAI's models only; send text.")
    if not all(isinstance(text, str) and text for text in texts):
        raise fields.wrong("input", "a non-empty string or a list of such")
    if fields.flag("stream"):
        raise fields.wrong("stream", "absent: embeddings are not streamed")
    kind = fields.text_or_none("input_type")
    if kind is not None and kind not in INPUT_TYPES:
        raise fields.wrong("input_type", "one of " + ", ".join(INPUT_TYPES))
    encoding = fields.text_or_none("encoding_format") or "float"
    if encoding not in {"float", "base64"}:
        raise fields.wrong("encoding_format", "float or base64")
    if fields.text_or_none("output_dtype") not in {None, "float"}:
        raise fields.refuse("output_dtype", "only Mistral's own models give anything but float.")
    dimensions = fields.integer("dimensions")
    mistrals = fields.integer("output_dimension")
    request = EmbeddingsRequest(
        fields.text("model"),
        texts,
        dimensions if dimensions is not None else mistrals,
        INPUT_TYPES[kind] if kind is not None else None,
        fields.text_or_none("user"),
        encoding == "base64",
        fields.unread,
    )
    fields.done()
    return request


def write_reply(reply: EmbeddingsReply, request: EmbeddingsRequest) -> bytes:
    """Write the vectors as OpenAI does, and the id without which Mistral's SDK refuses them."""
    data = [
        {"object": "embedding", "index": index, "embedding": _base64(vector) if request.as_base64 else vector}
        for index, vector in enumerate(reply.vectors)
    ]
    tokens = reply.usage.input if reply.usage is not None else 0
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    model = reply.model or request.model
    made = hashlib.blake2b("\0".join((model, *request.texts)).encode(errors="replace"), digest_size=12).hexdigest()
    return write_json({"id": f"embd-{made}", "object": "list", "data": data, "model": model, "usage": usage})


def _base64(vector: tuple[float, ...]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


FORMAT = Format(
    "openai-embeddings", check, error_body, stream_error, embeddings=EmbeddingsFormat(read_request, write_reply)
)
