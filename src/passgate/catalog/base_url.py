"""Rules of a provider's base URL."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from passgate.catalog.vendors import Vendor
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.link_local import ends_in_a_number, is_link_local

_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?")
_PATH = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*")
_PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


def checked_base_url(value: str) -> str:
    """The URL without a slash at its end.

    Raises:
        ValueError: another scheme than http and https, no host, a credential, a query, or a fragment.
    """
    url = value.rstrip("/")
    parts = _split(url)
    if parts.scheme not in {"http", "https"}:
        raise ValueError("a base URL starts with http:// or https://")
    if "@" in parts.netloc:
        raise ValueError("a base URL holds no credentials; the key has a field of its own")
    if "?" in url or "#" in url:
        raise ValueError("a base URL has no query and no fragment")
    host = parts.hostname or ""
    if not (_is_address(host) or _HOST.fullmatch(host)):
        raise ValueError("a base URL names a host, such as https://api.example.com/v1")
    if is_link_local(host) or (not _is_address(host) and ends_in_a_number(host)):
        raise ValueError("a base URL leads to no address of the machine's own link, and writes addresses in full")
    if not _PATH.fullmatch(parts.path):
        raise ValueError("a base URL's path has plain segments, such as /v1")
    return url


def require_transport(vendor: Vendor, base_url: str) -> None:
    """Refuse plain http towards a public host: the key and the prompts would travel in clear.

    Raises:
        InvalidInputError: http where https is needed.
    """
    parts = urlsplit(base_url)
    if parts.scheme == "https" or vendor.local or vendor.needs_base_url or _is_private(parts.hostname or ""):
        return
    raise InvalidInputError(
        f"{vendor.name} must be called by https; http is for hosts of your own network.", field="base_url"
    )


def origin_of(base_url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: who gets the key."""
    parts = urlsplit(base_url)
    return parts.scheme, parts.hostname or "", parts.port


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError("a base URL has the form https://host[:port][/path]") from None
    return parts


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_private(host: str) -> bool:
    if _is_address(host):
        return ipaddress.ip_address(host).is_private
    return "." not in host or host.endswith(_PRIVATE_SUFFIXES)
