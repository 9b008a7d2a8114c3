import time
from typing import Any

import orjson
import pytest

from passgate.inference.described.request_check import Asked, RequestRefusedError, check_of
from passgate.publishing.openapi.prepared import prepared
from publishing.openapi.documents import orders

JSON = {"content-type": "application/json"}


def refusal(document: dict[str, Any], route: str, asked: Asked) -> tuple[str, str, int] | None:
    try:
        check_of(prepared(document)).require(route, asked)
    except RequestRefusedError as error:
        return error.place, error.rule, error.answer_status
    return None


def posted(body: object, headers: dict[str, str] | None = None) -> Asked:
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return Asked("POST", "/orders", b"", JSON if headers is None else headers, content)


@pytest.mark.parametrize(
    ("body", "place", "rule"),
    [
        ({"item": "pen", "count": 0}, "body/count", "minimum"),
        ({"item": "pen"}, "body", "required"),
        ({"item": "pen", "count": "1"}, "body/count", "type"),
        ({"item": "", "count": 1}, "body/item", "minLength"),
        ({"item": "pen", "count": 1, "more": 1}, "body", "additionalProperties"),
        (b"{", "body", "json"),
        (b"", "body", "required"),
        ([], "body", "type"),
    ],
)
def test_a_body_is_held_to_its_schema(body: object, place: str, rule: str) -> None:
    assert refusal(orders(), "post_orders", posted(body)) == (place, rule, 400)


def test_what_fits_passes() -> None:
    assert refusal(orders(), "post_orders", posted({"item": "pen", "count": 1, "note": None})) is None
    assert refusal(orders(), "post_orders", posted({"item": "pen", "count": 1}, {"content-type": "text/csv"})) == (
        "header/content-type",
        "media_type",
        415,
    )
    assert refusal(orders(), "get_orders", Asked("GET", "/orders", b"limit=50&x=1", {}, b"")) is None


@pytest.mark.parametrize(
    ("method", "path", "query", "found"),
    [
        ("GET", "/orders", b"limit=51", ("query/limit", "maximum", 400)),
        ("GET", "/orders", b"limit=many", ("query/limit", "type", 400)),
        ("GET", "/orders/seven", b"", ("path/id", "type", 400)),
        ("GET", "/orders/7", b"", None),
        ("GET", "/nothing", b"", ("path", "path", 404)),
        ("PUT", "/orders", b"", ("method", "method", 405)),
    ],
)
def test_paths_and_queries(method: str, path: str, query: bytes, found: tuple[str, str, int] | None) -> None:
    assert refusal(orders(), "", Asked(method, path, query, {}, b"")) == found


def with_parameter(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    one = {"name": "p", "in": "query", "required": True, "schema": schema, **more}
    return orders(paths={"/a": {"get": {"parameters": [one], "responses": {"200": {"description": ""}}}}})


@pytest.mark.parametrize(
    ("schema", "more", "query", "fits"),
    [
        ({"type": "array", "items": {"type": "integer"}}, {}, b"p=1&p=2", True),
        ({"type": "array", "items": {"type": "integer"}}, {}, b"p=1&p=x", False),
        ({"type": "array", "items": {"type": "integer"}}, {"explode": False}, b"p=1,2", True),
        (
            {"type": "array", "items": {"type": "integer"}},
            {"style": "pipeDelimited", "explode": False},
            b"p=1%7C2",
            True,
        ),
        ({"type": "boolean"}, {}, b"p=true", True),
        ({"type": "boolean"}, {}, b"p=yes", False),
        ({"type": "string", "format": "date"}, {}, b"p=2026-02-30", False),
        ({"type": "string", "format": "date-time"}, {}, b"p=2026-02-20T10:00:00Z", True),
        ({"type": "string", "pattern": "^[A-Z]{2}$"}, {}, b"p=abc", False),
        ({"type": "string"}, {}, b"q=1", False),
        ({"type": "integer", "format": "int32"}, {}, b"p=3000000000", False),
    ],
)
def test_parameters_in_their_styles(schema: dict[str, Any], more: dict[str, Any], query: bytes, fits: bool) -> None:  # noqa: FBT001
    asked = Asked("GET", "/a", query, {}, b"")
    assert (refusal(with_parameter(schema, **more), "get_a", asked) is None) == fits


def test_schemas_of_openapi_3_0() -> None:
    schema = {"type": "integer", "minimum": 1, "exclusiveMinimum": True, "nullable": True}
    old = with_parameter(schema) | {"openapi": "3.0.3"}
    assert refusal(old, "get_a", Asked("GET", "/a", b"p=1", {}, b"")) == ("query/p", "exclusiveMinimum", 400)
    assert refusal(old, "get_a", Asked("GET", "/a", b"p=2", {}, b"")) is None


@pytest.mark.parametrize("keyword", ["additionalProperties", "unevaluatedProperties"])
@pytest.mark.parametrize("pattern", ["^(a+)+$", "(?i)^(a[A]+)*$"])
def test_patterns_that_run_away_are_not_asked_about_names_either(keyword: str, pattern: str) -> None:
    schema = {"type": "object", "patternProperties": {pattern: {}, "^x-": {"type": "integer"}}, keyword: False}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    document = orders(paths={"/a": {"post": {"requestBody": body, "responses": {"200": {"description": ""}}}}})
    began = time.monotonic()
    asked = Asked("POST", "/a", b"", JSON, orjson.dumps({"a" * 40 + "!": 1}))
    assert refusal(document, "post_a", asked) is None
    asked = Asked("POST", "/a", b"", JSON, b'{"x-b": "no number"}')
    assert refusal(document, "post_a", asked) == ("body/x-b", "type", 400)
    assert time.monotonic() - began < 2


def test_what_no_pattern_takes_is_still_too_much() -> None:
    schema = {"type": "object", "patternProperties": {"^x-": {}}, "additionalProperties": False}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    document = orders(paths={"/a": {"post": {"requestBody": body, "responses": {"200": {"description": ""}}}}})
    for content, found in ((b'{"x-a": 1}', None), (b'{"x-a": 1, "b": 2}', ("body", "additionalProperties", 400))):
        assert refusal(document, "post_a", Asked("POST", "/a", b"", JSON, content)) == found


def test_no_body_takes_longer_than_its_size_allows() -> None:
    node = {
        "oneOf": [{"$ref": "#/components/schemas/N"}, {"allOf": [{"$ref": "#/components/schemas/N"}]}, {"type": "null"}]
    }
    tree = {"type": "object", "properties": {"a": node}, "additionalProperties": False}
    body = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/N"}}}}
    item = {"post": {"requestBody": body, "responses": {"200": {"description": ""}}}}
    document = orders(paths={"/a": item}, components={"schemas": {"N": tree}}, security=[])
    deep: Any = {"b": 1}
    for _ in range(60):
        deep = {"a": deep}
    began = time.thread_time()  # of this thread's own work (0.2 s): a machine that is busy elsewhere may take minutes
    found = refusal(document, "post_a", Asked("POST", "/a", b"", JSON, orjson.dumps(deep)))
    assert found == ("body", "too_complex", 400)
    assert time.thread_time() - began < 5
