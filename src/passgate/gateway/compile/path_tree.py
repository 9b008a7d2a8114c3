"""Finding a route among thousands: a tree over the path; a list is walked from its start, at 80 ns a route."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from passgate.gateway.compile.kept_parts import KeptParts
from passgate.gateway.envoy.names import JsonObject, type_url


@dataclass(frozen=True, slots=True)
class PathBlock:
    """What answers below a path.

    Attributes:
        base: the path, without a slash at its end; "" for all paths, ``/`` for that one alone.
        keys: prefixes below the base that have a list of their own, as the base has; a block that has such answers all
            paths below its base.
        routes_at: the routes for calls whose path begins with a key and with no longer one. The key may be another
            block's, further down: calls come here whose path only begins with the same letters.
        others: paths below the base that are bases of the same block, so that no other may stand there.
    """

    base: str
    keys: tuple[str, ...]
    routes_at: Callable[[str], list[JsonObject]]
    others: tuple[str, ...] = ()

    @property
    def bases(self) -> tuple[str, ...]:
        """All paths that the block stands at."""
        return (self.base, *self.others)


def path_tree(routes: dict[str, list[JsonObject]], otherwise: JsonObject) -> JsonObject:
    """The tree of paths that have one list each.

    Args:
        routes: prefix, and the routes that stand for it and what is below; no slash at the end, but ``/`` itself.
        otherwise: the route that takes every path.
    """
    return tree_of(fixed_blocks(routes), otherwise, KeptLists(KeptParts(), "*"))


def fixed_blocks(routes: dict[str, list[JsonObject]]) -> list[PathBlock]:
    """A block for each prefix."""
    return [_fixed(prefix, own) for prefix, own in routes.items()]


def _fixed(prefix: str, routes: list[JsonObject]) -> PathBlock:
    return PathBlock(prefix, (), lambda _key: routes)


@dataclass(frozen=True, slots=True)
class KeptLists:
    """The lists of a host that earlier compilations made."""

    kept: KeptParts
    host: str

    def at(self, key: str, blocks: list[PathBlock], otherwise: JsonObject) -> JsonObject:
        """The list for a key."""
        made_of = (tuple(blocks), otherwise)
        return self.kept.part(("list", self.host, key), made_of, lambda: _list_of(_routes_at(key, blocks, otherwise)))


def tree_of(blocks: Iterable[PathBlock], otherwise: JsonObject, kept: KeptLists) -> JsonObject:
    """A matcher that hands a path to the routes of the longest prefix it begins with.

    The tree knows letters, not segments: ``/ordersX`` comes to the routes of ``/orders``, and ``/shop/administrator``
    to those of ``/shop/admin``. So each list goes on with the blocks above, by whole segments, and ends in
    ``otherwise``.
    """
    by_base: dict[str, list[PathBlock]] = {}
    keys: set[str] = set()
    for block in blocks:
        by_base.setdefault(block.base, []).append(block)
        keys |= {block.base, *block.keys}
    lists = {key or "/": kept.at(key, list(_above(key, by_base)), otherwise) for key in sorted(keys)}
    if not lists:
        return {"on_no_match": _list_of([otherwise])}
    url = type_url("envoy.type.matcher.v3.HttpRequestHeaderMatchInput")
    path = {"name": "path", "typed_config": {"@type": url, "header_name": ":path"}}
    return {
        "matcher_tree": {"input": path, "prefix_match_map": {"map": lists}},
        "on_no_match": _list_of([otherwise]),
    }


def _routes_at(key: str, above: list[PathBlock], otherwise: JsonObject) -> list[JsonObject]:
    routes: list[JsonObject] = []
    for block in above:
        routes += block.routes_at(key)
        if key in block.keys and key != block.base:
            # All that begins with the key lies below the base, and a block answers all that does.
            return routes
    return [*routes, otherwise]


def is_at_or_below(path: str, prefix: str) -> bool:
    """Whether a path is the prefix or lies below it, by whole segments."""
    return path == prefix or path.startswith(f"{prefix}/")


def may_begin_alike(literal: str, key: str) -> bool:
    """Whether a path that begins with the one may begin with the other."""
    return literal.startswith(key) or key.startswith(literal)


def _above(key: str, by_base: dict[str, list[PathBlock]]) -> Iterable[PathBlock]:
    """The blocks at a key and above it, the nearest first."""
    above = key
    while True:
        yield from by_base.get(above, [])
        if not above:
            return
        above = above.rpartition("/")[0]


def _list_of(routes: list[JsonObject]) -> JsonObject:
    url = type_url("envoy.config.route.v3.RouteList")
    return {"action": {"name": "routes", "typed_config": {"@type": url, "routes": routes}}}
