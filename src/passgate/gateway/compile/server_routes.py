"""The ways of workers to the MCP servers behind services: at the inner socket alone, and never logged as calls."""

from collections.abc import Iterable

from passgate.contracts.published_service import PublishedService
from passgate.gateway.compile.jwt import CREDENTIAL_HEADERS
from passgate.gateway.compile.route_actions import action_of
from passgate.gateway.compile.route_names import NO_TOKEN, without
from passgate.gateway.compile.route_policies import policies_at
from passgate.gateway.compile.service_answers import header
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject


def server_routes(published: Iterable[PublishedService]) -> dict[str, list[JsonObject]]:
    """A route for each revision with a server, by path. Who calls was asked before the worker was."""
    found: dict[str, list[JsonObject]] = {}
    for service in published:
        if service.kind != "mcp":
            continue
        for version in service.versions:
            for revision in version.revisions:
                path = f"{names.SERVER_PATH}/{revision.id}"
                pool = revision.pools[0]
                action = action_of(service, revision, pool, policies_at(service, revision, None), safe=False)
                found[path] = [
                    {
                        "name": names.CONTROL_ROUTE,
                        # The public listener cuts the header off, so that nobody else finds the way.
                        "match": {"path": path, "headers": [{"name": names.SERVER_HEADER, "present_match": True}]},
                        "route": {**action, "prefix_rewrite": pool.path_prefix or "/"},
                        "request_headers_to_add": [header(names.UNLOGGED_HEADER, "1")],
                        "request_headers_to_remove": [*CREDENTIAL_HEADERS, *_GATES_OWN],
                        **without(NO_TOKEN),
                    }
                ]
    return found


_GATES_OWN = (names.SERVER_HEADER, "x-envoy-original-path", "x-forwarded-for")
