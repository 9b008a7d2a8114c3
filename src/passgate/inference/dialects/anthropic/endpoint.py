"""Where Anthropic's Messages API is, and what it wants to be told in headers."""

from collections.abc import Mapping
from typing import Any

from passgate.inference.translation import Target, VendorRequest
from passgate.inference.vertex_address import is_vertex, service_account, vertex_url

VERSION = "2023-06-01"
_VERTEX_VERSION = "vertex-2023-10-16"
"""What Vertex AI wants in the body (https://docs.claude.com/en/api/claude-on-vertex-ai)."""


def messages_url(target: Target) -> str:
    """The URL of messages; a base URL may end in ``/v1`` or not."""
    return target.base_url.rstrip("/").removesuffix("/v1") + "/v1/messages"


def messages_request(target: Target, client: Mapping[str, str], body: bytes, *, stream: bool) -> VendorRequest:
    """A call of messages, at Anthropic or at Vertex AI; ``client``: what an Anthropic client said itself."""
    headers = request_headers(target, client)
    if not is_vertex(target):
        return VendorRequest("POST", messages_url(target), headers, body)
    url = vertex_url(target, "anthropic", "streamRawPredict" if stream else "rawPredict")
    return VendorRequest("POST", url, headers, body, service_account(target))


def count_request(target: Target, client: Mapping[str, str], body: bytes) -> VendorRequest:
    """A call that counts the tokens of messages; Vertex AI has a model of its own for that."""
    headers = request_headers(target, client)
    if not is_vertex(target):
        return VendorRequest("POST", messages_url(target) + "/count_tokens", headers, body)
    counter = Target(target.dialect, target.base_url, target.api_key, "count-tokens", target.vendor, target.profile)
    return VendorRequest("POST", vertex_url(counter, "anthropic", "rawPredict"), headers, body, service_account(target))


def addressed(document: Mapping[str, Any], target: Target) -> dict[str, Any]:
    """The request's document with the model's name, which Vertex AI has in the URL instead."""
    if not is_vertex(target):
        return {**document, "model": target.vendor_model}
    rest = {name: value for name, value in document.items() if name != "model"}
    return {**rest, "anthropic_version": _VERTEX_VERSION}


def request_headers(target: Target, client: Mapping[str, str]) -> dict[str, str]:
    """The headers of a call, credential included; ``client``: what an Anthropic client said itself."""
    headers = {
        "content-type": "application/json",
        "anthropic-version": client.get("anthropic-version") or VERSION,
    }
    beta = client.get("anthropic-beta")
    if beta:
        headers["anthropic-beta"] = beta
    if target.api_key and target.profile.get("auth") == "bearer":
        headers["authorization"] = "Bearer " + target.api_key
    elif target.api_key and is_vertex(target):
        if service_account(target) is None:
            headers["x-goog-api-key"] = target.api_key
    elif target.api_key:
        headers["x-api-key"] = target.api_key
    headers.update(target.profile.get("headers", {}))
    return headers
