"""Where Anthropic's Messages API is, and what it wants to be told in headers."""

from collections.abc import Mapping

from passgate.inference.translation import Target

VERSION = "2023-06-01"


def messages_url(target: Target) -> str:
    """The URL of messages; a base URL may end in ``/v1`` or not."""
    return target.base_url.rstrip("/").removesuffix("/v1") + "/v1/messages"


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
    elif target.api_key:
        headers["x-api-key"] = target.api_key
    headers.update(target.profile.get("headers", {}))
    return headers
