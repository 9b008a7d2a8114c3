"""Routes that only their paths tell apart, joined into one: a route takes some kilobytes of Envoy, a path some bytes.

Envoy asks one expression for hundreds of paths in the time that it takes for one. Which of them a call took, the log no
longer says then; whoever wants to know it asks the document again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from passgate.gateway.compile.path_expressions import expression_of
from passgate.gateway.compile.path_templates import PathTemplate
from passgate.gateway.envoy.names import JsonObject

PATHS_TOGETHER = 200
"""Paths in one expression."""


@dataclass(frozen=True, slots=True)
class TemplateRoute:
    """A route for one template."""

    template: PathTemplate
    route: JsonObject
    """As it stands alone."""
    name: str
    """The route's, where it is one of several."""
    methods: tuple[str, ...]
    """Of the calls that it takes; empty: all."""
    likeness: tuple[bytes, ...] | None
    """The same for all that may be joined; None: for nobody."""


@dataclass(slots=True)
class _Joined:
    """Routes that stand in one place."""

    members: list[TemplateRoute] = field(default_factory=list)

    def takes(self, one: TemplateRoute) -> bool:
        """Whether it may be joined."""
        first = self.members[0]
        return first.likeness == one.likeness and len(self.members) < PATHS_TOGETHER

    def is_in_the_way_of(self, one: TemplateRoute) -> bool:
        """Whether a call may be meant for a route here and for that one, so that their order matters."""
        return any(
            _share(mine.methods, one.methods) and mine.template.may_take_paths_of(one.template) for mine in self.members
        )

    def as_route(self) -> JsonObject:
        first = self.members[0]
        if len(self.members) == 1:
            return first.route
        match = {name: value for name, value in first.route["match"].items() if name not in {"path", "safe_regex"}}
        return {
            **first.route,
            "name": first.name,
            "match": {**match, **any_of(m.template for m in self.members)},
        }


def joined(routes: Iterable[TemplateRoute]) -> Iterator[JsonObject]:
    """The routes in an order in which each call comes to the one that it came to before.

    Args:
        routes: the more exact first, all below one base.
    """
    places: list[_Joined] = []
    for one in routes:
        place = _place_for(one, places)
        if place is None:
            place = _Joined()
            places.append(place)
        place.members.append(one)
    return (place.as_route() for place in places)


def any_of(templates: Iterable[PathTemplate]) -> JsonObject:
    """A matcher that takes the paths of any template; all have one base."""
    listed = list(templates)
    return {"safe_regex": {"regex": listed[0].base_regex + expression_of(one.parts for one in listed)}}


def _place_for(one: TemplateRoute, places: list[_Joined]) -> _Joined | None:
    if one.likeness is None:
        return None
    for place in reversed(places):
        if place.takes(one):
            return place
        if place.is_in_the_way_of(one):
            return None
    return None


def _share(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return not some or not others or not set(some).isdisjoint(others)
