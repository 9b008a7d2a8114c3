"""The models that an application may use, as Gemini's clients list them (https://ai.google.dev/api/models)."""

from typing import Any
from urllib.parse import parse_qs

from passgate.inference.routing_table import RoutingTable, ServingApplication, ServingModel
from passgate.inference.translation import InvalidRequestError
from passgate.inference.worker.model_list import find_model

_USUAL_PAGE = 50
_LARGEST_PAGE = 1000
_METHODS = {
    "chat": ["generateContent", "streamGenerateContent", "countTokens"],
    "embeddings": ["embedContent", "batchEmbedContents"],
}


def gemini_list(table: RoutingTable, application: ServingApplication, query: bytes) -> dict[str, Any]:
    """All models, by page (``GET /v1beta/models``); a page's token is the last name of the page before."""
    asked = {name: values[-1] for name, values in parse_qs(query.decode("latin-1")).items()}
    size = asked.get("pageSize", str(_USUAL_PAGE))
    if not size.isdecimal() or int(size) < 1:
        raise InvalidRequestError("pageSize: a number from 1 on.", field="pageSize")
    models = table.models_of(application)
    after = asked.get("pageToken")
    rest = [model for model in models if after is None or model.name > after]
    page = rest[: min(int(size), _LARGEST_PAGE)]
    document: dict[str, Any] = {"models": [_model(model) for model in page]}
    if len(page) < len(rest):
        document["nextPageToken"] = page[-1].name
    return document


def gemini_model(table: RoutingTable, application: ServingApplication, name: str) -> dict[str, Any]:
    """One model (``GET /v1beta/models/{model}``)."""
    return _model(find_model(table, application, name))


def _model(model: ServingModel) -> dict[str, Any]:
    return {
        "name": f"models/{model.name}",
        "displayName": model.name,
        "supportedGenerationMethods": _METHODS.get(model.kind, []),
    }
