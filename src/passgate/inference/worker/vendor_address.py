"""Where a request goes: the parts of a vendor's URL."""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

_TARGET = re.compile(r"[!-~]+")
_HTTPS_PORT = 443
_HTTP_PORT = 80


@dataclass(frozen=True, slots=True)
class VendorAddress:
    """A URL taken apart."""

    tls: bool
    host: str
    port: int
    target: str
    """Path and query, as the request line has them."""
    authority: str
    """The ``Host`` header."""

    @property
    def origin(self) -> tuple[bool, str, int]:
        """Connections to the same origin serve each other's requests."""
        return self.tls, self.host, self.port


@lru_cache(maxsize=4096)
def read_address(url: str) -> VendorAddress:
    """Take a URL apart.

    Raises:
        ValueError: not an absolute http or https URL, or one with a user or with letters that no URL has.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise ValueError("http:// or https://, a host, and no user")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not _TARGET.fullmatch(target):
        raise ValueError("a path of printable ASCII")
    tls = parts.scheme == "https"
    host = parts.hostname.encode("idna").decode() if not parts.hostname.isascii() else parts.hostname
    usual = _HTTPS_PORT if tls else _HTTP_PORT
    port = parts.port or usual
    bracketed = f"[{host}]" if ":" in host else host
    return VendorAddress(tls, host, port, target, bracketed if port == usual else f"{bracketed}:{port}")
