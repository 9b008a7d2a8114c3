"""The OpenAPI document and a page to read it on; everything is served from here, nothing is fetched from elsewhere."""

from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException

from passgate.api.dependencies import public
from passgate.api.problem import Problem

OPENAPI_PATH = "/api/v1/openapi.json"
_ASSETS = {
    "swagger-ui-bundle.js": "fastapi_offline",
    "swagger-ui.css": "fastapi_offline",
    "docs.js": "passgate.api",
    "docs.css": "passgate.api",
    "service-docs.js": "passgate.api",
    "service-docs.css": "passgate.api",
    "icon.svg": "passgate.api",
}
# Swagger UI sets style attributes and embeds its pictures; scripts come from files of ours only.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'"
)

router = APIRouter(include_in_schema=False, dependencies=[public("the documentation holds no data")])


@router.get(OPENAPI_PATH)
def openapi(request: Request) -> dict[str, Any]:
    """The OpenAPI document."""
    document: dict[str, Any] = request.app.openapi()
    _, problems = models_json_schema([(Problem, "serialization")], ref_template="#/components/schemas/{model}")
    document["components"]["schemas"] |= problems["$defs"]
    return document


@router.get("/api/docs")
def docs() -> HTMLResponse:
    """The page."""
    page = files("passgate.api").joinpath("static/docs.html").read_text()
    return HTMLResponse(page, headers={"content-security-policy": _POLICY})


@router.get("/api/docs/assets/{name}")
def asset(name: str) -> Response:
    """A file of the page."""
    package = _ASSETS.get(name)
    if package is None:
        raise HTTPException(404, "No such file.")
    return FileResponse(str(files(package).joinpath("static", name)), headers={"cache-control": "max-age=3600"})


@router.get("/favicon.ico")
def favicon() -> Response:
    """The mark, where a browser looks for it unasked: beside what is no page, such as the document itself."""
    return asset("icon.svg")
