"""Which service, version, revision and route a call belongs to, by the rules that the gate's routes are compiled by."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from passgate.contracts.published_service import (
    REVISION_HEADER,
    VERSION_HEADER,
    PublishedRevision,
    PublishedRoute,
    PublishedService,
    PublishedVersion,
)
from passgate.gateway.compile.path_templates import PathTemplate
from passgate.gateway.compile.path_tree import is_at_or_below
from passgate.gateway.compile.service_places import ANY_HOST, ServicePlace, places_of
from passgate.gateway.preview.call import Call
from passgate.gateway.preview.rule import Rule


@dataclass(frozen=True, slots=True)
class Found:
    """The service at a path."""

    service: PublishedService
    place: ServicePlace


def named_host(services: Iterable[PublishedService], host: str | None) -> str:
    """The host as services name it, the longest wildcard where none names it exactly; ``*`` where none does."""
    named = {one.lower() for service in services for place in places_of(service) for one in place.hosts} - {ANY_HOST}
    if host is None:
        return ANY_HOST
    if host in named:
        return host
    wide = [one for one in named if one.startswith("*.") and host.endswith(one[1:]) and len(host) > len(one) - 1]
    return max(wide, key=len, default=ANY_HOST)


def service_at(services: Iterable[PublishedService], host: str, path: str) -> Found | None:
    """The service whose base path is the longest beginning of the path.

    Args:
        services: all that are published.
        host: as :func:`named_host` gives it.
        path: of the call.
    """
    found = [
        Found(service, place)
        for service in services
        for place in places_of(service)
        if host in {one.lower() for one in place.hosts} and is_at_or_below(path, place.base)
    ]
    return max(found, key=lambda one: len(one.place.base), default=None)


def version_of(found: Found, call: Call) -> PublishedVersion | Rule:
    """The version that a call belongs to, or why it belongs to none."""
    service, version = found.service, found.place.version
    named = call.headers.get(VERSION_HEADER) if found.place.by_header else None
    if named is not None:
        version = next((one for one in service.versions if one.name == named), None)
    if version is None:
        known = ", ".join(one.name for one in service.versions if one.status != "retired") or "none"
        text = f"The call names no version of {service.name} that is there; there are: {known}."
        return Rule("version", "refuses", text, "version_unknown", 404)
    if version.status == "retired" or not version.revisions:
        text = f"The version {version.name} of {service.name} was retired."
        if version.successor is not None:
            text += f" Its successor is {version.successor}."
        return Rule("version", "refuses", text, "version_retired", 410)
    return version


def revisions_of(version: PublishedVersion, call: Call) -> Sequence[PublishedRevision] | Rule:
    """The revisions that may answer, the likeliest first; or why none does."""
    named = call.headers.get(REVISION_HEADER)
    if named is None:
        return sorted((one for one in version.revisions if one.weight), key=lambda one: -one.weight)
    wanted = [one for one in version.revisions if one.id == named]
    if wanted:
        return wanted
    return Rule("revision", "refuses", f"The version {version.name} has no revision {named}.", "revision_unknown", 404)


def route_of(revision: PublishedRevision, base: str, call: Call) -> PublishedRoute | Rule | None:
    """The route of a call; None where the revision takes every path; or why there is none."""
    if not revision.routes:
        return None
    here = [route for route in revision.routes if _takes_path(PathTemplate(base, route.path), call.path)]
    here.sort(key=lambda route: PathTemplate(base, route.path).rank)
    for route in here:
        if not route.methods or call.method in route.methods or _is_asked_first(route, call):
            return route
    if here:
        listed = ", ".join(sorted({method for route in here for method in route.methods}))
        text = f"The path takes {listed}, and not {call.method}."
        return Rule("route", "refuses", text, "method_not_allowed", 405)
    return Rule("route", "refuses", "The service has no such path.", "route_not_found", 404)


def path_at_upstream(found: Found, revision: PublishedRevision, route: PublishedRoute | None, path: str) -> str:
    """What the upstream sees of the path; a worker that answers in its place knows the document's paths alone."""
    base = found.place.base
    pool = next((one for one in revision.pools if route is None or route.pool in {None, one.name}), None)
    prefix = pool.path_prefix if pool is not None else ""
    if route is not None and route.rewrite is not None:
        template = PathTemplate(base, route.path)
        substitution = template.substitution(route.rewrite, prefix)
        return re.sub(f"^{template.regex}$", substitution, path) if template.segments else substitution
    kept = prefix if found.service.strip_base_path or pool is None else prefix + base
    return kept + path[len(base) :] or "/"


def _takes_path(template: PathTemplate, path: str) -> bool:
    if not template.segments:
        return path in {template.base, f"{template.base}/"}
    return re.fullmatch(template.regex, path) is not None


def _is_asked_first(route: PublishedRoute, call: Call) -> bool:
    return call.is_preflight and call.headers["access-control-request-method"] in route.methods
