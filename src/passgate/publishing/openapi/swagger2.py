"""Swagger 2.0 as OpenAPI 3.0.3: a small converter for what has a counterpart; the rest is refused by name.

By the two standards' own texts: Swagger 2.0, and OpenAPI 3.0.3 with its appendix A.
"""

import copy
from collections.abc import Mapping
from typing import Any

from passgate.publishing.openapi.faults import DocumentRefusedError, Fault, pointer
from passgate.publishing.openapi.walking import METHODS, every_object, resolved

_MOVED = {
    "#/definitions/": "#/components/schemas/",
    "#/responses/": "#/components/responses/",
}
_PLAIN = ("info", "tags", "externalDocs", "security")
_SCHEMA_KEYS = (
    "type", "format", "items", "default", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength",
    "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "enum", "multipleOf",
)  # fmt: skip
_FLOWS = {
    "implicit": "implicit",
    "password": "password",
    "application": "clientCredentials",
    "accessCode": "authorizationCode",
}
_JSON = ["application/json"]
_FORM = "application/x-www-form-urlencoded"
_FORM_DATA = "multipart/form-data"


def as_openapi(swagger: dict[str, Any]) -> dict[str, Any]:
    """The same service in OpenAPI 3.0.3.

    Raises:
        DocumentRefusedError: a part that has no counterpart.
    """
    return _Conversion(copy.deepcopy(swagger)).converted()


class _Conversion:
    """One document on its way."""

    def __init__(self, swagger: dict[str, Any]) -> None:
        self.old = swagger

    def converted(self) -> dict[str, Any]:
        old = self.old
        new: dict[str, Any] = {"openapi": "3.0.3"}
        new |= {key: old[key] for key in _PLAIN if key in old}
        new |= {key: value for key, value in old.items() if key.startswith("x-")}
        servers = self._servers()
        if servers:
            new["servers"] = servers
        new["paths"] = {path: self._item(path, item) for path, item in old.get("paths", {}).items()}
        components = self._components()
        if components:
            new["components"] = components
        self._move_references(new)
        return new

    def _servers(self) -> list[dict[str, Any]]:
        host, base = self.old.get("host"), self.old.get("basePath", "/").rstrip("/")
        if not host:
            return [{"url": base}] if base else []
        return [{"url": f"{scheme}://{host}{base}"} for scheme in self.old.get("schemes", ["https"])]

    def _components(self) -> dict[str, Any]:
        old = self.old
        parts: dict[str, Any] = {}
        if old.get("definitions"):
            parts["schemas"] = old["definitions"]
        if old.get("responses"):
            parts["responses"] = {name: self._response(one, {}) for name, one in old["responses"].items()}
        if old.get("securityDefinitions"):
            parts["securitySchemes"] = {name: _scheme(one) for name, one in old["securityDefinitions"].items()}
        return parts

    def _item(self, path: str, item: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in item:
            raise _without_counterpart(["paths", path, "$ref"], "a path that is a reference")
        shared = item.get("parameters", [])
        return {
            key: self._operation([*map(str, ("paths", path, key))], value, shared) if key in METHODS else value
            for key, value in item.items()
            if key != "parameters"
        }

    def _operation(self, at: list[str], old: dict[str, Any], shared: list[Any]) -> dict[str, Any]:
        dropped = {"parameters", "consumes", "produces", "schemes", "responses"}
        new = {key: value for key, value in old.items() if key not in dropped}
        given = [resolved(self.old, one) for one in (*shared, *old.get("parameters", []))]
        parameters = list({(one.get("in"), one.get("name")): one for one in given}.values())
        kept = [_parameter(at, one) for one in parameters if one.get("in") in {"path", "query", "header"}]
        if kept:
            new["parameters"] = kept
        body = self._body(old, parameters)
        if body:
            new["requestBody"] = body
        new["responses"] = {status: self._response(one, old) for status, one in old.get("responses", {}).items()}
        return new

    def _body(self, old: dict[str, Any], parameters: list[dict[str, Any]]) -> dict[str, Any] | None:
        consumes = old.get("consumes", self.old.get("consumes", []))
        body = next((one for one in parameters if one.get("in") == "body"), None)
        if body is not None:
            content = {media: {"schema": body.get("schema", {})} for media in consumes or _JSON}
            told = {"description": body["description"]} if body.get("description") else {}
            return {**told, "content": content, "required": bool(body.get("required"))}
        fields = [one for one in parameters if one.get("in") == "formData"]
        if not fields:
            return None
        files = any(one.get("type") == "file" for one in fields)
        schema: dict[str, Any] = {"type": "object", "properties": {one["name"]: _schema(one) for one in fields}}
        required = [one["name"] for one in fields if one.get("required")]
        if required:
            schema["required"] = required
        media = [one for one in consumes if one in {_FORM, _FORM_DATA}] or [_FORM_DATA if files else _FORM]
        return {"content": {one: {"schema": schema} for one in media}}

    def _response(self, old: dict[str, Any], operation: Mapping[str, Any]) -> dict[str, Any]:
        if "$ref" in old:
            return old
        new = {key: value for key, value in old.items() if key not in {"schema", "examples", "headers"}}
        examples = old.get("examples", {})
        if "schema" in old or examples:
            produces = operation.get("produces", self.old.get("produces", [])) or _JSON
            media = list(dict.fromkeys([*produces, *examples]))
            schema = (
                {"type": "string", "format": "binary"}
                if old.get("schema", {}).get("type") == "file"
                else old.get("schema")
            )
            new["content"] = {
                one: {
                    **({"schema": schema} if schema is not None else {}),
                    **({"example": examples[one]} if one in examples else {}),
                }
                for one in media
            }
        if old.get("headers"):
            new["headers"] = {
                name: {**({"description": one["description"]} if "description" in one else {}), "schema": _schema(one)}
                for name, one in old["headers"].items()
            }
        return new

    def _move_references(self, new: dict[str, Any]) -> None:
        for _, value in every_object(new):
            reference = value.get("$ref")
            if isinstance(reference, str):
                for old, moved in _MOVED.items():
                    if reference.startswith(old):
                        value["$ref"] = moved + reference.removeprefix(old)
            if isinstance(value.get("discriminator"), str):
                value["discriminator"] = {"propertyName": value["discriminator"]}
            if value.get("x-nullable") is True and "type" in value:
                value["nullable"] = True


def _parameter(at: list[str], old: dict[str, Any]) -> dict[str, Any]:
    kept = ("name", "in", "description", "required", "allowEmptyValue")
    new: dict[str, Any] = {key: old[key] for key in kept if key in old}
    new |= {key: value for key, value in old.items() if key.startswith("x-")}
    new["schema"] = _schema(old)
    if old.get("type") == "array":
        style = old.get("collectionFormat", "csv")
        if style == "tsv":
            raise _without_counterpart([*at, "parameters", old.get("name", "")], "collectionFormat tsv")
        if old.get("in") == "query":
            named = {"csv": "form", "multi": "form", "ssv": "spaceDelimited", "pipes": "pipeDelimited"}
            new["style"], new["explode"] = named[style], style == "multi"
    return new


def _schema(old: Mapping[str, Any]) -> dict[str, Any]:
    if old.get("type") == "file":
        return {"type": "string", "format": "binary"}
    return {key: _schema(old[key]) if key == "items" else old[key] for key in _SCHEMA_KEYS if key in old}


def _scheme(old: dict[str, Any]) -> dict[str, Any]:
    told = {"description": old["description"]} if old.get("description") else {}
    if old.get("type") == "basic":
        return {"type": "http", "scheme": "basic", **told}
    if old.get("type") == "oauth2":
        flow = {key: old[key] for key in ("authorizationUrl", "tokenUrl") if key in old} | {
            "scopes": old.get("scopes", {})
        }
        return {"type": "oauth2", "flows": {_FLOWS[old["flow"]]: flow}, **told}
    return old


def _without_counterpart(at: list[str], what: str) -> DocumentRefusedError:
    detail = f"{what} has no counterpart in OpenAPI 3; write it otherwise."
    return DocumentRefusedError([Fault(place=pointer(at), rule="no_counterpart", detail=detail)])
