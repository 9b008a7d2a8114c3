"""Kong's declarative configuration (``kong.yml``, ``_format_version`` 1.1 to 3.0; what ``deck`` writes, too)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from passgate.declaring.importing.kong_consumers import Consumers
from passgate.declaring.importing.kong_plugins import Plugins, access_of, are_all_known, policies_of
from passgate.declaring.importing.kong_upstreams import Upstreams, timeouts_of
from passgate.declaring.importing.part import Part, Translation
from passgate.declaring.importing.source import read_mapping
from passgate.kernel.errors import InvalidInputError
from passgate.publishing.schemas import BasePath

_BASE_PATH: TypeAdapter[str] = TypeAdapter(BasePath)
_NARROWING = ("headers", "snis", "sources", "destinations", "expression")
"""What a Kong route asks of a call besides method, host and path: without it, more would be let in than there."""
_USUAL_ROUTE = {
    "protocols": ["http", "https"],
    "regex_priority": 0,
    "https_redirect_status_code": 426,
    "path_handling": "v0",
    "request_buffering": True,
    "response_buffering": True,
}


@dataclass(slots=True)
class _Kong:
    """The configuration while it is translated."""

    team: str
    translation: Translation
    upstreams: Upstreams
    consumers: Consumers
    plugins: Plugins
    services: list[dict[str, Any]] = field(default_factory=list)
    addresses: set[tuple[str, str]] = field(default_factory=set)
    subscriptions: list[dict[str, Any]] = field(default_factory=list)


def translated(path: Path, team: str) -> Translation:
    """Services with their routes and plugins, consumers as applications, and who may call what.

    Raises:
        InvalidInputError: it cannot be read, or is no configuration of Kong's.
    """
    content = read_mapping(path)
    if "_format_version" not in content:
        raise InvalidInputError(f"{path.name}: Kong's declarative configuration begins with _format_version.")
    translation = Translation()
    source = Part(content, "", translation)
    source.ignore("_format_version", "_transform", "_info", "_comment", "_ignore", "_workspace", "_konnect")
    kong = _Kong(
        team=team,
        translation=translation,
        upstreams=Upstreams.of(source),
        consumers=Consumers.of(source, team),
        plugins=Plugins.of(source),
    )
    routes = [
        (one.text("service"), one)
        if isinstance(one.content.get("service"), str)
        else (str(one.part("service").content.get("name", "")), one)
        for one in source.parts("routes", "name", "id")
    ]
    known = set()
    for service in source.parts("services", "name", "id"):
        name = service.text("name", service.text("id"))
        known.add(name)
        own = [*service.parts("routes", "name", "id"), *(route for of, route in routes if of == name)]
        _add_service(kong, service, name, own)
    for of, route in routes:
        if of not in known:
            route.leave("", f"There is no service {of or 'for it'}.")
    kong.plugins.close()
    source.close()
    team_document = {"kind": "Team", "name": team}
    translation.documents = [team_document, *kong.consumers.applications, *kong.services, *kong.subscriptions]
    return translation


def _add_service(kong: _Kong, service: Part, name: str, routes: list[Part]) -> None:
    pool = kong.upstreams.pool_of(service)
    timeouts = timeouts_of(service)
    enabled = service.take("enabled", True)
    tags = _tags(service)
    plugins = kong.plugins.of_owner("service", name, service)
    service.ignore("id", "created_at", "updated_at")
    service.close({"protocol": "http", "port": 80, "tls_verify": None})
    if pool is None:
        return
    if not routes:
        service.leave("", "No route leads to it.")
    for route in routes:
        if not _is_whole(route):
            continue
        route_name = route.text("name", route.text("id")) or "route"
        own = kong.plugins.of_owner("route", route_name, route)
        chosen = {**kong.plugins.of_all, **plugins, **own}
        published = enabled and are_all_known(list(chosen.values()))
        policies = policies_of(list(chosen.values()))
        for number, path in enumerate(_paths(route)):
            called = name if route_name == name or not _is_taken(kong, name) else f"{name} {route_name}"
            called += f" {number + 1}" if number else ""
            document = _service(kong, route, called[:100], path)
            if document is None:
                continue
            version = {"name": "v1", "pools": [pool], **({} if published else {"state": "draft"})}
            if methods := [method.upper() for method in route.texts("methods")]:
                version["routes"] = [
                    {"id": "root", "methods": methods, "path": "/"},
                    {"id": "all", "methods": methods, "path": "/{path*}"},
                ]
            access, groups = access_of(list(chosen.values()))
            document |= {"tags": tags, "access": access, "policies": [*timeouts, *policies], "versions": [version]}
            kong.services.append({key: value for key, value in document.items() if value not in ([], ())})
            if access == "subscription":
                kong.subscriptions += kong.consumers.subscriptions(called[:100], groups)
        route.ignore("id", "created_at", "updated_at", "service", "tags")
        route.close(_USUAL_ROUTE)


def _service(kong: _Kong, route: Part, name: str, path: str) -> dict[str, Any] | None:
    hosts = [host for host in route.texts("hosts") if "*" not in host]
    if wild := [host for host in route.texts("hosts") if "*" in host]:
        rest = "" if hosts else " The route is left out whole: without them it would answer at every host."
        for host in wild:
            route.leave("hosts", f"{host} stands for many hosts, which no service does: name each.{rest}")
        if not hosts:
            return None
    if path.startswith("~"):
        route.leave("paths", f"{path} is a regular expression: give the service's versions routes instead.")
        return None
    base = path.rstrip("/")
    try:
        base = _BASE_PATH.validate_python(base)
    except ValidationError as error:
        route.leave("paths", f"{path}: {error.errors()[0]['msg'].removeprefix('Value error, ')}.")
        return None
    if not base and not hosts:
        route.leave("paths", "A service at every path needs a host of its own.")
        return None
    taken = {(host, base) for host in hosts or [""]}
    if taken & kong.addresses:
        route.leave("paths", f"Another route answers at {path} already; make one service of both.")
        return None
    kong.addresses |= taken
    if route.take("preserve_host"):
        route.leave("preserve_host", "The upstream sees its own host's name, not the client's.")
    strips = route.take("strip_path", True)
    document: dict[str, Any] = {"kind": "Service", "team": kong.team, "name": name, "base_path": base}
    return document | ({"hosts": hosts} if hosts else {}) | ({} if strips else {"strip_base_path": False})


def _is_taken(kong: _Kong, name: str) -> bool:
    return any(service["name"] == name for service in kong.services)


def _is_whole(route: Part) -> bool:
    """Whether the route can be said without letting in more than it does."""
    if narrowing := [_told(name, asked) for name in _NARROWING if (asked := route.take(name))]:
        route.leave("", f"It asks for {', '.join(narrowing)}, which no service does: without, it would let in more.")
        return False
    protocols = set(route.texts("protocols")) or {"http", "https"}
    if not protocols & {"http", "https", "grpc", "grpcs"}:
        route.leave("protocols", f"The gate does not serve {', '.join(sorted(protocols))}.")
        return False
    if not protocols & {"http", "grpc"}:
        route.leave("protocols", "Whether plain HTTP is served at all is the node's own setting.")
    return True


def _told(name: str, asked: object) -> str:
    """What a route asks for, with the names of headers and SNIs."""
    names = [str(one) for one in asked] if isinstance(asked, Mapping | list) and name in {"headers", "snis"} else []
    return f"{name} ({', '.join(names)})" if names else name


def _paths(route: Part) -> list[str]:
    return route.texts("paths") or ["/"]


def _tags(part: Part) -> list[str]:
    plain = [
        "".join(one if one.isascii() and one.isalnum() else "-" for one in tag.lower()) for tag in part.texts("tags")
    ]
    return list(dict.fromkeys(tag.strip("-")[:40] for tag in plain if tag.strip("-")))[:20]
