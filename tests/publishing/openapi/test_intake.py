import json
from typing import Any

import pytest

from passgate.publishing.openapi.faults import DocumentRefusedError, Fault
from passgate.publishing.openapi.intake import take_in
from passgate.publishing.openapi.views import view_of
from passgate.publishing.openapi.writing import written
from publishing.openapi.documents import orders, public, text_of


def refusals(text: str) -> list[Fault]:
    with pytest.raises(DocumentRefusedError) as refused:
        take_in(text)
    return list(refused.value.faults)


def changed(path: list[str | int], value: Any) -> str:
    document = json.loads(text_of(orders()))
    found = document
    for part in path[:-1]:
        found = found[part]
    found[path[-1]] = value
    return text_of(document)


def test_routes_come_from_operations_and_keep_their_ids() -> None:
    taken = take_in(text_of(orders()))
    assert [(route.id, route.methods, route.path) for route in taken.routes] == [
        ("get_orders", ("GET",), "/orders"),
        ("post_orders", ("POST",), "/orders"),
        ("get_orders_id", ("GET",), "/orders/{id}"),
    ]
    renamed = changed(["paths", "/orders", "post", "operationId"], "another")
    assert take_in(renamed).routes == taken.routes
    view = view_of(taken.document, digest="", syntax="json", notes=())
    assert [(one.url, one.usable) for one in view.upstreams] == [("https://orders.example.com/v2", True)]
    assert (view.base_path, view.security[0].header) == ("/v2", "x-key")


def test_variables_have_plain_names_at_the_gate() -> None:
    number = {"name": "order-id", "in": "path", "required": True, "schema": {"type": "integer"}}
    item = {"get": {"parameters": [number], "responses": {"200": {"description": "One."}}}}
    routes = take_in(text_of(orders(paths={"/orders/{order-id}": item}))).routes
    assert [(route.id, route.path) for route in routes] == [("get_orders_order_id", "/orders/{order_id}")]


def test_yaml_reads_as_json_does() -> None:
    taken = take_in(written(orders(), "yaml"))
    assert (taken.document, taken.syntax) == (orders(), "yaml")
    text = "openapi: 3.1.0\ninfo: {title: NO, version: 2026-11-27}\n"
    text += "paths: {/a: {get: {responses: {200: {description: on}}}}}"
    info = take_in(text).document
    assert info["info"] == {"title": "NO", "version": "2026-11-27"}
    assert info["paths"]["/a"]["get"]["responses"]["200"]["description"] == "on"


@pytest.mark.parametrize(
    ("path", "value", "place", "rule"),
    [
        (["info"], {"title": "Orders"}, "/info", "required"),
        (["openapi"], "4.0.0", "/openapi", "version"),
        (["paths", "/orders", "get", "responses"], 7, "/paths/~1orders/get/responses", "type"),
        (["paths", "/orders", "get", "operationId"], "order", "/paths/~1orders/post/operationId",
         "duplicate_operation_id"),
        (["paths", "/orders/{id}", "get", "parameters"], [], "/paths/~1orders~1{id}/get", "unresolvable_parameter"),
        (["paths", "/a{id}b"], {"get": {"parameters": [{"name": "id", "in": "path", "required": True, "schema": {}}],
         "responses": {"200": {"description": ""}}}}, "/paths/~1a{id}b/get", "path_template"),
        (["paths", "/orders/{other}"], {"get": {"parameters": [{"name": "other", "in": "path", "required": True,
         "schema": {}}], "responses": {"200": {"description": ""}}}}, "/paths/~1orders~1{other}/get", "path_ambiguous"),
        (["components", "schemas", "Order"], {"$ref": "https://example.com/o.json"}, "/components/schemas/Order/$ref",
         "remote_reference"),
        (["components", "schemas", "Order"], {"$ref": "file:///etc/passwd"}, "/components/schemas/Order/$ref",
         "remote_reference"),
        (["components", "schemas", "Order"], {"$ref": "#/components/schemas/None"}, "/components/schemas/Order/$ref",
         "reference"),
        (["components", "schemas", "Order"], {"type": "integer", "default": "x"}, "/components/schemas/Order/default",
         "type"),
    ],
    ids=lambda one: str(one)[:40],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(path: list[str | int], value: Any, place: str, rule: str) -> None:
    text = changed(path, value)
    first = refusals(text)[0]
    assert (first.place, first.rule) == (place, rule), first
    assert first.line
    assert first.line > 1


def test_the_line_is_that_of_the_text() -> None:
    text = "openapi: 3.1.0\ninfo:\n  title: A\n  version: '1'\npaths:\n  /a:\n    get:\n      responses: 7\n"
    fault = refusals(text)[0]
    assert (fault.line, fault.column, fault.place) == (8, 7, "/paths/~1a/get/responses")
    fault = refusals('{\n "openapi": "3.1.0",\n "openapi": "3.1.0"\n}')[0]
    assert (fault.rule, fault.line) == ("duplicate_key", 3)
    fault = refusals('{\n "openapi": \n}')[0]
    assert (fault.rule, fault.line) == ("json", 3)
    fault = refusals("openapi: 3.1.0\ninfo: [\n")[0]
    assert (fault.rule, fault.line) == ("yaml", 3)


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (BOMB, "too_many_values"),
        ("[" * 100_000, "too_deep"),
        ('{"a":' * 100_000, "too_deep"),
        ("a: &a {b: *a}", "unknown_alias"),
        ("--- {}\n--- {}\n", "several_documents"),
        ("a: !!python/object/apply:os.system [x]", "version"),
        ("[1]", "object"),
        ("", "object"),
        ("x" * (5 * 1024 * 1024 + 1), "too_large"),
        ('{"a": NaN}', "json"),
        ("a: 1\na: 2", "duplicate_key"),
        ("? [a]\n: 1", "key"),
        ("\x00", "yaml"),
    ],
    ids=lambda one: one[:20],
)
def test_what_would_harm_the_reader_is_refused(text: str, rule: str) -> None:
    assert refusals(text)[0].rule == rule


def test_no_more_operations_than_the_bound() -> None:
    item = {"get": {"responses": {"200": {"description": ""}}}}
    many = orders(paths={f"/p{number}": item for number in range(2_001)})
    assert refusals(text_of(many))[0].rule == "too_many_operations"


def test_a_pattern_without_a_bound_is_told_of_and_harms_nobody() -> None:
    text = changed(
        ["components", "schemas", "Order"], {"type": "string", "pattern": "(a+)+$", "default": "a" * 60 + "b"}
    )
    assert take_in(text).notes == (
        "Patterns whose cost has no bound are not asked about requests: /components/schemas/Order/pattern.",
    )


@pytest.mark.parametrize(
    ("path", "count"),
    [("3.0/yaml/petstore.yaml", 20), ("2.0/json/petstore.json", 20), ("3.1/json/train-travel.json", 7),
     ("3.0/json/uspto.json", 3)],
)  # fmt: skip
def test_public_documents_come_in(pytestconfig: pytest.Config, path: str, count: int) -> None:
    taken = take_in(public(pytestconfig, path))
    assert len({route.id for route in taken.routes}) == len(taken.routes) == count
    again = take_in(written(taken.document, "yaml"))
    assert again.document == taken.document


def test_what_swagger_has_and_openapi_has_not_is_refused_by_name(pytestconfig: pytest.Config) -> None:
    document = json.loads(public(pytestconfig, "2.0/json/petstore.json"))
    converted = take_in(json.dumps(document)).document
    assert converted["servers"][0]["url"].endswith("petstore.swagger.io/v2")
    body = converted["paths"]["/pet"]["post"]["requestBody"]
    assert body["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Pet"}
    upload = converted["paths"]["/pet/{petId}/uploadImage"]["post"]["requestBody"]["content"]["multipart/form-data"]
    assert upload["schema"]["properties"]["file"] == {"type": "string", "format": "binary"}
    statuses = converted["paths"]["/pet/findByStatus"]["get"]["parameters"][0]
    assert (statuses["style"], statuses["explode"]) == ("form", True)
    document["paths"]["/pet/findByStatus"]["get"]["parameters"][0]["collectionFormat"] = "tsv"
    fault = refusals(json.dumps(document))[0]
    assert (fault.rule, "tsv" in fault.detail) == ("no_counterpart", True)
