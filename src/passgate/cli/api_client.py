"""The management API as the command line calls it: with a personal token, or as who signed in by ``passgate login``."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import orjson
from pyreqwest.client import SyncClientBuilder
from pyreqwest.exceptions import PyreqwestError

from passgate.cli.login_acts import fresh_access_token
from passgate.kernel.errors import InvalidInputError, PassgateError, UnavailableError
from passgate.settings import environment_value, load_settings

_TIMEOUT = timedelta(minutes=5)
"""Large sets are applied in one step."""


class RefusedByServerError(PassgateError):
    """What the server said."""

    code = "refused"


@dataclass(frozen=True, slots=True)
class ApiClient:
    """One Passgate, called as somebody."""

    url: str
    token: str

    @classmethod
    def of(cls, options: argparse.Namespace) -> "ApiClient":
        """By the options ``--url`` and ``--token-file``, the variable PASSGATE_TOKEN, or an earlier sign-in.

        Raises:
            InvalidInputError: the file cannot be read.
            UnauthenticatedError: none of them.
        """
        url = (options.url or load_settings().base_url).rstrip("/")
        if options.token_file is not None:
            try:
                return cls(url, options.token_file.read_text().strip())
            except OSError:
                raise InvalidInputError(f"{options.token_file} cannot be read.") from None
        return cls(url, environment_value("PASSGATE_TOKEN") or fresh_access_token(url))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON of any shape
        """The answer to a body; raises as :meth:`get`."""
        return self._exchange("POST", path, orjson.dumps(body))

    def get(self, path: str, query: Sequence[tuple[str, str]] = ()) -> Any:  # noqa: ANN401 - JSON of any shape
        """The answer.

        Raises:
            RefusedByServerError: with what the server says.
            UnavailableError: it cannot be reached.
        """
        return self._exchange("GET", f"{path}?{urlencode(query)}" if query else path, None)

    def _exchange(self, method: str, path: str, body: bytes | None) -> Any:  # noqa: ANN401 - JSON of any shape
        headers = {"accept": "application/json", "authorization": f"Bearer {self.token}"}
        try:
            with SyncClientBuilder().timeout(_TIMEOUT).follow_redirects(enable=False).build() as client:
                request = client.request(method, f"{self.url}{path}").headers(headers)
                if body is not None:
                    request = request.header("content-type", "application/json").body_bytes(body)
                response = request.build().send()
                status, content = int(response.status), response.bytes()
        except PyreqwestError as error:
            raise UnavailableError(f"{self.url} cannot be reached: {error}.") from None
        try:
            document = orjson.loads(bytes(content))
        except ValueError:
            document = None
        if status != HTTPStatus.OK:
            detail = document.get("detail") if isinstance(document, dict) else None
            raise RefusedByServerError(str(detail or f"{self.url} answered with status {status}."))
        return document
