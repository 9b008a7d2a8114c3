"""Rerank, in the form that Cohere and Jina share (``POST /v1/rerank``, ``/v2/rerank``).

https://docs.cohere.com/reference/rerank and https://api.jina.ai/redoc (rerank)
"""

from typing import Any

from passgate.inference.exchange.failure import Failure
from passgate.inference.exchange.ports import Format, RerankFormat
from passgate.inference.exchange.reranking import RerankReply, RerankRequest
from passgate.inference.inbound.field_checks import check_model
from passgate.inference.inbound.fields import Fields
from passgate.inference.inbound.openai_errors import error_body as openai_body
from passgate.inference.inbound.openai_errors import stream_error
from passgate.inference.json_text import read_json, write_json
from passgate.inference.translation import InvalidRequestError


def check(document: dict[str, Any]) -> None:
    """Refuse a request without model, query or documents."""
    check_model(document)
    if not isinstance(document.get("query"), str) or not document["query"]:
        raise InvalidRequestError("The field 'query' must be a non-empty string.", field="query")
    documents = document.get("documents")
    if not isinstance(documents, list) or not documents:
        raise InvalidRequestError("The field 'documents' must be a non-empty list.", field="documents")


def read_request(document: dict[str, Any]) -> RerankRequest:
    """Read the whole request; ``top_k`` is what Voyage calls ``top_n``.

    Raises:
        InvalidRequestError: a field is missing or of a wrong type.
    """
    fields = Fields(document, "", [])
    texts = tuple(_text(fields, place, one) for place, one in enumerate(fields.listed("documents")))
    top = fields.integer("top_n")
    if top is None:
        top = fields.integer("top_k")
    if top is not None and top < 1:
        raise fields.wrong("top_n", "at least 1")
    request = RerankRequest(
        fields.text("model"),
        fields.text("query"),
        texts,
        top,
        fields.flag("return_documents") or False,
        fields.integer("max_tokens_per_doc"),
        fields.unread,
    )
    fields.done()
    return request


def _text(fields: Fields, place: int, given: object) -> str:
    text = given.get("text") if isinstance(given, dict) else given
    if not isinstance(text, str):
        raise fields.wrong(f"documents[{place}]", "a string, or an object with a text")
    return text


def write_reply(reply: RerankReply, request: RerankRequest) -> bytes:
    """Write the answer so that clients of both can read it."""
    results = []
    for place, score in reply.scores:
        result: dict[str, Any] = {"index": place, "relevance_score": score}
        if request.return_documents:
            result["document"] = {"text": request.documents[place]}
        results.append(result)
    usage = reply.usage
    document: dict[str, Any] = {"id": reply.id, "model": reply.model or request.model, "results": results}
    if usage is not None:
        document["usage"] = {"total_tokens": usage.input, "prompt_tokens": usage.input}
    document["meta"] = {"api_version": {"version": "2"}, "billed_units": {"search_units": reply.searches}}
    return write_json(document)


def error_body(failure: Failure) -> bytes:
    """OpenAI's body, with the ``message`` at the top where Cohere's SDK looks for it."""
    told = read_json(openai_body(failure))
    return write_json({"message": failure.message, **told})


FORMAT = Format(
    "rerank", check, error_body, stream_error, kind="rerank", reranking=RerankFormat(read_request, write_reply)
)
