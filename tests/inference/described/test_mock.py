from typing import Any

import jsonschema
import orjson
import pytest

from passgate.inference.described.example import Examples
from passgate.inference.described.mock import NotAcceptableError, NotDescribedError, mock_answer
from passgate.inference.described.operations import description_of
from passgate.publishing.openapi.intake import take_in
from passgate.publishing.openapi.prepared import prepared
from publishing.openapi.documents import orders, public, text_of


def answers() -> dict[str, Any]:
    shown = {
        "application/json": {
            "schema": {"$ref": "#/components/schemas/Order"},
            "examples": {
                "small": {"value": {"item": "pen", "count": 1}},
                "large": {"value": {"item": "ship", "count": 9}},
            },
        },
        "text/plain": {"example": "one pen"},
    }
    limit = {
        "X-Limit": {"schema": {"type": "integer", "example": 7}},
        "Content-Length": {"schema": {"type": "integer"}},
    }
    item = {
        "get": {
            "responses": {
                "404": {"description": "", "content": {"application/problem+json": {"schema": {"type": "object"}}}},
                "200": {"description": "", "content": shown, "headers": limit},
                "default": {"description": ""},
            }
        },
        "delete": {"responses": {"204": {"description": ""}}},
    }
    return orders(paths={"/orders/{id}": item, "/orders/mine": {"get": {"responses": {"2XX": {"description": ""}}}}})


def asked(document: dict[str, Any], method: str, path: str, prefer: str = "", accept: str = "") -> Any:
    description = description_of(prepared(document))
    found = description.at("", method, path)
    assert found is not None
    return mock_answer(description, found[0], prefer, accept)


def test_the_first_example_of_the_first_success_unless_another_is_asked_for() -> None:
    plain = asked(answers(), "GET", "/orders/7")
    assert (plain.status, plain.media_type, orjson.loads(plain.body)) == (
        200,
        "application/json",
        {"item": "pen", "count": 1},
    )
    assert plain.headers == ((b"x-limit", b"7"),)
    large = asked(answers(), "GET", "/orders/7", prefer="example=large")
    assert orjson.loads(large.body)["item"] == "ship"
    assert asked(answers(), "GET", "/orders/7", accept="text/plain").body == b"one pen"
    missing = asked(answers(), "GET", "/orders/7", prefer='code="404"')
    assert (missing.status, missing.media_type) == (404, "application/problem+json")
    assert asked(answers(), "GET", "/orders/7", prefer="code=418").status == 418
    gone = asked(answers(), "DELETE", "/orders/7")
    assert (gone.status, gone.media_type, gone.body) == (204, None, b"")
    assert asked(answers(), "GET", "/orders/mine").media_type is None
    for wrong in ("code=999", "code=1", "code=x", "example=none"):
        with pytest.raises(NotDescribedError):
            asked(answers(), "GET", "/orders/7", prefer=wrong)
    with pytest.raises(NotAcceptableError):
        asked(answers(), "GET", "/orders/7", accept="image/png")


PUBLIC = ("3.0/yaml/petstore.yaml", "2.0/json/petstore.json", "3.1/json/train-travel.json", "3.0/json/star-trek.json")


def as_answered(schema: Any) -> Any:
    """What is ``writeOnly`` is not in answers, so it cannot be required there (OpenAPI 3.0.3, "Schema Object")."""
    if isinstance(schema, list):
        return [as_answered(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: as_answered(value) for key, value in schema.items()}
    properties = found.get("properties")
    if isinstance(properties, dict) and isinstance(found.get("required"), list):
        hidden = {name for name, one in properties.items() if isinstance(one, dict) and one.get("writeOnly")}
        found["required"] = [name for name in found["required"] if name not in hidden]
    return found


@pytest.mark.parametrize("path", PUBLIC)
def test_every_operation_of_public_documents_answers_what_its_schema_asks(
    pytestconfig: pytest.Config, path: str
) -> None:
    document = take_in(public(pytestconfig, path)).document
    description = description_of(prepared(document))
    judged = 0
    for operation in description.operations.values():
        answer = mock_answer(description, operation, "", "")
        assert answer == mock_answer(description, operation, "", "")
        for response in operation.responses.values():
            for media, shown in response["content"].items():
                if "json" in media:
                    rules = as_answered({"$defs": description.defs, "allOf": [shown["schema"]]})
                    value = Examples(description.defs).value(shown["schema"])
                    jsonschema.Draft202012Validator(rules).validate(value)
                    judged += 1
    assert judged > 0


def test_a_schema_without_an_end_gets_an_answer_with_one() -> None:
    node = {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/components/schemas/Node"}}}
    wide = {"type": "object", "properties": {f"p{n}": {"$ref": "#/components/schemas/Wide"} for n in range(9)}}
    for name, schema in (("Node", node), ("Wide", wide)):
        shown = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
        item = {"get": {"responses": {"200": {"description": "", "content": shown}}}}
        document = orders(paths={"/a": item}, components={"schemas": {name: schema}}, security=[])
        assert take_in(text_of(document)).document == document
        assert len(asked(document, "GET", "/a").body) < 1_000_000


def test_numbers_and_texts_keep_to_their_bounds() -> None:
    schemas: list[dict[str, Any]] = [
        {"type": "integer", "minimum": 3, "multipleOf": 5},
        {"type": "number", "exclusiveMaximum": 0},
        {"type": "integer", "exclusiveMinimum": 4, "maximum": 5},
        {"type": "string", "minLength": 9, "maxLength": 9},
        {"type": "string", "maxLength": 2},
        {"type": ["null", "boolean"]},
        {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 3},
        {"allOf": [{"type": "object", "required": ["a"]}, {"properties": {"a": {"const": 1}}}]},
        {"anyOf": [{"type": "null"}, {"type": "string", "format": "uuid"}]},
    ]
    for schema in schemas:
        shown = {"application/json": {"schema": schema}}
        document = orders(paths={"/a": {"get": {"responses": {"200": {"description": "", "content": shown}}}}})
        value = orjson.loads(asked(document, "GET", "/a").body)
        jsonschema.Draft202012Validator(schema).validate(value)
