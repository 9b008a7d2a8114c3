"""Which operation a call was of. The gate joins routes that only their paths tell apart, so its log does not say it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from passgate.publishing.models import Service, ServiceRevision, ServiceVersion

_VARIABLE = re.compile(r"\{[^}*]*(\*?)\}")


@dataclass(frozen=True, slots=True)
class CalledPath:
    """A call, as far as its operation depends on it."""

    revision_id: str
    method: str
    path: str


def operations_of(session: Session, calls: Iterable[CalledPath]) -> dict[CalledPath, str]:
    """Id of the route of each call; a call whose revision is gone, or which took no route, is left out.

    Args:
        session: to read the revisions' definitions with.
        calls: their paths as the client sent them, with the service's base path.
    """
    wanted = set(calls)
    revisions = {call.revision_id for call in wanted}
    rows = session.execute(
        select(ServiceRevision.id, ServiceRevision.definition, Service.base_path, ServiceVersion.name)
        .join(Service, Service.id == ServiceRevision.service_id)
        .join(ServiceVersion, ServiceVersion.id == ServiceRevision.version_id)
        .where(ServiceRevision.id.in_(revisions))
    ).all()
    known = {id_: (definition.get("routes") or [], (f"{base}/{name}", base)) for id_, definition, base, name in rows}
    found: dict[CalledPath, str] = {}
    for call in wanted:
        routes, bases = known.get(call.revision_id, ([], ()))
        below = [call.path.removeprefix(base) for base in bases if f"{call.path}/".startswith(f"{base}/")]
        taken = next((id_ for path in below if (id_ := _route_at(routes, call.method, path)) is not None), None)
        if taken is not None:
            found[call] = taken
    return found


def _route_at(routes: list[dict[str, object]], method: str, path: str) -> str | None:
    """The most exact one that takes the path: a fixed segment before one with a variable, that before a variable."""
    fits = [
        (_rank(str(route["path"])), str(route["id"]))
        for route in routes
        if (not route.get("methods") or method in route["methods"])  # type: ignore[operator]  # a list, as we stored it
        and re.fullmatch(_pattern(str(route["path"])), path)
    ]
    return min(fits, default=((), None), key=lambda one: one[0])[1]


def _pattern(template: str) -> str:
    parts, end = [], 0
    for variable in _VARIABLE.finditer(template):
        before = template[end : variable.start()]
        rest = bool(variable.group(1))
        parts.append(re.escape(before.removesuffix("/") if rest else before) + ("(?:/.*)?" if rest else "[^/]+"))
        end = variable.end()
    last = template[end:]
    return "".join(parts) + ("/?" if template == "/" else re.escape(last))


def _rank(template: str) -> tuple[int, ...]:
    return tuple(_kind(segment) for segment in template.strip("/").split("/"))


def _kind(segment: str) -> int:
    variable = _VARIABLE.fullmatch(segment)
    if variable is None:
        return 1 if "{" in segment else 0
    return 3 if variable.group(1) else 2
