"""What a URL answers: bounded in time and size, and never from our own network, unless a setting allows it.

The address is looked up once, judged, and asked by its number, so that no second look-up can lead elsewhere. Redirects
are followed by hand, each judged anew.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from time import monotonic
from urllib.parse import urljoin, urlsplit

from passgate.kernel.errors import InvalidInputError
from passgate.kernel.link_local import is_link_local

SECONDS = 10.0
MOST_BYTES = 5 * 1024 * 1024
_MOST_REDIRECTS = 3
_CHUNK = 64 * 1024
_LONGEST_URL = 2_000
_PORTS = {"http": 80, "https": 443}
_ENDING_IN_IPV4 = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96")))
"""RFC 6052 section 2.1, RFC 4291 section 2.5.5.1, RFC 2765 section 2.1."""
_LOCAL_TRANSLATION = ipaddress.IPv6Network("64:ff9b:1::/48")
"""RFC 8215: what it stands for, only the network's own translator knows."""
_REDIRECTS = {301, 302, 303, 307, 308}


class FetchRefusedError(InvalidInputError):
    """A URL that may not be asked, or that gave no document."""

    code = "document_not_fetched"

    def __init__(self, message: str, cause: Exception | None = None) -> None:
        """Make it; ``cause``: what went wrong on the line, for those who tell it in words of their own."""
        super().__init__(message, field="url")
        self.cause = cause


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """What is asked."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=lambda: {"accept": "application/json, application/yaml, */*"})
    body: bytes | None = None
    ca_pem: str | None = None
    """Authorities to trust; None: the public ones."""
    server_name: str | None = None
    """That the certificate is for; None: the URL's host."""
    enough: Callable[[str, bytes | bytearray], bool] = lambda _content_type, _body: False
    """Whether the rest of an answer need not be waited for."""


@dataclass(frozen=True, slots=True)
class FetchReply:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Fetching:
    """How documents are fetched."""

    private_addresses: bool = False
    """Whether addresses of our own network may be asked."""
    allowed_by: str = "PASSGATE_FETCH_PRIVATE_ADDRESSES"
    """The setting that would allow them."""
    seconds: float = SECONDS
    most_bytes: int = MOST_BYTES
    redirects: int = _MOST_REDIRECTS

    def text_at(self, url: str) -> str:
        """The text at that URL.

        Raises:
            FetchRefusedError: another scheme than http and https, a private address, too slow, too large, no success.
        """
        until = monotonic() + self.seconds
        for _ in range(self.redirects + 1):
            reply = self._ask(FetchRequest(url), until)
            if reply.status not in _REDIRECTS:
                return _text(url, reply.status, reply.body)
            url = urljoin(url, reply.headers.get("location", ""))
        raise FetchRefusedError(f"It redirects more than {self.redirects} times.")

    def ask(self, request: FetchRequest) -> FetchReply:
        """What is answered, whatever its status; redirects are not followed, lest a credential goes elsewhere.

        Raises:
            FetchRefusedError: another scheme than http and https, a private address, too slow, or too large.
        """
        return self._ask(request, monotonic() + self.seconds)

    def _ask(self, request: FetchRequest, until: float) -> FetchReply:
        scheme, host, port, target = _parts(request.url)
        addresses = self._addresses(host, port)
        try:
            with _connected(addresses, port, until) as plain, _cut_at(plain, until):
                line = _secured(plain, request, host) if scheme == "https" else plain
                connection = http.client.HTTPConnection(host, port)
                connection.sock = line
                connection.request(request.method, target, request.body, dict(request.headers))
                answer = connection.getresponse()
                headers = {name.lower(): value for name, value in answer.getheaders()}
                kind = headers.get("content-type", "")
                body = _body(answer, line, until, self.most_bytes, lambda so_far: request.enough(kind, so_far))
                return FetchReply(answer.status, headers, body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            if (
                isinstance(error, TimeoutError) or monotonic() >= until
            ):  # what was cut by the clock fails in other words
                message = f"{host} did not answer within {self.seconds:g} seconds."
                raise FetchRefusedError(message, TimeoutError()) from None
            raise FetchRefusedError(f"{host} cannot be asked: {_reason(error)}.", error) from None

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise FetchRefusedError(f"The host {host} is not known to the name service.", error) from None
        addresses = [str(one[4][0]) for one in found]
        if not self.private_addresses and not all(_is_public(one) for one in addresses):
            raise FetchRefusedError(
                f"{host} is an address of a private network; the setting {self.allowed_by} allows these."
            )
        if any(is_link_local(one) for one in addresses):
            raise FetchRefusedError(f"{host} is an address of the machine's own link, which nothing is asked at.")
        return addresses


def _connected(addresses: list[str], port: int, until: float) -> socket.socket:
    """A connection to the first address that takes one: a name may stand for several, of which not all are served."""
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), timeout=_left(until))
    return socket.create_connection((addresses[-1], port), timeout=_left(until))


@contextmanager
def _cut_at(line: socket.socket, until: float) -> Iterator[None]:
    """Ends the connection at the time, however slowly the other side feeds it."""
    timer = threading.Timer(_left(until), _shut, (line,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _shut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _parts(url: str) -> tuple[str, str, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FetchRefusedError("A URL has the form https://host[:port]/path.") from None
    if parts.scheme not in _PORTS or not parts.hostname or len(url) > _LONGEST_URL or not url.isascii():
        raise FetchRefusedError("A URL has the form https://host[:port]/path.")
    if "@" in parts.netloc or any(letter <= " " for letter in url):
        raise FetchRefusedError("A URL holds no credentials and no blanks.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, parts.hostname, port or _PORTS[parts.scheme], target


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = _embedded(found)
        if found.is_site_local or found in _LOCAL_TRANSLATION or (inner is not None and not inner.is_global):
            return False
    return found.is_global and not found.is_multicast


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for, whoever on the way translates it."""
    if any(address in network for network in _ENDING_IN_IPV4):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _secured(plain: socket.socket, request: FetchRequest, host: str) -> socket.socket:
    context = ssl.create_default_context(cadata=request.ca_pem)
    return context.wrap_socket(plain, server_hostname=request.server_name or host)


def _body(
    answer: http.client.HTTPResponse,
    line: socket.socket,
    until: float,
    most_bytes: int,
    enough: Callable[[bytes | bytearray], bool],
) -> bytes:
    body = bytearray()
    while True:
        line.settimeout(_left(until))
        chunk = answer.read1(_CHUNK)
        if not chunk:
            _left(until)  # the end came by the clock, not by the other side
            return bytes(body)
        body += chunk
        if len(body) > most_bytes:
            raise FetchRefusedError(f"It is larger than {most_bytes} bytes.")
        if enough(body):
            return bytes(body)


def _reason(error: Exception) -> str:
    """What went wrong on the line, without the system's number of it."""
    said = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return said.rstrip(".")


def _left(until: float) -> float:
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _text(url: str, status: int, body: bytes) -> str:
    host = urlsplit(url).hostname
    if status != HTTPStatus.OK:
        raise FetchRefusedError(f"{host} answered with status {status}.")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FetchRefusedError(f"What {host} answered is no text in UTF-8.") from None
