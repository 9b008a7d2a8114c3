"""Where a model is at Vertex AI, and whether the provider's key is a service account's.

A base URL may be the bare host of a region (``https://europe-west4-aiplatform.googleapis.com``, of several
``https://aiplatform.eu.rep.googleapis.com``, or ``https://aiplatform.googleapis.com`` for the global endpoint), the
project then being the account's own; or go on to ``/v1/projects/<project>/locations/<location>``.
"""

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

import orjson

from passgate.inference.translation import Target

_DEFAULT_VERSION = "/v1beta1"
_VERSION = re.compile(r"/v\d[a-z0-9]*$")
_REGIONAL_HOST = re.compile(r"(?:([a-z0-9-]+)-aiplatform\.|aiplatform\.([a-z]+)\.rep\.)")
_MODEL_SAFE = "@:-._~"


def is_vertex(target: Target) -> bool:
    """Tell whether the target is at Vertex AI."""
    return target.profile.get("surface") == "vertex"


def service_account(target: Target) -> str | None:
    """The provider's key, where it is a service account's; an API key (express mode) is none."""
    key = target.api_key
    return key if key is not None and key.lstrip().startswith("{") else None


def vertex_url(target: Target, publisher: str, method: str) -> str:
    """The URL of a method of a publisher's model."""
    account = service_account(target)
    root = _root(target.base_url, account)
    return f"{root}/publishers/{publisher}/models/{quote(target.vendor_model, safe=_MODEL_SAFE)}:{method}"


@lru_cache(maxsize=256)
def _root(base_url: str, account: str | None) -> str:
    base = base_url.rstrip("/")
    if "/projects/" in base:
        return base
    if not _VERSION.search(base):
        base += _DEFAULT_VERSION
    if account is None:
        return base
    regional = _REGIONAL_HOST.match(urlsplit(base).hostname or "")
    location = (regional[1] or regional[2]) if regional else "global"
    return f"{base}/projects/{quote(_project(account), safe=':')}/locations/{location}"


def _project(account: str) -> str:
    """The account's own project; ``-`` where its key cannot be read, which is told when it is to be used."""
    try:
        document = orjson.loads(account)
    except ValueError:
        return "-"
    told = document.get("project_id") if isinstance(document, dict) else None
    return told if isinstance(told, str) and told else "-"
