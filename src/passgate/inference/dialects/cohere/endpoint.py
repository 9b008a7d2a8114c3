"""Where Cohere's API is, and what it wants to be told in headers."""

from passgate.inference.translation import Target


def api_url(target: Target, path: str) -> str:
    """The URL of a path of the second version; a base URL may name a version or not."""
    return target.base_url.rstrip("/").removesuffix("/v2").removesuffix("/v1") + "/v2" + path


def request_headers(target: Target) -> dict[str, str]:
    """The headers of a call, credential included."""
    headers = {"content-type": "application/json"}
    if target.api_key:
        headers["authorization"] = "Bearer " + target.api_key
    return headers
