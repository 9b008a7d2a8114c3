"""Rules of a service's base path."""

import re
from collections.abc import Iterator

from passgate.contracts.gateway_snapshot import RESERVED_PREFIXES

MAX_LENGTH = 200
_SEGMENT = re.compile(r"[a-z0-9._~-]+")


def checked_base_path(value: str) -> str:
    """The path, such as ``/orders`` or ``/shop/orders``.

    Lower case only: two services that differ in case alone would be one to people and two to the gate.

    Raises:
        ValueError: no slash in front, one at the end, other characters, or a path that the gate keeps for itself.
    """
    if not value.startswith("/") or value == "/":
        raise ValueError("a base path starts with / and has a name, such as /orders")
    if value.endswith("/"):
        raise ValueError("a base path has no / at its end")
    if len(value) > MAX_LENGTH:
        raise ValueError(f"a base path has at most {MAX_LENGTH} characters")
    for segment in value[1:].split("/"):
        if not _SEGMENT.fullmatch(segment) or segment in {".", ".."}:
            raise ValueError("a base path's segments have lower-case letters, digits and . _ ~ - only")
    for reserved in RESERVED_PREFIXES:
        if value == reserved or value.startswith(f"{reserved}/"):
            raise ValueError(f"{reserved} is the gate's own path")
    return value


def ancestors(base_path: str) -> Iterator[str]:
    """The paths that the path lies within, nearest last: ``/a`` and ``/a/b`` of ``/a/b/c``."""
    segments = base_path[1:].split("/")
    for count in range(1, len(segments)):
        yield "/" + "/".join(segments[:count])
