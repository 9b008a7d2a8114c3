"""Where a browser may be sent back to."""

import re
from urllib.parse import urlsplit

_LONGEST = 1000
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\]|localhost)(:\d{1,5})?(/|\?|$)")
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\\"<>^`{|}*]|[^\x00-\x7f]")


def checked_redirect(uri: str, *, native: bool) -> str:
    """The URI itself, fit to be registered (RFC 6749 section 3.1.2, RFC 8252 section 7, RFC 9700 section 2.1).

    Args:
        uri: where the browser is sent.
        native: whether the application is native, which may have a scheme of its own, such as ``com.example.app:/``.

    Raises:
        ValueError: names the rule.
    """
    if len(uri) > _LONGEST or _UNSAFE.search(uri):
        raise ValueError(f"a redirect URI has at most {_LONGEST} plain letters and no placeholder")
    if "#" in uri:
        raise ValueError("a redirect URI has no fragment (RFC 6749 section 3.1.2)")
    if _LOOPBACK.match(uri):
        return uri
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("a redirect URI is an absolute URI, such as https://app.example.com/callback") from None
    if parts.scheme == "https" and host and "@" not in parts.netloc:
        return uri
    if native and _PRIVATE_SCHEME.match(uri):
        return uri
    if native:
        raise ValueError("a redirect URI is https, http on the loopback, or com.example.app:/ of a native application")
    raise ValueError("a redirect URI is https, or http on the loopback")


def is_registered(uri: str, registered: tuple[str, ...], *, native: bool) -> bool:
    """Whether the URI is one of those, letter by letter; a native application's loopback may have any port.

    The port is the system's choice at run time (RFC 8252 section 7.3).
    """
    if uri in registered:
        return True
    return native and any(_is_same_but_for_port(uri, known) for known in registered)


def _is_same_but_for_port(uri: str, known: str) -> bool:
    if not (_LOOPBACK.match(uri) and _LOOPBACK.match(known)):
        return False
    return _without_port(uri) == _without_port(known)


def _without_port(uri: str) -> str:
    found = _LOOPBACK.match(uri)
    if found is None or found.group(2) is None:
        return uri
    start, end = found.span(2)
    return uri[:start] + uri[end:]
