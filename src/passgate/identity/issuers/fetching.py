"""Exchanges with an issuer: bounded in time and size, without redirects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import orjson

from passgate.identity.issuers.errors import IssuerFetchError

if TYPE_CHECKING:
    from pyreqwest.exceptions import PyreqwestError

TIMEOUT_SECONDS = 8.0
MAX_BYTES = 512 * 1024
"""Of a document; the largest known key sets have some 30 KB."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer in JSON."""

    status: int
    document: Any


def get_document(url: str, *, bearer: str | None = None) -> dict[str, Any]:
    """The JSON object at that URL.

    Raises:
        IssuerFetchError: unreachable, too slow, too large, no success, or no JSON object.
    """
    headers = {"accept": "application/json", **({"authorization": f"Bearer {bearer}"} if bearer else {})}
    reply = _exchange("GET", url, headers, None)
    if reply.status != HTTPStatus.OK:
        raise IssuerFetchError(f"{_host(url)} answered {urlsplit(url).path} with status {reply.status}.")
    if not isinstance(reply.document, dict):
        raise IssuerFetchError(f"{_host(url)} answered {urlsplit(url).path} with something else than a JSON object.")
    return reply.document


def post_form(url: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
    """The answer to a form, such as a token request (RFC 6749 section 3.2).

    Raises:
        IssuerFetchError: unreachable, too slow, or too large.
    """
    form = {"accept": "application/json", "content-type": "application/x-www-form-urlencoded", **headers}
    return _exchange("POST", url, form, urlencode(fields).encode())


def _exchange(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
    from pyreqwest.client import SyncClientBuilder  # noqa: PLC0415 - seven megabytes, of use once there is an issuer
    from pyreqwest.exceptions import PyreqwestError  # noqa: PLC0415 - as above

    builder = SyncClientBuilder().timeout(timedelta(seconds=TIMEOUT_SECONDS)).follow_redirects(enable=False)
    content = bytearray()
    try:
        with builder.build() as client:
            request = client.request(method, url).headers(headers)
            if body is not None:
                request = request.body_bytes(body)
            with request.build_streamed() as response:
                while chunk := response.body_reader.read_chunk():
                    content += chunk
                    if len(content) > MAX_BYTES:
                        raise IssuerFetchError(f"{_host(url)} answered with more than {MAX_BYTES} bytes.")
                status = int(response.status)
    except PyreqwestError as error:
        raise IssuerFetchError(f"{_host(url)} cannot be reached: {_cause(error)}.") from None
    try:
        return Reply(status, orjson.loads(bytes(content)))
    except ValueError:
        return Reply(status, None)


def _cause(error: "PyreqwestError") -> str:
    details = getattr(error, "details", None)
    causes = [cause["message"] for cause in (details or {}).get("causes") or ()]
    return causes[-1] if causes else "no answer in time"


def _host(url: str) -> str:
    return urlsplit(url).netloc
