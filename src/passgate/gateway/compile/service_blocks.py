"""Services with versions as blocks of the path tree: which version, which revision, which route a call belongs to.

A call belongs to one revision, the one that it names or one by weight, and what that has not answers 404. Envoy throws
the dice once a call, so bounds that add up hold over all routes of a list.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from passgate.contracts.published_service import (
    REVISION_HEADER,
    VERSION_HEADER,
    PublishedRevision,
    PublishedService,
    PublishedVersion,
)
from passgate.gateway.compile.joined_routes import joined
from passgate.gateway.compile.path_tree import PathBlock, is_at_or_below, may_begin_alike
from passgate.gateway.compile.route_filters import GateFacts
from passgate.gateway.compile.service_answers import gone_route, no_revision_route, no_version_route
from passgate.gateway.compile.service_places import ANY_HOST, places_of
from passgate.gateway.compile.service_routes import RouteMaker, TemplateRoutes
from passgate.gateway.compile.two_places import version_of_two_places
from passgate.gateway.envoy.names import JsonObject

_ALL = 100
_LONGEST_LIST = 32
"""Routes that are looked through one by one."""


def service_blocks(service: PublishedService, facts: GateFacts) -> Iterator[tuple[str, PathBlock]]:
    """Hosts, ``*`` for those that no service names, and the blocks that stand there."""
    shared = _block_of_two(service, replace(facts, at_gates_host=not service.hosts))
    for place in places_of(service):
        here = replace(facts, at_gates_host=ANY_HOST in place.hosts)
        if shared is not None and place.base in shared.bases:
            if place.base != shared.base:
                continue
            block = shared
        elif place.by_header:
            block = _block_by_header(service, here, place.version)
        else:
            block = _block(service, here, place.base, [_Asked(place.version, {})])
        yield from ((host, block) for host in place.hosts)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A version, None for one that is not there, and what calls of it match besides the path."""

    version: PublishedVersion | None
    match: JsonObject


def _block_by_header(service: PublishedService, facts: GateFacts, default: PublishedVersion | None) -> PathBlock:
    asked = [_Asked(one, _header(VERSION_HEADER, string_match={"exact": one.name})) for one in service.versions]
    unknown = _Asked(None, _header(VERSION_HEADER, present_match=True))
    return _block(service, facts, service.base_path, [*asked, unknown, _Asked(default, {})])


def _block_of_two(service: PublishedService, facts: GateFacts) -> PathBlock | None:
    """The default version at both of its places, as one: half the routes; None where they need blocks of their own."""
    default = version_of_two_places(service)
    if default is None:
        return None
    base = service.base_path
    block = _block(service, facts, base, [_Asked(default, {})], default.name)
    return None if block.keys else replace(block, others=(f"{base}/{default.name}",))


def _block(
    service: PublishedService, facts: GateFacts, base: str, asked: list[_Asked], version_segment: str = ""
) -> PathBlock:
    versions = _Versions(service, facts, base, version_segment)
    variants = [variant for one in asked for variant in versions.variants(one)]

    def joined_at(key: str) -> list[JsonObject]:
        below = None if key == base else key
        return [route for variant in variants for route in variant.joined_at(below)]

    whole = joined_at(base)
    if len(whole) <= _LONGEST_LIST:
        return PathBlock(base, (), lambda key: whole if key == base else joined_at(key))

    @cache
    def routes_at(key: str) -> list[JsonObject]:
        return [route for variant in variants for route in variant.routes_at(key)]

    literals = [one for variant in variants for template in variant.templates for one in template.literals]
    return PathBlock(base, tuple(dict.fromkeys(literals)), routes_at)


@dataclass(frozen=True, slots=True)
class _Variant:
    """The routes of calls that belong to one revision, or to none."""

    templates: tuple[TemplateRoutes, ...]
    elsewhere: Callable[[str | None], list[JsonObject]]
    """For the paths of no template, by the key that they begin with."""

    def joined_at(self, key: str | None) -> Iterator[JsonObject]:
        """The routes for calls whose path begins with a key, None for any, as few as can be."""
        here = [
            one
            for one in self.templates
            if key is None or any(may_begin_alike(literal, key) for literal in one.literals)
        ]
        yield from joined(route for template in here for route in template.routes)
        yield from self.elsewhere(key)

    def routes_at(self, key: str) -> Iterator[JsonObject]:
        """The routes for calls that come to a key and to no longer one, one by one."""
        for template in self.templates:
            if any(is_at_or_below(key, literal) for literal in template.literals):
                yield from (one.route for one in template.routes)
        yield from self.elsewhere(None)


def _answers(*routes: JsonObject) -> _Variant:
    return _Variant((), lambda _key: list(routes))


@dataclass(frozen=True, slots=True)
class _Versions:
    """Makes the variants of versions at a base path."""

    service: PublishedService
    facts: GateFacts
    base: str
    version_segment: str
    """A version's name, where it may follow the base."""

    def variants(self, asked: _Asked) -> list[_Variant]:
        """The variants, in the order in which a call is matched."""
        version, match = asked.version, asked.match
        if version is None:
            return [_answers(no_version_route(self.service, self.base, match))]
        if version.status == "retired" or not version.revisions:
            return [_answers(gone_route(self.service, version, self.base, match))]
        named = _both(match, _header(REVISION_HEADER, present_match=True))
        if len(version.revisions) == 1:
            (only,) = version.revisions
            other = _header(REVISION_HEADER, string_match={"exact": only.id}, invert_match=True)
            unknown = no_revision_route(self.service, version, self.base, _both(named, other))
            return [_answers(unknown), self._variant(version, only, match)]
        return [
            *(self._variant(version, one, _both(match, _named(one))) for one in version.revisions),
            _answers(no_revision_route(self.service, version, self.base, named)),
            *self._weighted(version, match),
        ]

    def _weighted(self, version: PublishedVersion, match: JsonObject) -> Iterator[_Variant]:
        bound = 0
        for one in version.revisions:
            if one.weight == 0:
                continue
            bound += one.weight
            part = {} if bound >= _ALL else {"runtime_fraction": {"default_value": {"numerator": bound}}}
            yield self._variant(version, one, {**match, **part})

    def _variant(self, version: PublishedVersion, revision: PublishedRevision, match: JsonObject) -> _Variant:
        maker = RouteMaker(self.service, version, revision, self.base, self.facts, self.version_segment)
        everywhere = maker.elsewhere(match)

        def elsewhere(key: str | None) -> list[JsonObject]:
            return everywhere if key is None else maker.elsewhere(match, key)

        return _Variant(tuple(maker.templates(match)), elsewhere)


def _header(name: str, **match: object) -> JsonObject:
    return {"headers": [{"name": name, **match}]}


def _named(revision: PublishedRevision) -> JsonObject:
    return _header(REVISION_HEADER, string_match={"exact": revision.id})


def _both(one: JsonObject, other: JsonObject) -> JsonObject:
    return {**one, **other, "headers": [*one.get("headers", []), *other.get("headers", [])]}
