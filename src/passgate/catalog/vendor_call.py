"""One GET to a vendor, bounded in time and size, with failures that a person can act on."""

import http.client
import socket
import ssl
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import orjson

from passgate.catalog.errors import VendorCallError
from passgate.kernel.fetching import Fetching, FetchRefusedError, FetchRequest

TIMEOUT_SECONDS = 10.0
MAX_BYTES = 16 * 1024 * 1024
_OK = range(200, 300)
_REDIRECTS = range(300, 400)
_OWN_FAULTS = range(500, 600)
_FAILURES: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    (
        (TimeoutError,),
        "vendor_timeout",
        (
            "{host} did not answer within {seconds:g} seconds. Check the base URL, and whether a firewall or proxy "
            "stands between."
        ),
    ),
    (
        (socket.gaierror, UnicodeError),
        "vendor_unknown_host",
        "The host {host} is not known to the name service. Check the base URL for typing errors.",
    ),
    (
        (ssl.SSLError,),
        "vendor_tls",
        "No secure connection to {host}: {told}. Check that this port speaks https, and its certificate.",
    ),
    (
        (ConnectionRefusedError,),
        "vendor_unreachable",
        (
            "{host} refuses the connection. Check that the server runs and listens on this port; in a container, "
            "localhost is the container itself."
        ),
    ),
    (
        (http.client.HTTPException, ConnectionError),
        "vendor_unreachable",
        "{host} broke the connection off. Check that the base URL leads to an HTTP API.",
    ),
)
"""What goes wrong on the way, the more exact first."""


def get_json(url: str, headers: Mapping[str, str], *, timeout_seconds: float = TIMEOUT_SECONDS) -> Any:  # noqa: ANN401 - JSON of others has any shape
    """The JSON at that URL. Redirects are not followed: the key is meant for the host that was named.

    Raises:
        VendorCallError: unreachable, too slow, or an answer that is no success, no JSON, or too long.
    """
    host = urlsplit(url).netloc
    fetching = Fetching(private_addresses=True, seconds=timeout_seconds, most_bytes=MAX_BYTES)
    try:
        reply = fetching.ask(FetchRequest(url, headers=headers))
    except FetchRefusedError as error:
        raise _failure(host, error, timeout_seconds) from None
    _refuse_status(host, urlsplit(url).path, reply.status)
    try:
        return orjson.loads(reply.body)
    except ValueError:
        raise VendorCallError(
            f"{host} answered with something else than JSON. Check the base URL: it may lead to a web page.",
            code="vendor_not_json",
        ) from None


def _failure(host: str, error: FetchRefusedError, timeout_seconds: float) -> VendorCallError:
    cause = error.cause
    if cause is None:  # too long, or no URL
        return VendorCallError(f"{host}: {error.message}", code="vendor_not_json")
    for kinds, code, message in _FAILURES:
        if isinstance(cause, kinds):
            told = getattr(cause, "reason", None) or cause
            return VendorCallError(message.format(host=host, seconds=timeout_seconds, told=told), code=code)
    return VendorCallError(f"{host} cannot be reached: {cause}.", code="vendor_unreachable")


def _refuse_status(host: str, path: str, status: int) -> None:
    if status in _OK:
        return
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise VendorCallError(
            f"{host} refuses the API key ({status}). Check that it was pasted whole, is active, and is of this vendor.",
            code="vendor_key_refused",
        )
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED} or status in _REDIRECTS:
        raise VendorCallError(
            f"{host} has no model list at {path} ({status}). Check the path of the base URL; most end in /v1.",
            code="vendor_base_url_wrong",
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise VendorCallError(
            f"{host} accepts the connection but has too many requests just now (429). Try again in a minute.",
            code="vendor_busy",
        )
    if status in _OWN_FAULTS:
        raise VendorCallError(f"{host} has a fault of its own ({status}). Try again later.", code="vendor_failing")
    raise VendorCallError(f"{host} refuses the request for its model list ({status}).", code="vendor_refuses")
