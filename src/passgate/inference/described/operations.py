"""The operations of a revision's document, found by route or path."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import orjson

from passgate.contracts.described_revision import unpacked

_KEPT = 256
"""Documents that stay ready; another is unpacked anew when it is asked for."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One of them."""

    id: str
    method: str
    path: str
    segments: tuple[str, ...]
    parameters: tuple[Mapping[str, Any], ...]
    body: Mapping[str, Any] | None
    responses: Mapping[str, Any]

    def variables(self, segments: list[str]) -> dict[str, str] | None:
        """The values of the path's variables; None: the path is another one."""
        if len(segments) != len(self.segments):
            return None
        found = {}
        for own, given in zip(self.segments, segments, strict=True):
            if own.startswith("{"):
                found[own[1:-1]] = given
            elif own != given:
                return None
        return found


@dataclass(frozen=True, slots=True)
class Description:
    """All operations of a document, and the schemas that they share."""

    operations: Mapping[str, Operation]
    defs: Mapping[str, Any]

    def at(self, route_id: str, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation of a call, and its path's variables; a plain path comes before one with variables."""
        segments = [unquote(part) for part in path.split("/")[1:]]
        known = self.operations.get(route_id)
        if known is not None and known.method == method:
            values = known.variables(segments)
            if values is not None:
                return known, values
        found = [
            (one, values)
            for one in self.operations.values()
            if one.method == method and (values := one.variables(segments)) is not None
        ]
        return min(found, key=lambda one: len(one[1])) if found else None

    def methods_at(self, path: str) -> list[str]:
        """The methods that the path has."""
        segments = [unquote(part) for part in path.split("/")[1:]]
        return sorted({one.method for one in self.operations.values() if one.variables(segments) is not None})


@lru_cache(maxsize=_KEPT)
def description_of(packed: str) -> Description:
    """A description, unpacked once."""
    content = orjson.loads(unpacked(packed))
    operations = [
        Operation(
            id=one["id"],
            method=one["method"],
            path=one["path"],
            segments=tuple(one["path"].split("/")[1:]),
            parameters=tuple(one["parameters"]),
            body=one.get("body"),
            responses=one["responses"],
        )
        for one in content["operations"]
    ]
    return Description({one.id: one for one in operations}, content["defs"])
