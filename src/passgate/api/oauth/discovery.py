"""The documents by which clients find everything."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from passgate.api.dependencies import public
from passgate.api.oauth.form import CurrentSite
from passgate.identity.oauth.discovery import metadata, tools_metadata

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


@router.get(
    "/.well-known/oauth-protected-resource",
    dependencies=[public("clients read it before they have anything")],
    response_model=dict[str, Any],
)
@router.get("/.well-known/oauth-protected-resource/mcp", dependencies=[public("as above")], include_in_schema=False)
def get_protected_resource_metadata(site: CurrentSite) -> JSONResponse:
    """Where clients of the gate's MCP tools get their tokens (RFC 9728)."""
    return JSONResponse(tools_metadata(site), headers=_HEADERS)


@router.get(
    "/.well-known/oauth-protected-resource/mcp/{path:path}",
    dependencies=[public("clients read it before they have anything")],
    response_model=dict[str, Any],
)
def get_protected_resource_metadata_of_service(site: CurrentSite, path: str) -> JSONResponse:
    """The same for the tools of one service, such as ``/mcp/orders``."""
    return JSONResponse(tools_metadata(site, f"/{path}"), headers=_HEADERS)
