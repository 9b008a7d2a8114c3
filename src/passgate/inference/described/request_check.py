"""Whether a request is what the document asks for: path, query, headers and JSON body."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import orjson

from passgate.inference.described.operations import Description, Operation, description_of
from passgate.inference.described.parameters import parameter_value, query_values
from passgate.inference.described.schema_rules import TooComplexError, first_error, validator_of
from passgate.kernel.errors import PassgateError

_KEPT = 64
_LONGEST = 300
_MOST_HOPS = 16
_NOT_ASKED = frozenset({"accept", "content-type", "authorization"})
"""Headers that a document cannot describe as parameters (OpenAPI 3.1, "Parameter Object")."""


class RequestRefusedError(PassgateError):
    """A request that breaks a rule of the document."""

    status = HTTPStatus.BAD_REQUEST
    code = "request_invalid"

    def __init__(self, place: str, rule: str, detail: str, *, status: int = 400, code: str | None = None) -> None:
        super().__init__(f"{place}: {detail}"[:_LONGEST], code=code)
        self.place = place
        self.rule = rule
        self.answer_status = status


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as the gate tells of it."""

    method: str
    path: str
    """Without the base path, as it came."""
    query: bytes
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class RequestCheck:
    """The rules of one document, made ready once."""

    description: Description
    validator: Any = field(init=False)

    def __post_init__(self) -> None:
        """Make the validator."""
        self.validator = validator_of(self.description.defs)

    def require(self, route_id: str, asked: Asked) -> None:
        """Refuse a call that the document does not allow.

        Raises:
            RequestRefusedError: names the place, such as ``body/items/0/count`` or ``query/limit``, and the rule.
        """
        found = self.description.at(route_id, asked.method, asked.path)
        if found is None:
            methods = self.description.methods_at(asked.path)
            if methods:
                text = f"The document allows {', '.join(methods)} here."
                raise RequestRefusedError("method", "method", text, status=405, code="method_not_described")
            text = "The document has no such path."
            raise RequestRefusedError("path", "path", text, status=404, code="path_not_described")
        operation, variables = found
        for parameter, given in self._given(operation, variables, asked):
            self._require_parameter(parameter, given)
        if operation.body is not None:
            self._require_body(operation.body, asked)

    def _given(
        self, operation: Operation, variables: Mapping[str, str], asked: Asked
    ) -> Iterator[tuple[Mapping[str, Any], list[str]]]:
        query = query_values(asked.query)
        for parameter in operation.parameters:
            name = str(parameter["name"])
            if parameter["in"] == "path":
                yield parameter, [variables[name]] if name in variables else []
            elif parameter["in"] == "query":
                if parameter["style"] != "deepObject":
                    yield parameter, query.get(name, [])
            elif name.lower() not in _NOT_ASKED:
                value = asked.headers.get(name.lower())
                yield parameter, [] if value is None else [value]

    def _require_parameter(self, parameter: Mapping[str, Any], given: list[str]) -> None:
        place = f"{parameter['in']}/{parameter['name']}"
        if not given:
            if parameter["required"] and not self._is_exploded_object(parameter):
                raise RequestRefusedError(place, "required", "It is missing.")
            return
        try:
            value = parameter_value(parameter, self._whole(parameter["schema"]), given)
        except ValueError:
            raise RequestRefusedError(place, "json", "It is no JSON.") from None
        self._require(place, parameter["schema"], value, len(given[0]))

    def _require_body(self, body: Mapping[str, Any], asked: Asked) -> None:
        if not asked.body:
            if body["required"]:
                raise RequestRefusedError("body", "required", "It is missing.")
            return
        media = asked.headers.get("content-type", "").split(";")[0].strip().lower()
        name = _matching(body["content"], media)
        if name is None:
            text = f"{media or 'A body without a media type'} is not taken; {', '.join(body['content'])} is."
            raise RequestRefusedError("header/content-type", "media_type", text, status=415, code="media_type_refused")
        if not media.endswith(("+json", "/json")):
            return
        try:
            value = orjson.loads(asked.body)
        except ValueError as error:
            raise RequestRefusedError("body", "json", f"It is no JSON: {error}.") from None
        self._require("body", body["content"][name], value, len(asked.body))

    def _require(self, place: str, schema: Any, value: Any, size: int) -> None:  # noqa: ANN401 - JSON of any shape
        try:
            error = first_error(self.validator, schema, value, size)
        except TooComplexError:
            raise RequestRefusedError(place, "too_complex", "It is too deeply nested to be judged.") from None
        if error is not None:
            path = "".join(f"/{quote(str(part), safe='')}" for part in error.absolute_path)
            raise RequestRefusedError(f"{place}{path}", str(error.validator or "schema"), error.message)

    def _is_exploded_object(self, parameter: Mapping[str, Any]) -> bool:
        """Its properties are parameters of their own, which have no common name."""
        return bool(parameter["explode"]) and self._whole(parameter["schema"]).get("type") == "object"

    def _whole(self, schema: Any) -> Mapping[str, Any]:  # noqa: ANN401 - a schema may be true or false
        for _ in range(_MOST_HOPS):
            if not isinstance(schema, Mapping):
                return {}
            reference = schema.get("$ref")
            if not isinstance(reference, str):
                return schema
            schema = self.description.defs.get(reference.removeprefix("#/$defs/"), {})
        return {}


@lru_cache(maxsize=_KEPT)
def check_of(packed: str) -> RequestCheck:
    """The check of a document, made once."""
    return RequestCheck(description_of(packed))


def _matching(content: Mapping[str, Any], media: str) -> str | None:
    for name in content:
        offered = name.split(";")[0].strip().lower()
        if offered in {media, "*/*"} or (offered.endswith("/*") and media.startswith(offered[:-1])):
            return name
    return None
