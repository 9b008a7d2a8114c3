"""APIPark's export of a whole system: ``export.zip``, or a folder of the JSON files in it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from passgate.declaring.importing.openapi import slug_of
from passgate.declaring.importing.part import Part, Translation
from passgate.declaring.importing.source import read_lists
from passgate.kernel.errors import InvalidInputError
from passgate.publishing.schemas import BasePath
from passgate.publishing.upstream_url import is_host

_BASE_PATH: TypeAdapter[str] = TypeAdapter(BasePath)
_FILES = {"team", "service", "app", "api", "upstream", "authorization", "catalogue", "subscribe", "apply"}
_BALANCES = {"round-robin": "round_robin", "ip-hash": "hash"}
_VARIABLE = re.compile(r":([A-Za-z_][A-Za-z0-9_]*)")
_MOST_WEIGHT = 1000
_MOST_MS = 3_600_000


def translated(path: Path, team: str | None) -> Translation:
    """Teams, services with their routes and upstreams, applications and subscriptions.

    Args:
        path: of the ZIP or the folder.
        team: whose all of it becomes; None: the teams are as in the export.

    Raises:
        InvalidInputError: it cannot be read, or is no such export.
    """
    lists = read_lists(path)
    if not {"team", "service"} <= lists.keys():
        raise InvalidInputError(f"{path} holds no team.json and service.json: it is no export of APIPark's.")
    translation = Translation()
    source = Part(lists, "", translation)
    teams = {one.text("id"): team or one.text("name")[:100] for one in source.parts("team", "name")}
    apps = _applications(source, teams)
    services = _services(source, teams)
    subscriptions = []
    for one in source.parts("subscribe", "id"):
        service, app = services.get(one.text("service")), apps.get(one.text("subscriber"))
        if service is None or app is None:
            one.leave("", "Its service or its application is not there.")
            continue
        given = {"kind": "Subscription", "team": app["team"], "application": app["name"], "service": service["name"]}
        subscriptions.append(given | ({"service_team": service["team"]} if service["team"] != app["team"] else {}))
    for one in source.parts("authorization", "name"):
        app = apps.get(one.text("application"), {})
        one.leave("", f"Passgate issues tokens itself: issue one to the application {app.get('name', '')}.")
    for one in source.parts("apply", "id"):
        one.leave("", "Only those that were agreed to are taken over.")
    for name in sorted(lists.keys() - _FILES):
        source.leave(name, "It is no file that is known.")
    team_documents = [{"kind": "Team", "name": name} for name in dict.fromkeys(teams.values())]
    translation.documents = [*team_documents, *apps.values(), *services.values(), *subscriptions]
    return translation


def _applications(source: Part, teams: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    found = {}
    for one in source.parts("app", "name"):
        team = teams.get(one.text("team"))
        if team is None:
            one.leave("team", "There is no such team.")
            continue
        given = {"kind": "Application", "team": team, "name": one.text("name")[:100]}
        found[one.text("id")] = given | {"description": one.text("description")[:2000]}
    return found


def _services(source: Part, teams: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    catalogue = {one.text("id"): one.text("name") for one in source.parts("catalogue", "name")}
    upstreams = {one.text("service"): one for one in source.parts("upstream", "service")}
    apis: dict[str, list[Part]] = {}
    for one in source.parts("api", "name", "id"):
        apis.setdefault(one.text("service"), []).append(one)
    found = {}
    for one in source.parts("service", "name"):
        team = teams.get(one.text("team"))
        pool = _pool(upstreams[one.text("id")]) if one.text("id") in upstreams else None
        if team is None or pool is None:
            one.leave("", "Its team is not there." if team is None else "It has no upstream with an address.")
            continue
        base = f"/{one.text('prefix').strip('/')}".rstrip("/") or f"/{slug_of(one.text('name'))}"
        try:
            base = _BASE_PATH.validate_python(base)
        except ValidationError as error:
            one.leave("prefix", f"{base}: {error.errors()[0]['msg'].removeprefix('Value error, ')}.")
            continue
        routes, policies = _routes(apis.get(one.text("id"), []), base)
        tags = [
            slug_of(tag)[:40] for tag in [*one.texts("tags"), *filter(None, [catalogue.get(one.text("catalogue"))])]
        ]
        document = {
            "kind": "Service",
            "team": team,
            "name": one.text("name")[:100],
            "base_path": base,
            "description": one.text("description")[:2000],
            "visibility": "public" if one.text("service_type") == "public" else "all_teams",
            "tags": list(dict.fromkeys(tags)),
            "documentation": one.text("doc"),
            "versions": [{"name": "v1", "pools": [pool], "routes": routes, "policies": policies}],
        }
        one.ignore("logo", "create_time", "update_time")
        one.close()
        found[one.text("id")] = {key: value for key, value in document.items() if value not in ("", [])}
    return found


def _pool(upstream: Part) -> dict[str, Any] | None:
    secure = upstream.text("scheme", "HTTP").upper() == "HTTPS"
    endpoints = []
    nodes = list(upstream.parts("nodes", "address"))
    most = max((node.number("weight", 1) for node in nodes), default=1)
    for node in nodes:
        host, _, port = node.text("address").partition(":")
        if not is_host(host) or (port and not port.isdigit()):
            node.leave("", "It is no address.")
            continue
        weight = node.number("weight", 1)
        shared = weight if most <= _MOST_WEIGHT else weight * _MOST_WEIGHT // most
        endpoints.append({"host": host, "port": int(port or (443 if secure else 80)), "weight": max(1, shared)})
    if not endpoints:
        return None
    pool: dict[str, Any] = {"endpoints": endpoints} | ({"tls": {}} if secure else {})
    balance = _BALANCES.get(upstream.text("balance", "round-robin"), "round_robin")
    pool |= {"balance": balance} | ({"hash_key": {"source": "ip"}} if balance == "hash" else {})
    if upstream.text("pass_host", "pass") == "rewrite" and upstream.text("upstream_host"):
        pool["host_header"] = upstream.text("upstream_host")
    elif upstream.text("pass_host", "pass") == "pass":
        upstream.leave("pass_host", "The upstream sees its own host's name, not the client's.")
    for header in upstream.parts("proxy_headers", "key"):
        header.leave("", "Give the service a policy request_headers.")
    if upstream.number("limit_peer_second"):
        upstream.leave("limit_peer_second", "Give the service a policy rate_limit.")
    upstream.ignore("id", "name", "driver", "timeout", "retry", "remark", "service", "upstream_host", "discover")
    upstream.close()
    return pool


def _routes(apis: list[Part], base: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    routes: list[dict[str, Any]] = []
    policies: list[dict[str, Any]] = []
    for one in apis:
        if any(one.take(name) for name in ("match", "disable")):
            one.leave("", "It asks for more than method and path, or is switched off.")
            continue
        path = one.text("path")
        path = (
            f"/{path.removeprefix(base).lstrip('/')}" if f"{path}/".startswith(f"{base}/") else f"/{path.lstrip('/')}"
        )
        proxy = one.part("proxy")
        name = slug_of(one.text("name") or path)
        name = name if all(route["id"] != name for route in routes) else f"{name}-{len(routes)}"
        route: dict[str, Any] = {"id": name, "methods": [method.upper() for method in one.texts("method")]}
        route["path"] = _template(path)
        rewrite = _template(f"/{proxy.text('path').lstrip('/')}") if proxy.text("path") else route["path"]
        routes.append(route if rewrite == route["path"] else route | {"rewrite": rewrite})
        policies += _policies(proxy, name)
        one.ignore("id", "service", "team", "description", "name", "doc", "protocols", "upstream")
        one.close()
    return routes, policies


def _policies(proxy: Part, route: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    milliseconds = proxy.number("timeout")
    if milliseconds > 0:
        found.append({"kind": "timeout", "total_ms": min(milliseconds, _MOST_MS), "routes": [route]})
    if proxy.number("retry") > 0:
        found.append({"kind": "retry", "attempts": min(proxy.number("retry"), 10), "routes": [route]})
    put: dict[str, str] = {}
    removed = []
    for header in proxy.parts("headers", "key"):
        if header.text("opt", "add").lower() in {"delete", "remove"}:
            removed.append(header.text("key"))
        else:
            put[header.text("key")] = header.text("value")
    if put or removed:
        found.append({"kind": "request_headers", "set": put, "remove": removed, "routes": [route]})
    for plugin in proxy.part("plugins").content:
        what = (
            "make a prompt service of it (docs/prompts.md)" if plugin.startswith("ai_") else "there is no policy for it"
        )
        proxy.leave(f"plugins.{plugin}", f"It is not translated: {what}.")
    proxy.close()
    return found


def _template(path: str) -> str:
    """A path with its variables in braces, and what follows a star taken whole."""
    named = _VARIABLE.sub(lambda match: "{" + match[1] + "}", path)
    return f"{named[:-1]}{{path*}}" if named.endswith("/*") else named
