"""A vendor's own list of its models, as it stands now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from passgate.catalog.bedrock_list import fetch_bedrock_entries
from passgate.catalog.errors import VendorCallError
from passgate.catalog.vendor_call import TIMEOUT_SECONDS, get_json
from passgate.catalog.vendors import Vendor

_ANTHROPIC_VERSION = "2023-06-01"
_MAX_NAME = 200
_AUTH = {"anthropic": "x-api-key", "gemini": "x-goog-api-key"}
_LISTS = ("data", "models")
"""Most wrap the list as OpenAI does; Google, Cohere and Ollama as ``models``."""
_IDS = ("id", "modelId", "inferenceProfileId", "name")


@dataclass(frozen=True, slots=True)
class ListedModel:
    """An entry of the list, with what vendors commonly add to it."""

    vendor_model: str
    name: str
    entry: Mapping[str, Any]
    context_window: int | None
    max_output_tokens: int | None


def fetch_models(
    vendor: Vendor, base_url: str, api_key: str | None, now: datetime, *, timeout_seconds: float = TIMEOUT_SECONDS
) -> list[ListedModel]:
    """Ask the vendor for its models.

    Args:
        vendor: whom to ask.
        base_url: of the provider.
        api_key: of the provider; None: without one.
        now: the time, with which requests to Amazon are signed.
        timeout_seconds: how long to wait.

    Raises:
        VendorCallError: no usable answer; the message says what to do.
    """
    if not vendor.models_path:
        raise VendorCallError(f"{vendor.name} has no list of models that can be asked for.", code="vendor_without_list")
    entries: Any
    if vendor.dialect == "bedrock":
        entries = fetch_bedrock_entries(base_url, api_key, now)
    else:
        url = _root(vendor, base_url) + vendor.models_path
        entries = get_json(url, _headers(vendor, api_key), timeout_seconds=timeout_seconds)
    if isinstance(entries, dict):  # Together AI answers with the bare list
        entries = next((entries[name] for name in _LISTS if name in entries), None)
    if not isinstance(entries, list):
        raise VendorCallError(
            f"The answer at {vendor.models_path} is no model list. Check the path of the base URL; most end in /v1.",
            code="vendor_base_url_wrong",
        )
    found = (_read(vendor, entry) for entry in entries if isinstance(entry, dict))
    return [model for model in found if model is not None]


def check_key(vendor: Vendor, base_url: str, api_key: str | None) -> bool:
    """Whether the key was put to the test, by the model list or by the vendor's own check, which is asked here.

    Raises:
        VendorCallError: the vendor refuses the key, or cannot be asked.
    """
    if vendor.key_check_path is not None and api_key is not None:
        get_json(base_url + vendor.key_check_path, _headers(vendor, api_key))
        return True
    return vendor.models_need_key


def _root(vendor: Vendor, base_url: str) -> str:
    """The base URL without what the vendor's dialect adds by itself."""
    if vendor.dialect in {"anthropic", "ollama", "cohere"}:
        return base_url.removesuffix("/v1").removesuffix("/v2")
    return base_url.removesuffix("/openai").removesuffix("/v1beta") if vendor.dialect == "gemini" else base_url


def _headers(vendor: Vendor, api_key: str | None) -> dict[str, str]:
    headers = {"accept": "application/json"}
    stated = vendor.profile.get("headers")
    if isinstance(stated, dict):
        headers.update((name, str(value)) for name, value in stated.items())
    if vendor.dialect == "anthropic":
        headers["anthropic-version"] = _ANTHROPIC_VERSION
    auth = vendor.profile.get("auth") or _AUTH.get(vendor.dialect, "bearer")
    if api_key is not None and auth == "bearer":
        headers["authorization"] = f"Bearer {api_key}"
    elif api_key is not None and auth != "none":
        headers[str(auth)] = api_key
    return headers


def _read(vendor: Vendor, entry: dict[str, Any]) -> ListedModel | None:
    identifier = next((entry[key] for key in _IDS if entry.get(key)), None)
    if not isinstance(identifier, str):
        return None
    vendor_model = identifier.removeprefix(vendor.models_prefix)
    if not 0 < len(vendor_model) <= _MAX_NAME or not vendor_model.isascii() or " " in vendor_model:
        return None
    name = entry.get("modelName") or entry.get("display_name") or entry.get("displayName") or entry.get("name")
    provider = entry.get("top_provider")
    return ListedModel(
        vendor_model=vendor_model,
        name=name[:_MAX_NAME] if isinstance(name, str) else vendor_model,
        entry=entry,
        context_window=_tokens(
            entry,
            "context_window",
            "context_length",
            "max_context_length",
            "max_model_len",
            "max_input_tokens",
            "inputTokenLimit",
        ),
        max_output_tokens=_tokens(entry, "max_completion_tokens", "max_output_tokens", "max_tokens", "outputTokenLimit")
        or _tokens(provider if isinstance(provider, dict) else {}, "max_completion_tokens"),
    )


def _tokens(entry: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        value = entry.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return None
