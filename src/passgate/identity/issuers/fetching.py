"""Exchanges with an issuer: bounded in time and size, without redirects."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from passgate.identity.issuers.errors import IssuerFetchError
from passgate.kernel.fetching import Fetching, FetchRefusedError, FetchRequest

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


def post_form(
    url: str, fields: Mapping[str, str], headers: Mapping[str, str], *, private_addresses: bool = True
) -> Reply:
    """The answer to a form, such as a token request (RFC 6749 section 3.2).

    Raises:
        IssuerFetchError: unreachable, too slow, or too large, or an address of a private network that may not be asked.
    """
    form = {"accept": "application/json", "content-type": "application/x-www-form-urlencoded", **headers}
    return _exchange("POST", url, form, urlencode(fields).encode(), private_addresses=private_addresses)


def _exchange(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, private_addresses: bool = True
) -> Reply:
    fetching = Fetching(private_addresses=private_addresses, seconds=TIMEOUT_SECONDS, most_bytes=MAX_BYTES)
    try:
        reply = fetching.ask(FetchRequest(url, method, headers, body))
    except FetchRefusedError as error:
        raise IssuerFetchError(f"{_host(url)} cannot be reached: {error.message}") from None
    try:
        return Reply(reply.status, orjson.loads(reply.body))
    except ValueError:
        return Reply(reply.status, None)


def _host(url: str) -> str:
    return urlsplit(url).netloc
