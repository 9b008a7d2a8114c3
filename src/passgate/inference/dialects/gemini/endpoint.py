"""Where the methods of Gemini's models are, and how a call names its credential."""

import re
from functools import lru_cache
from urllib.parse import quote

from passgate.inference.translation import Target, VendorRequest
from passgate.inference.vertex_address import is_vertex, service_account, vertex_url

_VERSION = re.compile(r"/v\d[a-z0-9]*$")
_COLLECTIONS = ("models/", "tunedModels/")


def vendor_request(target: Target, method: str, body: bytes) -> VendorRequest:
    """A call of one method of the target's model (https://ai.google.dev/api)."""
    headers = {"content-type": "application/json", **target.profile.get("headers", {})}
    account = service_account(target) if is_vertex(target) else None
    if account is None and target.api_key:
        headers["x-goog-api-key"] = target.api_key
    if is_vertex(target):
        url = vertex_url(target, "google", method)
    else:
        url = f"{_root(target.base_url)}/{resource(target)}:{method}"
    if method == "streamGenerateContent":
        url += "?alt=sse"
    return VendorRequest("POST", url, headers, body, account)


def resource(target: Target) -> str:
    """The model's resource name."""
    name = target.vendor_model
    return quote(name if name.startswith(_COLLECTIONS) else f"models/{name}", safe="/@:-._~")


@lru_cache(maxsize=256)
def _root(base_url: str) -> str:
    base = base_url.rstrip("/").removesuffix("/openai")
    return base if _VERSION.search(base) else f"{base}/v1beta"
