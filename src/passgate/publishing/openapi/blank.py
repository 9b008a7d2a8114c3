"""A document to start from."""

from typing import Any


def blank_document(title: str, description: str = "") -> dict[str, Any]:
    """The least that is valid, with one operation to write over."""
    told = {"description": description} if description else {}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1.0.0", **told},
        "paths": {"/": {"get": {"summary": "Everything", "responses": {"200": {"description": "What there is."}}}}},
    }
