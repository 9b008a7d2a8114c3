"""Requests and replies of OAuth, between a web framework and Authlib."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlencode

from passgate.identity.oauth.authlib_parts import (
    InvalidClientError,
    InvalidGrantError,
    OAuth2Error,
    OAuth2Payload,
    OAuth2Request,
)
from passgate.identity.schemas import TokenIssuer

_ANY_SECURE_URI = "https://control"
"""Authlib asks every request for https; here Envoy, or the balancer before it, has seen to that."""


_MOST_BYTES = 64 * 1024
_MOST_FIELDS = 50


class FieldsRefusedError(Exception):
    """A query or form that is none; the message says why."""


class InvalidTargetError(OAuth2Error):  # type: ignore[misc]  # Authlib ships no types
    """An audience that the client may not have tokens for (RFC 8707 section 2)."""

    error = "invalid_target"


class ReusedError(InvalidGrantError):  # type: ignore[misc]  # Authlib ships no types
    """A code or refresh token that was used before: what was issued for it is revoked, and stays so."""


class KeyNotKnownError(InvalidClientError):  # type: ignore[misc]  # Authlib ships no types
    """An assertion signed with a key that is not known yet: that it is wanted stays noted."""


@dataclass(frozen=True, slots=True)
class OAuthSite:
    """Who the server is.

    Attributes:
        issuer: in whose name tokens are issued.
        url: the URL that clients use, without a slash at the end.
    """

    issuer: TokenIssuer
    url: str

    def endpoint(self, name: str) -> str:
        """The URL of one of the endpoints."""
        return f"{self.url}/oauth2/{name}"


@dataclass(frozen=True, slots=True)
class Reply:
    """What is to be answered; the one shape of all endpoints.

    Attributes:
        status: of HTTP.
        body: a JSON object.
        headers: beside the usual ones.
        location: where the browser goes, where it goes anywhere.
        keeps_changes: whether what was written stays, although this is a refusal.
    """

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    location: str | None = None
    keeps_changes: bool = False

    @property
    def is_refusal(self) -> bool:
        """Whether it says no."""
        return self.status >= HTTPStatus.BAD_REQUEST or "error" in self.body


def refusal_reply(error: OAuth2Error) -> Reply:
    """An error as RFC 6749 section 5.2 wants it; the one place where they are rendered."""
    status = error.status_code or HTTPStatus.BAD_REQUEST
    headers = {"WWW-Authenticate": 'Basic realm="passgate"'} if status == HTTPStatus.UNAUTHORIZED else {}
    body = {"error": error.error, "error_description": error.get_error_description() or error.error}
    return Reply(status, body, headers, keeps_changes=_keeps(error))


def _keeps(error: OAuth2Error) -> bool:
    return isinstance(error, ReusedError | KeyNotKnownError) or error.error in {"authorization_pending", "slow_down"}


class _Payload(OAuth2Payload):  # type: ignore[misc]  # Authlib ships no types
    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self._lists = {name: list(values) for name, values in fields.items()}
        self._data = {name: values[0] for name, values in self._lists.items()}

    @property
    def data(self) -> dict[str, str]:
        return self._data

    @property
    def datalist(self) -> dict[str, list[str]]:
        return self._lists


class OAuthRequest(OAuth2Request):  # type: ignore[misc]  # Authlib ships no types
    """A request in Authlib's form; only ``resource`` and ``audience`` may stand in it several times."""

    def __init__(self, method: str, fields: Mapping[str, Sequence[str]], headers: Mapping[str, str]) -> None:
        super().__init__(method, _ANY_SECURE_URI, headers=headers)
        self.payload: _Payload = _Payload(fields)

    @property
    def form(self) -> dict[str, str]:
        """The fields."""
        return self.payload.data

    @property
    def args(self) -> dict[str, str]:
        """The fields; they come from the query or the body alike."""
        return self.form

    def listed(self, name: str) -> list[str]:
        """All values of a field."""
        return self.payload.datalist.get(name, [])


def fields_of(text: str) -> dict[str, list[str]]:
    """The fields of a query or form; one without a value counts as left out (RFC 6749 section 3.1).

    Raises:
        FieldsRefusedError: too many of them, or letters that are no text.
    """
    if len(text) > _MOST_BYTES:
        raise FieldsRefusedError(f"At most {_MOST_BYTES} bytes.")
    try:
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise FieldsRefusedError(f"There are at most {_MOST_FIELDS} fields, in UTF-8.") from None
    if not all(value.isprintable() for values in fields.values() for value in values):
        raise FieldsRefusedError("Control characters are not allowed.")
    kept = {name: [value for value in values if value] for name, values in fields.items()}
    return {name: values for name, values in kept.items() if values}


def with_parameters(uri: str, parameters: Mapping[str, str]) -> str:
    """The URI with more in its query."""
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(parameters)}"
