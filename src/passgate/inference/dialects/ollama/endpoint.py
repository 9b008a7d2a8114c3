"""Where Ollama's own API is.

Its OpenAI-compatible one would lose what matters on a machine of one's own: the size of the context (``num_ctx``; past
its default the beginning of a prompt is cut off without a word) and ``top_k``.
"""

from passgate.inference.translation import Target


def api_url(target: Target, path: str) -> str:
    """The URL of a path of the API; the base URL may be that of the OpenAI-compatible one."""
    root = target.base_url.rstrip("/").removesuffix("/v1").removesuffix("/api")
    return f"{root}/api{path}"


def request_headers(target: Target) -> dict[str, str]:
    """The headers of a call; a key is for Ollama's cloud, or for a proxy in front of one's own."""
    headers = {"content-type": "application/json"}
    if target.api_key:
        headers["authorization"] = "Bearer " + target.api_key
    return headers
