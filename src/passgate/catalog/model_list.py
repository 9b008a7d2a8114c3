"""A vendor's own list of its models, as it stands now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from passgate.catalog.errors import VendorCallError
from passgate.catalog.vendor_call import get_json
from passgate.catalog.vendors import Vendor

_ANTHROPIC_VERSION = "2023-06-01"
_MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class ListedModel:
    """An entry of the list, with what vendors commonly add to it."""

    vendor_model: str
    name: str
    entry: Mapping[str, Any]
    context_window: int | None
    max_output_tokens: int | None


def fetch_models(vendor: Vendor, base_url: str, api_key: str | None) -> list[ListedModel]:
    """Ask the vendor for its models.

    Raises:
        VendorCallError: no usable answer; the message says what to do.
    """
    root = base_url.removesuffix("/v1") if vendor.dialect == "anthropic" else base_url
    document = get_json(root + vendor.models_path, _headers(vendor, api_key))
    # Most wrap the list as OpenAI does; Together AI answers with the bare list.
    entries = document.get("data") if isinstance(document, dict) else document
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


def _headers(vendor: Vendor, api_key: str | None) -> dict[str, str]:
    headers = {"accept": "application/json"}
    stated = vendor.profile.get("headers")
    if isinstance(stated, dict):
        headers.update(stated)
    if vendor.dialect == "anthropic":
        headers["anthropic-version"] = _ANTHROPIC_VERSION
    auth = vendor.profile.get("auth") or ("x-api-key" if vendor.dialect == "anthropic" else "bearer")
    if api_key is not None and auth == "bearer":
        headers["authorization"] = f"Bearer {api_key}"
    elif api_key is not None and auth != "none":
        headers[str(auth)] = api_key
    return headers


def _read(vendor: Vendor, entry: dict[str, Any]) -> ListedModel | None:
    identifier = entry.get("id")
    if not isinstance(identifier, str):
        return None
    vendor_model = identifier.removeprefix(vendor.models_prefix)
    if not 0 < len(vendor_model) <= _MAX_NAME or not vendor_model.isascii() or " " in vendor_model:
        return None
    name = entry.get("display_name") or entry.get("name")
    provider = entry.get("top_provider")
    return ListedModel(
        vendor_model=vendor_model,
        name=name[:_MAX_NAME] if isinstance(name, str) else vendor_model,
        entry=entry,
        context_window=_tokens(
            entry, "context_window", "context_length", "max_context_length", "max_model_len", "max_input_tokens"
        ),
        max_output_tokens=_tokens(entry, "max_completion_tokens", "max_output_tokens", "max_tokens")
        or _tokens(provider if isinstance(provider, dict) else {}, "max_completion_tokens"),
    )


def _tokens(entry: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        value = entry.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return None
