"""HTTP as the SDK needs it, from the standard library: one exchange, no redirect, no endless answer."""

import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPMessage
from typing import IO, Protocol

MAX_ANSWER_BYTES = 64 * 1024 * 1024


class FetchError(Exception):
    """No answer, or one that cannot be used."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer."""

    status: int
    body: bytes
    etag: str | None = None


class Fetch(Protocol):
    """How an exchange is made."""

    def __call__(self, url: str, *, headers: Mapping[str, str], timeout: float, body: bytes | None = None) -> Fetched:
        """GET, or POST where there is a body.

        Raises:
            FetchError: no answer came.
        """


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(  # noqa: PLR0913, PLR0917 - the signature is the standard library's
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Follow none: keys come from where the operator said."""


def http_fetch(context: ssl.SSLContext | None = None) -> Fetch:
    """Exchanges by HTTP or HTTPS; a context names the authorities that are trusted."""
    opener = urllib.request.build_opener(_NoRedirect(), urllib.request.HTTPSHandler(context=context))

    def fetch(url: str, *, headers: Mapping[str, str], timeout: float, body: bytes | None = None) -> Fetched:
        if not url.startswith(("https://", "http://")):
            raise FetchError(f"{url} is neither https:// nor http://")
        request = urllib.request.Request(url, data=body, headers=dict(headers))  # noqa: S310 - looked at above
        try:
            with opener.open(request, timeout=timeout) as answer:
                content = answer.read(MAX_ANSWER_BYTES + 1)
                fetched = Fetched(answer.status, content, answer.headers.get("ETag"))
        except urllib.error.HTTPError as error:
            with error:
                if error.code == HTTPStatus.NOT_MODIFIED:
                    return Fetched(error.code, b"", error.headers.get("ETag"))
                return Fetched(error.code, error.read(MAX_ANSWER_BYTES))
        except (OSError, HTTPException, ValueError) as error:
            raise FetchError(f"{url} does not answer: {error}") from error
        if len(content) > MAX_ANSWER_BYTES:
            raise FetchError(f"the answer of {url} is too long")
        return fetched

    return fetch
