"""A tool's arguments as a request."""

from typing import Any

import pytest

from passgate.inference.tools.request import request_of
from passgate.inference.worker.gate_client import GateRequest
from passgate.kernel.errors import InvalidInputError
from passgate.publishing.mcp.tools import tools_of

SCHEMAS: dict[str, Any] = {
    "Node": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}},
    "Other": {"type": "string"},
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "T", "version": "1"},
    "paths": {
        "/a/{id}": {
            "get": {
                "operationId": "get it!",
                "summary": "Gets it",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "id", "in": "query", "description": "Again.", "schema": {"type": "string"}},
                    {"name": "tag", "in": "query", "schema": {"type": "array"}},
                    {"name": "csv", "in": "query", "explode": False, "schema": {"type": "array"}},
                    {"name": "by", "in": "query", "style": "deepObject", "schema": {"type": "object"}},
                    {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                    {"name": "Authorization", "in": "header", "schema": {"type": "string"}},
                    {"name": "X-Forwarded-For", "in": "header", "schema": {"type": "string"}},
                    {"name": "session", "in": "cookie", "schema": {"type": "string"}},
                ],
            }
        },
        "/b": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Node"}}},
                }
            },
            "put": {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": {}}}}},
        },
    },
    "components": {"schemas": SCHEMAS},
}


def test_a_document_s_operations_are_tools() -> None:
    get, post = tools_of(DOCUMENT)
    assert (get.name, get.description) == ("get_it", "Gets it")
    assert list(get.input_schema["properties"]) == ["id", "id_query", "tag", "csv", "by", "X-Trace"]
    assert get.input_schema["properties"]["id_query"]["description"] == "Again."
    assert get.input_schema["required"] == ["id"]
    assert list(post.input_schema["$defs"]) == ["Node"]


def test_arguments_stand_where_the_document_wants_them() -> None:
    get, post = tools_of(DOCUMENT)
    given = {"id": "ö b", "id_query": "x&y", "tag": ["1", 2], "csv": [1, True], "by": {"k": "v"}, "X-Trace": "t"}
    made = request_of(get, given)
    assert made.target == "/a/%C3%B6%20b?id=x%26y&tag=1&tag=2&csv=1%2Ctrue&by%5Bk%5D=v"
    assert (made.method, made.headers, made.body) == ("GET", {"x-trace": "t"}, b"")
    sent = request_of(post, {"body": {"next": None}})
    assert (sent.body, sent.headers) == (b'{"next":null}', {"content-type": "application/json"})


@pytest.mark.parametrize("value", ["", ".", "..", "a/b", "../etc", "a\\b"])
def test_no_argument_leaves_its_place_in_the_path(value: str) -> None:
    with pytest.raises(InvalidInputError):
        request_of(tools_of(DOCUMENT)[0], {"id": value})


@pytest.mark.parametrize("arguments", [{}, {"id": "1", "other": 1}, {"id": "1", "X-Trace": "a\r\nhost: b"}])
def test_arguments_that_do_not_fit_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        request_of(tools_of(DOCUMENT)[0], arguments)


@pytest.mark.parametrize(
    "request_",
    [
        GateRequest("GET", "a b", "/", {}),
        GateRequest("GET", "a", "/\r\n", {}),
        GateRequest("GET", "a", "/", {"x": "a\n"}),
    ],
)
def test_no_request_is_smuggled(request_: GateRequest) -> None:
    with pytest.raises(ValueError, match=r"header|path"):
        request_.message()
