"""Finding a route among thousands: a tree over the path; a list is walked from its start, at 80 ns a route."""

from passgate.gateway.envoy.names import JsonObject, type_url


def path_tree(routes: dict[str, list[JsonObject]], otherwise: JsonObject) -> JsonObject:
    """A matcher that hands a path to the routes of the longest prefix it begins with.

    The tree knows letters, not segments: ``/ordersX`` comes to the routes of ``/orders``, and ``/shop/administrator``
    to those of ``/shop/admin``. So each list goes on with the routes of the segments above, and ends in ``otherwise``.

    Args:
        routes: prefix, and the routes that stand for it and what is below; no slash at the end, but ``/`` itself.
        otherwise: the route that takes every path.
    """
    lists = {prefix: _list_of([*_chain(prefix, routes), otherwise]) for prefix in sorted(routes)}
    url = type_url("envoy.type.matcher.v3.HttpRequestHeaderMatchInput")
    path = {"name": "path", "typed_config": {"@type": url, "header_name": ":path"}}
    return {
        "matcher_tree": {"input": path, "prefix_match_map": {"map": lists}},
        "on_no_match": _list_of([otherwise]),
    }


def _chain(prefix: str, routes: dict[str, list[JsonObject]]) -> list[JsonObject]:
    """The routes of a prefix, then those of every prefix above it, by whole segments."""
    chain = list(routes[prefix])
    above = prefix
    while above:
        above = above.rsplit("/", 1)[0]
        chain += routes.get(above, [])
    return chain


def _list_of(routes: list[JsonObject]) -> JsonObject:
    url = type_url("envoy.config.route.v3.RouteList")
    return {"action": {"name": "routes", "typed_config": {"@type": url, "routes": routes}}}
