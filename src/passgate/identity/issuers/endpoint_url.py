"""Rules of the addresses that an issuer is asked at.

An internal issuer is legitimate: private addresses are allowed. What may not be: keys or credentials over plain http
(the loopback excepted), and a public issuer whose documents point to addresses of our own network.
"""

import ipaddress
import re
from urllib.parse import urlsplit

_LONGEST = 500
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?", re.IGNORECASE)
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


def checked_url(value: str, *, query: bool = False) -> str:
    """The URL itself.

    Args:
        value: an absolute URL.
        query: whether it may have a query; an issuer has none (OpenID Connect Discovery section 3).

    Raises:
        ValueError: neither https nor the loopback's http, no host, a credential, a fragment, or odd letters.
    """
    if len(value) > _LONGEST or any(not "!" <= letter <= "~" or letter in '"<>\\^`{|}' for letter in value):
        raise ValueError(f"a URL of at most {_LONGEST} plain letters, such as https://id.example.com")
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("a URL has the form https://host[:port][/path]") from None
    if not (_address(host) or _HOST.fullmatch(host)):
        raise ValueError("a URL names a host, such as https://id.example.com")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ValueError("https, or http on the loopback")
    if "@" in parts.netloc or parts.fragment or "#" in value:
        raise ValueError("no credentials and no fragment")
    if not query and "?" in value:
        raise ValueError("no query")
    return value


def checked_endpoint(value: object, issuer: str, name: str) -> str:
    """An address that an issuer's document names.

    Raises:
        ValueError: it breaks a rule of :func:`checked_url`, or leads from the outside into our own network.
    """
    if not isinstance(value, str):
        raise ValueError(f"{name}: an address is needed")  # noqa: TRY004 - one kind of error for whatever it holds
    try:
        checked_url(value, query=True)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    if is_private(urlsplit(value).hostname or "") and not is_private(urlsplit(issuer).hostname or ""):
        raise ValueError(f"{name}: a public issuer does not lead to an address of a private network")
    return value


def is_loopback(host: str) -> bool:
    """Whether the host is this machine by its very name or address."""
    address = _address(host)
    return address.is_loopback if address else host == "localhost" or host.endswith(".localhost")


def is_private(host: str) -> bool:
    """Whether the host, by its name or address, is one of our own network."""
    address = _address(host)
    return not address.is_global if address else "." not in host or host.endswith(_LOCAL_NAMES)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
