"""The models that an application may use, as OpenAI's and Anthropic's clients list them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from passgate.inference.routing_table import RoutingTable, ServingApplication, ServingModel
from passgate.inference.translation import InvalidRequestError
from passgate.inference.worker.refusals import ModelNotAllowedError, ModelNotFoundError
from passgate.kernel.clock import from_epoch

_LARGEST_PAGE = 1000


def openai_list(table: RoutingTable, application: ServingApplication) -> dict[str, Any]:
    """All models, of every kind, each alias as a model of its own (OpenAI's ``GET /v1/models``)."""
    named = {alias: model for model in table.models_of(application) for alias in model.aliases}
    own = {name: model for name, model in named.items() if table.model(application, name) is model}
    own |= {model.name: model for model in table.models_of(application)}
    return {"object": "list", "data": [_openai_model(own[name], name) for name in sorted(own)]}


def openai_model(table: RoutingTable, application: ServingApplication, name: str) -> dict[str, Any]:
    """One model (OpenAI's ``GET /v1/models/{model}``)."""
    return _openai_model(find_model(table, application, name), name)


def anthropic_list(table: RoutingTable, application: ServingApplication, query: bytes) -> dict[str, Any]:
    """The models that answer messages (Anthropic's ``GET /v1/models``), by page where the query asks for pages."""
    models = [model for model in table.models_of(application) if model.kind == "chat"]
    page, more = _page(models, {name: values[-1] for name, values in parse_qs(query.decode("latin-1")).items()})
    return {
        "data": [_anthropic_model(model) for model in page],
        "has_more": more,
        "first_id": page[0].name if page else None,
        "last_id": page[-1].name if page else None,
    }


def anthropic_model(table: RoutingTable, application: ServingApplication, name: str) -> dict[str, Any]:
    """One model (Anthropic's ``GET /v1/models/{model_id}``)."""
    return _anthropic_model(find_model(table, application, name))


def _page(models: list[ServingModel], query: Mapping[str, str]) -> tuple[list[ServingModel], bool]:
    limit = query.get("limit", str(_LARGEST_PAGE))
    if not limit.isdecimal() or not 1 <= int(limit) <= _LARGEST_PAGE:
        raise InvalidRequestError(f"limit: a number from 1 to {_LARGEST_PAGE}.", field="limit")
    size = int(limit)
    names = [model.name for model in models]
    if "before_id" in query:
        end = _position(names, query["before_id"], "before_id")
        start = max(0, end - size)
        return models[start:end], start > 0
    start = _position(names, query["after_id"], "after_id") + 1 if "after_id" in query else 0
    return models[start : start + size], start + size < len(models)


def _position(names: list[str], name: str, field: str) -> int:
    if name not in names:
        raise InvalidRequestError(f"{field}: no such model.", field=field)
    return names.index(name)


def find_model(table: RoutingTable, application: ServingApplication, name: str) -> ServingModel:
    """The model of that name, where the application may use it.

    Raises:
        ModelNotAllowedError: it exists, but is kept from it.
        ModelNotFoundError: there is none.
    """
    model = table.model(application, name)
    if model is not None:
        return model
    if table.knows(name):
        raise ModelNotAllowedError(f"The model '{name}' is not allowed for this application.", field="model")
    raise ModelNotFoundError(f"There is no model '{name}'.", field="model")


def _openai_model(model: ServingModel, name: str) -> dict[str, Any]:
    """OpenAI's members, and those that Mistral's list has besides, without which its SDK refuses the whole list."""
    told: dict[str, Any] = {"id": name, "object": "model", "created": model.created, "owned_by": model.owned_by}
    told |= {"type": "base", "capabilities": _mistral_capabilities(model)}
    if model.context_window is not None:
        told["max_context_length"] = model.context_window
    return told


def _mistral_capabilities(model: ServingModel) -> dict[str, bool]:
    """In Mistral's words; see ``ModelCapabilities`` at https://docs.mistral.ai/api/endpoint/models."""
    can = model.capabilities
    return {
        "completion_chat": model.kind == "chat",
        "function_calling": "tools" in can,
        "reasoning": "reasoning" in can,
        "vision": "vision" in can,
        "audio": "audio" in can,
        "moderation": model.kind == "moderation",
    }


def _anthropic_model(model: ServingModel) -> dict[str, Any]:
    created = from_epoch(model.created).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"type": "model", "id": model.name, "display_name": model.name, "created_at": created}
