"""The public keys that anyone may verify our tokens with."""

import hashlib
import json
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response

from passgate.api.dependencies import CurrentEdge, public
from passgate.identity.keys.rules import JWKS_MAX_AGE
from passgate.identity.service import keys as service

router = APIRouter(tags=["keys"])

_CACHE = f"public, max-age={JWKS_MAX_AGE.total_seconds():.0f}"
"""A key is published longer than that before it signs; and a revoked one should not linger in a client."""


@router.get(
    "/.well-known/jwks.json",
    dependencies=[public("public keys are public")],
    responses={304: {"description": "The keys are the ones that you have."}},
    response_model=dict[str, list[dict[str, Any]]],
)
def get_jwks(edge: CurrentEdge, if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """The JWK Set (RFC 7517)."""
    with edge.storage.reading() as work:
        body = json.dumps(service.public_jwks(work), sort_keys=True).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": _CACHE, "Access-Control-Allow-Origin": "*"}
    known = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
