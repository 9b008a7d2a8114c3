"""Routes of a service, from the operations of its document."""

import re
from collections.abc import Iterator
from typing import Any

from passgate.contracts.published_service import PublishedRoute
from passgate.publishing.openapi.faults import Fault, shortened
from passgate.publishing.openapi.walking import operation_place, operations

_SEGMENT = re.compile(r"([A-Za-z0-9._~!$&'()+,;=:@-]|%[0-9A-Fa-f]{2})*|\{[A-Za-z0-9_.-]+\}")
_VARIABLE = re.compile(r"\{([^}]*)\}")
_NAME = re.compile(r"[^a-z0-9]+")
_LONGEST_PATH = 300
_LONGEST_ID = 80
_LONGEST_VARIABLE = 40


def routes_of(document: dict[str, Any]) -> tuple[PublishedRoute, ...]:
    """A route an operation, in the document's order.

    An id is made of method and path, so that it stays the same over revisions, whatever ``operationId`` says.
    """
    taken: set[str] = set()
    routes = []
    for path, method, _, _ in operations(document):
        route = PublishedRoute(
            id=_free(_id_of(method, path), taken), methods=(method.upper(),), path=_with_plain_names(path)
        )
        taken.add(route.id)
        routes.append(route)
    return tuple(routes)


def route_faults(document: dict[str, Any]) -> Iterator[Fault]:
    """Paths that no gate can tell apart or match."""
    seen: dict[tuple[str, str], str] = {}
    for path, method, _, _ in operations(document):
        place = operation_place(path, method)
        segments = path.split("/")[1:]
        if len(path) > _LONGEST_PATH or {".", ".."} & set(segments) or "" in segments[:-1]:
            text = f"A path has up to {_LONGEST_PATH} characters, and no empty or dotted segments."
            yield Fault(place=place, rule="path", detail=text)
            continue
        for segment in segments:
            if not _SEGMENT.fullmatch(segment):
                text = f"{segment!r}: a variable is a whole segment, such as /orders/{{id}}."
                yield Fault(place=place, rule="path_template", detail=shortened(text))
        names = [_plain(name) for name in _VARIABLE.findall(path)]
        if len(set(names)) < len(names):
            yield Fault(place=place, rule="path_template", detail="Two variables of the path have the same name.")
        shape = (method, re.sub(r"\{[^}]*\}", "{}", path))
        if shape in seen:
            text = f"It cannot be told apart from {seen[shape]}."
            yield Fault(place=place, rule="path_ambiguous", detail=shortened(text))
        seen[shape] = path


def _with_plain_names(path: str) -> str:
    """Variables that the document calls ``{order-id}`` are ``{order_id}`` at the gate."""
    return _VARIABLE.sub(lambda found: "{" + _plain(found[1]) + "}", path)


def _plain(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)[:_LONGEST_VARIABLE]
    return f"_{plain}"[:_LONGEST_VARIABLE] if plain[:1].isdigit() else plain


def _id_of(method: str, path: str) -> str:
    name = _NAME.sub("_", f"{method}_{path}".lower()).strip("_")
    return name[:_LONGEST_ID].rstrip("_")


def _free(wanted: str, taken: set[str]) -> str:
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name
