"""A document in the words of what people look at."""

from collections.abc import Sequence
from typing import Any

from passgate.publishing.openapi.operations import routes_of
from passgate.publishing.openapi.reading import Syntax
from passgate.publishing.openapi.schemas import DocumentView, OperationView
from passgate.publishing.openapi.suggestions import path_of_server, security_of, upstreams_of
from passgate.publishing.openapi.walking import operations


def view_of(document: dict[str, Any], *, digest: str, syntax: Syntax, notes: Sequence[str]) -> DocumentView:
    """What a valid document says."""
    info = document.get("info") or {}
    return DocumentView(
        digest=digest,
        syntax=syntax,
        openapi=str(document.get("openapi", "")),
        title=str(info.get("title", "")),
        version=str(info.get("version", "")),
        description=str(info.get("description") or ""),
        operations=_operations(document),
        upstreams=upstreams_of(document),
        base_path=path_of_server(document),
        security=security_of(document),
        notes=list(notes),
    )


def _operations(document: dict[str, Any]) -> list[OperationView]:
    said = [operation for _, _, _, operation in operations(document)]
    return [
        OperationView(
            route=route,
            operation_id=operation.get("operationId"),
            summary=str(operation.get("summary") or ""),
            tags=[str(tag) for tag in operation.get("tags") or ()],
            deprecated=bool(operation.get("deprecated")),
        )
        for route, operation in zip(routes_of(document), said, strict=True)
    ]
