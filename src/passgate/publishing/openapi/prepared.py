"""A document as workers need it: operations with references to parameters and the like put in, schemas in one dialect.

Schemas are JSON Schema 2020-12 there, as OpenAPI 3.1 has them; those of 3.0 are translated (OpenAPI 3.0.3, "Schema
Object"). References between schemas stay, and lead to ``#/$defs``.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from passgate.contracts.described_revision import packed
from passgate.contracts.schema_pattern import ANY_LENGTH, longest_text
from passgate.publishing.openapi.operations import routes_of
from passgate.publishing.openapi.walking import every_object, operations, resolved, value_at, version_of

_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = ("items", "not", "additionalProperties", "contains", "propertyNames", "if", "then", "else",
           "unevaluatedItems", "unevaluatedProperties")  # fmt: skip
_MAPS = ("properties", "patternProperties", "dependentSchemas", "$defs")
_DROPPED = frozenset({"discriminator", "xml", "externalDocs", "description", "title", "deprecated", "$id", "$schema",
                      "$comment", "$anchor"})  # fmt: skip
_BOUNDS = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))


def prepared(document: dict[str, Any]) -> str:
    """The document's operations and schemas, packed."""
    return packed(orjson.dumps(_Preparation(document).content()))


def prepared_operations(document: dict[str, Any]) -> dict[str, Any]:
    """The same, unpacked and with the words that tell people and models what things are."""
    return _Preparation(document, kept=frozenset({"description", "title"})).content()


def _is_dear(value: dict[str, Any]) -> bool:
    """Whether an object names members by a pattern that may not be asked about a name of any length."""
    patterns = value.get("patternProperties")
    return isinstance(patterns, dict) and any(longest_text(pattern) < ANY_LENGTH for pattern in patterns)


class _Preparation:
    """One document on its way to the workers."""

    def __init__(self, document: dict[str, Any], *, kept: frozenset[str] = frozenset()) -> None:
        self.document = document
        self.dropped = _DROPPED - kept
        if any(_is_dear(value) for _, value in every_object(document)):
            # The validator asks these of every member's name, whatever it costs, to tell which were judged.
            self.dropped |= {"unevaluatedProperties"}
        self.is_old = version_of(document) == "3.0"
        self.defs: dict[str, Any] = {}

    def content(self) -> dict[str, Any]:
        found = [
            self._operation(route.id, path, method, item, operation)
            for route, (path, method, item, operation) in zip(
                routes_of(self.document), operations(self.document), strict=True
            )
        ]
        return {"operations": found, "defs": self.defs}

    def _operation(
        self, route_id: str, path: str, method: str, item: dict[str, Any], operation: dict[str, Any]
    ) -> dict[str, Any]:
        given = [
            resolved(self.document, one) for one in (*item.get("parameters", ()), *operation.get("parameters", ()))
        ]
        parameters = {(one.get("in"), one.get("name")): self._parameter(one) for one in given}
        found = {
            "id": route_id,
            "method": method.upper(),
            "path": path,
            "parameters": [one for one in parameters.values() if one["in"] != "cookie"],
            "responses": {str(status): self._response(one) for status, one in operation.get("responses", {}).items()},
        }
        body = resolved(self.document, operation.get("requestBody"))
        if body:
            content = {media: self._schema_of(one) for media, one in body.get("content", {}).items()}
            found["body"] = {"required": bool(body.get("required")), "content": content}
        return found

    def _parameter(self, given: dict[str, Any]) -> dict[str, Any]:
        place = str(given.get("in"))
        content = next(iter((given.get("content") or {}).items()), None)
        style = given.get("style") or ("form" if place in {"query", "cookie"} else "simple")
        return {
            "name": given.get("name"),
            "in": place,
            "required": bool(given.get("required")) or place == "path",
            "style": "content" if content else style,
            "explode": given.get("explode", style == "form"),
            "schema": self._schema_of(content[1] if content else given),
        }

    def _response(self, given: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON of others
        response = resolved(self.document, given)
        return {
            "content": {media: self._shown(one) for media, one in (response.get("content") or {}).items()},
            "headers": {
                name: self._shown(resolved(self.document, one)) for name, one in (response.get("headers") or {}).items()
            },
        }

    def _shown(self, given: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {"schema": self._schema_of(given)}
        if "example" in given:
            found["example"] = given["example"]
        examples = given.get("examples")
        if isinstance(examples, Mapping):
            values = {str(name): resolved(self.document, one) for name, one in examples.items()}
            found["examples"] = {name: one["value"] for name, one in values.items() if "value" in one}
        return found

    def _schema_of(self, given: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a schema, or none
        return self._schema(given["schema"]) if "schema" in given else True

    def _schema(self, given: Any) -> Any:  # noqa: ANN401 - a schema may be true or false
        if not isinstance(given, Mapping):
            return given if isinstance(given, bool) else True
        reference = given.get("$ref")
        if isinstance(reference, str):
            name = self._named(reference)
            if self.is_old:
                return {"$ref": name}
            return {**self._plain({key: value for key, value in given.items() if key != "$ref"}), "$ref": name}
        return self._plain(given)

    def _named(self, reference: str) -> str:
        name = reference.removeprefix("#/components/schemas/").removeprefix("#/")
        name = name.replace("~1", ".").replace("~0", "-").replace("/", ".").replace("%", ".") or "document"
        if name not in self.defs:
            self.defs[name] = True  # a schema may refer to itself
            self.defs[name] = self._schema(value_at(self.document, reference))
        return f"#/$defs/{name}"

    def _plain(self, given: Mapping[str, Any]) -> dict[str, Any]:
        found = {key: value for key, value in given.items() if key not in self.dropped and not key.startswith("x-")}
        for key in _LISTS:
            if isinstance(found.get(key), list):
                found[key] = [self._schema(one) for one in found[key]]
        for key in _SINGLE:
            if key in found:
                found[key] = self._schema(found[key])
        for key in _MAPS:
            if isinstance(found.get(key), Mapping):
                found[key] = {name: self._schema(one) for name, one in found[key].items()}
        return _of_old(found) if self.is_old else found


def _of_old(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of OpenAPI 3.0 in the words of 2020-12."""
    for exclusive, bound in _BOUNDS:
        if isinstance(schema.get(exclusive), bool) and schema.pop(exclusive) and bound in schema:
            schema[exclusive] = schema.pop(bound)
    if schema.pop("nullable", False):
        kind = schema.get("type")
        if isinstance(kind, str):
            schema["type"] = [kind, "null"]
        if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
    if schema.get("type") == "file":
        schema["type"] = "string"
    return schema
