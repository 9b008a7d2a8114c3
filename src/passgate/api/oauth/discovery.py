"""The documents by which clients find everything."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from passgate.api.dependencies import public
from passgate.api.oauth.form import CurrentSite
from passgate.identity.oauth.discovery import metadata

router = APIRouter(tags=["discovery"])

_HEADERS = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}


@router.get(
    "/.well-known/openid-configuration",
    dependencies=[public("clients read it before they have anything")],
    response_model=dict[str, Any],
)
def get_openid_configuration(site: CurrentSite) -> JSONResponse:
    """OpenID Connect Discovery 1.0."""
    return JSONResponse(metadata(site), headers=_HEADERS)


@router.get(
    "/.well-known/oauth-authorization-server",
    dependencies=[public("clients read it before they have anything")],
    response_model=dict[str, Any],
)
def get_authorization_server_metadata(site: CurrentSite) -> JSONResponse:
    """The same for clients of plain OAuth (RFC 8414)."""
    return get_openid_configuration(site)
