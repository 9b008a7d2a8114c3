"""The OpenAPI document of a service as callers need it: where it answers, and with which token."""

import json
from typing import Any

from passgate.kernel.actor import Actor
from passgate.kernel.errors import NotFoundError
from passgate.publishing import version_repository
from passgate.publishing.mcp.servers import SERVER_KIND
from passgate.publishing.mcp.service import offer_of
from passgate.publishing.models import Service, ServiceVersion
from passgate.publishing.openapi.reading import read_document
from passgate.publishing.openapi.repository import find_document
from passgate.publishing.portal.answering import answering_version, server_of
from passgate.publishing.portal.service import shown_service
from passgate.publishing.prompts.openapi import prompt_document
from passgate.publishing.revision_rows import definition_of
from passgate.publishing.service_view import main_revision
from passgate.storage.work import Work


def portal_document(reader: Actor, work: Work, service_id: str, version: str | None = None) -> dict[str, Any]:
    """The document of a version; made of its routes where it has none.

    Where none is named, of the default one, or of the newest that answers once that one is retired.

    Its servers are the gate, so that what is tried out goes through it, at the same origin.

    Raises:
        NotFoundError: no such service or version, or none that is shown to the reader.
    """
    service = shown_service(reader, work, service_id)
    versions = version_repository.versions_of(work, service.id)
    shown = (one for one in versions if one.status != "draft" and one.name == version)
    row = answering_version(service, versions) if version is None else next(shown, None)
    if row is None:
        raise NotFoundError("No such version.")
    revision = main_revision(version_repository.live_revisions(work, row.id), None)
    definition = definition_of(revision) if revision is not None else None
    stored = find_document(work, definition.document) if definition and definition.document else None
    if definition is not None and definition.prompt is not None:
        document = prompt_document(
            definition.prompt,
            title=service.name,
            version=row.name,
            description=service.description,
            path=server_of(service, row),
            server="/",
        )
    elif service.kind == SERVER_KIND:
        document = _of_tools(work, service, row)
    elif stored is not None:
        document = read_document(stored.text)
    else:
        document = _of_routes(service, row, definition.routes if definition else ())
    is_prompt = definition is not None and definition.prompt is not None
    document["servers"] = [{"url": "/" if is_prompt else server_of(service, row)}]
    if service.access != "public":
        schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
        schemes["passgate"] = {"type": "http", "scheme": "bearer", "description": "A token of your application."}
        document["security"] = [{"passgate": []}]
        for item in (document.get("paths") or {}).values():
            for operation in item.values() if isinstance(item, dict) else ():
                if isinstance(operation, dict):
                    operation.pop("security", None)
    return document


def _of_tools(work: Work, service: Service, version: ServiceVersion) -> dict[str, Any]:
    """The tools of an MCP server as what they are without MCP: calls with the arguments as the body."""
    paths: dict[str, Any] = {}
    for tool in offer_of(work, service).tools:
        if not tool.offered:
            continue
        # What it refers to lies in the tool's own schema, and would be looked for in this document.
        schema = {"type": "object"} if '"$ref"' in json.dumps(tool.input_schema) else tool.input_schema
        paths[tool.path] = {
            "post": {
                "operationId": tool.route,
                "summary": tool.title or tool.name,
                "description": tool.description,
                "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
                "responses": {"200": {"description": "The server's result; isError says whether the tool failed."}},
            }
        }
    info = {"title": service.name, "version": version.name, "description": service.description}
    return {"openapi": "3.1.0", "info": info, "paths": paths}


def _of_routes(service: Service, version: ServiceVersion, routes: Any) -> dict[str, Any]:  # noqa: ANN401 - routes of the contract
    paths: dict[str, Any] = {}
    for route in routes:
        operations = paths.setdefault(route.path.replace("*}", "}"), {})
        for method in route.methods or ("GET",):
            names = [part[1:-1].rstrip("*") for part in route.path.split("/") if part.startswith("{")]
            operations[method.lower()] = {
                "operationId": f"{method.lower()}_{route.id}",
                "parameters": [
                    {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
                ],
                "responses": {"default": {"description": "What the service answers."}},
            }
    if not paths:
        paths["/"] = {"get": {"summary": "Call it", "responses": {"default": {"description": "Its answer."}}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": service.name, "version": version.name, "description": service.description},
        "paths": paths,
    }
