"""Headers of a call that is passed on as it is: all but those that concern one connection, or who pays."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from passgate.inference.dialects.anthropic.endpoint import request_headers as anthropic_headers
from passgate.inference.dialects.cohere.endpoint import request_headers as cohere_headers
from passgate.inference.dialects.ollama.endpoint import request_headers as ollama_headers
from passgate.inference.dialects.openai.profile import read_profile
from passgate.inference.dialects.openai.profile import request_headers as openai_headers
from passgate.inference.translation import Target
from passgate.inference.vertex_address import is_vertex, service_account

Header = tuple[bytes, bytes]

_HOP_BY_HOP = frozenset(
    {
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""RFC 9110 section 7.6.1, and ``Expect``, which the gate has answered."""
_CREDENTIALS = frozenset(
    {
        "api-key",
        "authorization",
        "cookie",
        "ocp-apim-subscription-key",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-security-token",
        "x-api-key",
        "x-goog-api-key",
        "x-goog-user-project",
    }
)
_REQUEST_ONLY = frozenset(
    {"accept-encoding", "content-length", "forwarded", "host", "user-agent", "via", "x-real-ip", "x-request-id"}
)
"""Said anew by the gate, or of no concern to a vendor."""
_REPLY_ONLY = frozenset(
    {"alt-svc", "date", "location", "server", "set-cookie", "strict-transport-security", "www-authenticate"}
)
"""They speak of the vendor's host, or of the gate's account there."""
_OURS = ("x-passgate-", "x-envoy-", "x-forwarded-")
_VENDOR_REQUEST_ID = b"x-passgate-vendor-request-id"


def request_headers(given: Iterable[Header], target: Target) -> dict[str, str]:
    """What goes to the vendor, less ``Host`` and framing; the provider's credential is in it, the caller's is not."""
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in given]
    own = credential_headers(target)
    named = _named_by_connection(pairs)
    kept: dict[str, str] = {}
    for name, value in pairs:
        cut = name in _HOP_BY_HOP or name in _CREDENTIALS or name in _REQUEST_ONLY or name in named
        if cut or name.startswith(_OURS) or (name in own and not name.startswith("anthropic-")):
            continue
        kept[name] = f"{kept[name]}, {value}" if name in kept else value
    return {**own, **kept}


def credential_headers(target: Target) -> dict[str, str]:
    """The provider's credential, and what its vendor's row adds to every call."""
    if target.dialect == "openai":
        headers = openai_headers(target, read_profile(target.profile))
    elif target.dialect == "anthropic":
        headers = anthropic_headers(target, {})
    elif target.dialect == "cohere":
        headers = cohere_headers(target)
    elif target.dialect == "ollama":
        headers = ollama_headers(target)
    else:
        headers = dict(target.profile.get("headers", {}))
        if target.dialect == "gemini" and target.api_key and not _is_account(target):
            headers["x-goog-api-key"] = target.api_key
    return {name.lower(): value for name, value in headers.items() if name.lower() != "content-type"}


def _is_account(target: Target) -> bool:
    return is_vertex(target) and service_account(target) is not None


def reply_headers(given: Iterable[Header], base_url: str, here: str) -> list[Header]:
    """What the caller gets of the vendor's headers.

    Args:
        given: names in lower case.
        base_url: the provider's.
        here: path of the provider at the gate, for redirections.
    """
    pairs = list(given)
    named = _named_by_connection((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)
    kept: list[Header] = []
    for name, value in pairs:
        text = name.decode("latin-1")
        if name == b"location":
            kept += _moved(value, base_url, here)
        elif name == b"x-request-id":
            kept.append((_VENDOR_REQUEST_ID, value))
        elif not (text in _HOP_BY_HOP or text in _REPLY_ONLY or text in named or text.startswith(_OURS)):
            kept.append((name, value))
    return kept


def _moved(value: bytes, base_url: str, here: str) -> list[Header]:
    """A redirection that stays below the base URL; another would lead past the gate."""
    place = value.decode("latin-1")
    base = base_url.rstrip("/")
    path = urlsplit(base).path
    for beginning in (base, path):
        if place.startswith(f"{beginning}/") and not place.startswith("//"):
            return [(b"location", (here + place[len(beginning) :]).encode("latin-1"))]
    return []


def _named_by_connection(pairs: Iterable[tuple[str, str]]) -> set[str]:
    return {part.strip().lower() for name, value in pairs if name == "connection" for part in value.split(",")}


def content_headers(given: Mapping[str, str]) -> tuple[bool, int | None]:
    """Whether a request has a body, and how many bytes; None: it comes in chunks."""
    length = given.get("content-length", "")
    if length.isdigit():
        return int(length) > 0, int(length)
    return "transfer-encoding" in given, None
