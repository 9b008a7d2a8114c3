"""One GET to a vendor, bounded in time and size, with failures that a person can act on."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from passgate.catalog.errors import VendorCallError

if TYPE_CHECKING:
    from pyreqwest.exceptions import ConnectError

TIMEOUT_SECONDS = 10.0
MAX_BYTES = 16 * 1024 * 1024
_CHUNK = 64 * 1024
_OK = range(200, 300)
_REDIRECTS = range(300, 400)
_OWN_FAULTS = range(500, 600)
_TLS_WORDS = ("certificate", "InvalidContentType", "tls", "handshake", "HandshakeFailure", "UnknownIssuer")


def get_json(url: str, headers: Mapping[str, str], *, timeout_seconds: float = TIMEOUT_SECONDS) -> Any:  # noqa: ANN401 - JSON of others has any shape
    """The JSON at that URL. Redirects are not followed: the key is meant for the host that was named.

    Raises:
        VendorCallError: unreachable, too slow, or an answer that is no success, no JSON, or too long.
    """
    from pyreqwest.exceptions import (  # noqa: PLC0415 - seven megabytes, of use when a provider is asked
        ConnectError,
        RequestError,
        RequestTimeoutError,
    )

    host = urlsplit(url).netloc
    try:
        status, body = _fetch(url, headers, timeout_seconds)
    except RequestTimeoutError:
        raise VendorCallError(
            f"{host} did not answer within {timeout_seconds:g} seconds. Check the base URL, and whether a firewall or "
            "proxy stands between.",
            code="vendor_timeout",
        ) from None
    except ConnectError as error:
        raise _connect_failure(host, error) from None
    except RequestError:
        raise VendorCallError(
            f"{host} broke the connection off. Check that the base URL leads to an HTTP API.", code="vendor_unreachable"
        ) from None
    _refuse_status(host, urlsplit(url).path, status)
    try:
        return orjson.loads(body)
    except ValueError:
        raise VendorCallError(
            f"{host} answered with something else than JSON. Check the base URL: it may lead to a web page.",
            code="vendor_not_json",
        ) from None


def _fetch(url: str, headers: Mapping[str, str], timeout_seconds: float) -> tuple[int, bytes]:
    from pyreqwest.client import SyncClientBuilder  # noqa: PLC0415 - as above

    builder = SyncClientBuilder().timeout(timedelta(seconds=timeout_seconds)).follow_redirects(enable=False)
    with builder.build() as client, client.get(url).headers(headers).build_streamed() as response:
        body = bytearray()
        while chunk := response.body_reader.read_chunk():
            body += chunk
            if len(body) > MAX_BYTES:
                raise VendorCallError(
                    f"{urlsplit(url).netloc} answered with more than {MAX_BYTES} bytes.", code="vendor_not_json"
                )
        return response.status, bytes(body)


def _connect_failure(host: str, error: "ConnectError") -> VendorCallError:
    causes = [cause["message"] for cause in error.details["causes"] or ()]
    text = " ".join(causes)
    if "dns error" in causes:
        return VendorCallError(
            f"The host {host} is not known to the name service. Check the base URL for typing errors.",
            code="vendor_unknown_host",
        )
    if any(word in text for word in _TLS_WORDS):
        return VendorCallError(
            f"No secure connection to {host}: {causes[-1]}. Check that this port speaks https, and its certificate.",
            code="vendor_tls",
        )
    if "Connection refused" in text:
        return VendorCallError(
            f"{host} refuses the connection. Check that the server runs and listens on this port; in a container, "
            "localhost is the container itself.",
            code="vendor_unreachable",
        )
    return VendorCallError(
        f"{host} cannot be reached: {causes[-1] if causes else 'no connection'}.", code="vendor_unreachable"
    )


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
