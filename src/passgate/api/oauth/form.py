"""What clients send to the endpoints, read strictly."""

import json
from typing import Annotated, Any

from fastapi import Depends, Request

from passgate.api.dependencies import CurrentEdge
from passgate.api.edge import Edge
from passgate.identity.oauth.protocol import FieldsRefusedError, OAuthRequest, OAuthSite, fields_of

_FORM = "application/x-www-form-urlencoded"
_REPEATABLE = frozenset({"resource", "audience"})


def site_of(edge: Edge) -> OAuthSite:
    """Who the server is."""
    return OAuthSite(edge.token_issuer, edge.public_url)


def read_form(request: Request, body: bytes) -> OAuthRequest:
    """The form of a request.

    Raises:
        FieldsRefusedError: no form, or a field twice.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != _FORM:
        raise FieldsRefusedError(f"The body must be {_FORM}.")
    fields = fields_of(body.decode("utf-8", "surrogateescape"))
    for name, values in fields.items():
        if len(values) > 1 and name not in _REPEATABLE:
            raise FieldsRefusedError(f"{_plain(name)} stands there twice.")
    return OAuthRequest("POST", fields, request.headers)


def bearer_of(request: Request) -> str | None:
    """The token of the Authorization header (RFC 6750 section 2.1)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


async def _json_object(request: Request) -> dict[str, Any] | None:
    try:
        found = json.loads(await request.body())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


async def _site(edge: CurrentEdge) -> OAuthSite:
    return site_of(edge)


def _plain(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum() or letter == "_")[:40] or "A field"


PostedJson = Annotated[dict[str, Any] | None, Depends(_json_object)]
"""The JSON object of the request; None where there is none."""

CurrentSite = Annotated[OAuthSite, Depends(_site)]
"""Who the server is."""
