"""Documents that tests start from."""

import json
from pathlib import Path
from typing import Any

import pytest

from node_packages import node_with

PACKAGE = "@readme/oas-examples@8.2.2"
"""Public documents of others, as an npm package (ISC): Swagger's own Petstore, the USPTO's, Train Travel's and more."""


def orders(**more: Any) -> dict[str, Any]:
    """A small service."""
    order = {
        "type": "object",
        "required": ["item", "count"],
        "properties": {
            "item": {"type": "string", "minLength": 1},
            "count": {"type": "integer", "minimum": 1, "maximum": 100},
            "note": {"type": ["string", "null"]},
        },
        "additionalProperties": False,
    }
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    page = {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 50}}
    shown = {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Orders", "version": "2"},
        "servers": [{"url": "https://orders.example.com/v2"}],
        "paths": {
            "/orders": {
                "get": {"parameters": [page], "responses": {"200": {"description": "All."}}},
                "post": {
                    "operationId": "order",
                    "requestBody": {"required": True, "content": shown},
                    "responses": {"201": {"description": "Made.", "content": shown}},
                },
            },
            "/orders/{id}": {"get": {"parameters": [number], "responses": {"200": {"description": "One."}}}},
        },
        "components": {
            "schemas": {"Order": order},
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        },
        "security": [{"key": []}],
    } | more


def text_of(document: dict[str, Any]) -> str:
    """The document as JSON."""
    return json.dumps(document, indent=1)


def public(config: pytest.Config, path: str) -> str:
    """A public document; the test skips by name where npm cannot bring it."""
    name = PACKAGE.rpartition("@")[0]
    _, folder = node_with(config, "node_openapi", PACKAGE)
    return (Path(folder) / "node_modules" / name / path).read_text()
