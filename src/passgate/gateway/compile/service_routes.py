"""The routes of one revision of a service."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from passgate.contracts.published_service import (
    REVISION_HEADER,
    PublishedRevision,
    PublishedRoute,
    PublishedService,
    PublishedVersion,
)
from passgate.contracts.service_policy import CorsPolicy
from passgate.contracts.upstream_pool import UpstreamPool
from passgate.gateway.compile.path_templates import PathTemplate
from passgate.gateway.compile.policy_filters import CallOwner, entry_filters
from passgate.gateway.compile.route_actions import IDEMPOTENT, action_of, retries_by_method, worker_action
from passgate.gateway.compile.route_changes import changes_of
from passgate.gateway.compile.route_filters import GateFacts, filters_of, metadata_of
from passgate.gateway.compile.route_names import NO_TOKEN, route_name, without
from passgate.gateway.compile.route_policies import policies_at
from passgate.gateway.compile.service_answers import answer_headers, header, not_here_route
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject

_PATHS_TOGETHER = 50


@dataclass(frozen=True, slots=True)
class TemplateRoutes:
    """All routes of one path."""

    literal: str
    routes: tuple[JsonObject, ...]


@dataclass(frozen=True)
class RouteMaker:
    """Makes routes for a revision below a base path."""

    service: PublishedService
    version: PublishedVersion
    revision: PublishedRevision
    base: str
    facts: GateFacts
    _parts: dict[tuple[str, bool], JsonObject] = field(default_factory=dict)

    def templates(self, match: JsonObject) -> Iterator[TemplateRoutes]:
        """The routes by path, the most exact path first; none where the revision takes every path."""
        by_path: dict[str, list[tuple[PathTemplate, PublishedRoute]]] = {}
        for route in self.revision.routes:
            template = PathTemplate(self.base, route.path)
            by_path.setdefault(template.regex, []).append((template, route))
        for same in sorted(by_path.values(), key=lambda same: same[0][0].rank):
            yield TemplateRoutes(same[0][0].literal, tuple(self._of_path(same, match)))

    def elsewhere(self, match: JsonObject) -> list[JsonObject]:
        """What answers the paths that no template takes."""
        if self.revision.routes:
            nowhere = not_here_route(self.service, self.base, match, self.version.id)
            return [*self._other_methods(match), nowhere]
        return [
            route
            for path, exact in self._everything
            for route in self._by_method(None, {**match, **path}, self._kept_path(exact=exact))
        ]

    @cached_property
    def _everything(self) -> list[tuple[JsonObject, bool]]:
        whole: tuple[JsonObject, bool] = {"prefix": f"{self.base}/"}, False
        return [({"path": self.base}, True), whole] if self.base else [whole]

    def _of_path(self, same: list[tuple[PathTemplate, PublishedRoute]], match: JsonObject) -> Iterator[JsonObject]:
        for template, route in same:
            for path in template.matches():
                yield from self._preflight(route, {**match, **path})
                yield from self._by_method(route, {**match, **path}, self._path_at_upstream(template, route, path))

    def _preflight(self, route: PublishedRoute, match: JsonObject) -> Iterator[JsonObject]:
        """What a browser asks before it calls; the filter answers, and the route only says for whom."""
        policies = policies_at(self.service, self.revision, route.id)
        if policies.get("cors", CorsPolicy) is None or not route.methods or "OPTIONS" in route.methods:
            return
        asked = [
            {"name": "origin", "present_match": True},
            {"name": "access-control-request-method", **_one_of(route.methods)},
        ]
        options = {"name": ":method", "string_match": {"exact": "OPTIONS"}}
        off = without(NO_TOKEN)["typed_per_filter_config"]
        yield {
            "name": route_name(names.REST_ROUTE, self.version.id, self.revision.id, route.id),
            "match": {**match, "headers": [*match.get("headers", []), options, *asked]},
            # The filter answers on routes to a cluster alone; nothing may go on from here.
            "route": {"cluster": names.NO_CLUSTER},
            "metadata": {"filter_metadata": {names.METADATA_NAMESPACE: {names.SERVICE_KEY: self.service.id}}},
            "typed_per_filter_config": {**off, **dict(entry_filters(policies))},
        }

    def _by_method(self, route: PublishedRoute | None, match: JsonObject, path: JsonObject) -> Iterator[JsonObject]:
        """A route, or two of them where idempotent methods may be tried again and others may not."""
        methods = route.methods if route is not None else ()
        safe = tuple(method for method in methods or sorted(IDEMPOTENT) if method in IDEMPOTENT)
        policies = policies_at(self.service, self.revision, route.id if route is not None else None)
        if not retries_by_method(policies):
            yield self._route(route, _with_methods(match, methods), path, safe=False)
            return
        if safe:
            yield self._route(route, _with_methods(match, safe), path, safe=True)
        others = tuple(method for method in methods if method not in IDEMPOTENT)
        if others or not methods:
            yield self._route(route, _with_methods(match, others), path, safe=False)

    def _route(self, route: PublishedRoute | None, match: JsonObject, path: JsonObject, *, safe: bool) -> JsonObject:
        key = route.id if route is not None else "", safe
        parts = self._parts.get(key)
        if parts is None:
            parts = self._parts[key] = self._make_parts(route, safe=safe)
        return {**parts, "match": match, "route": {**parts["route"], **path}}

    def _make_parts(self, route: PublishedRoute | None, *, safe: bool) -> JsonObject:
        """All of a route but what it matches."""
        route_id = route.id if route is not None else ""
        policies = policies_at(self.service, self.revision, route_id or None)
        pool = self._pool(route)
        owner = CallOwner(self.service.id, self.revision.id, route_id, self.base)
        changes = changes_of(policies, pool, self._for_worker(route, pool), self.facts.issuers)
        changes["response_headers_to_add"] = [*changes.get("response_headers_to_add", []), *self._answer_headers]
        kind = names.AI_ROUTE if self.service.kind == "prompt" else names.REST_ROUTE
        action = (
            worker_action(policies)
            if pool is None
            else action_of(self.service, self.revision, pool, policies, safe=safe)
        )
        parts: JsonObject = {
            "name": route_name(kind, self.version.id, self.revision.id, route_id),
            "metadata": {"filter_metadata": {names.METADATA_NAMESPACE: metadata_of(owner, policies)}},
            "route": action,
            **changes,
        }
        if filters := filters_of(owner, policies, pool, self.facts):
            parts["typed_per_filter_config"] = filters
        return parts

    @cached_property
    def _answer_headers(self) -> list[JsonObject]:
        return [header(REVISION_HEADER, self.revision.id), *answer_headers(self.service, self.version)]

    def _pool(self, route: PublishedRoute | None) -> UpstreamPool | None:
        """The pool of a route; None where a worker answers."""
        if self.service.kind in {"prompt", "mcp"} or self.revision.mock:
            return None
        named = route.pool if route is not None else None
        return next(pool for pool in self.revision.pools if named in {None, pool.name})

    def _for_worker(self, route: PublishedRoute | None, pool: UpstreamPool | None) -> dict[str, str]:
        """The headers that tell a worker what to answer."""
        if pool is not None:
            return {}
        told = {names.MOCK_HEADER: self.revision.id}
        if self.service.kind == "prompt":
            told = {names.PROMPT_HEADER: self.revision.id}
        elif self.service.kind == "mcp":
            told = {names.SERVER_TOOL_HEADER: f"{self.service.id}/{self.revision.id}"}
        return {**told, **({names.ROUTE_HEADER: route.id} if route is not None else {})}

    def _path_at_upstream(self, template: PathTemplate, route: PublishedRoute, match: JsonObject) -> JsonObject:
        pool = self._pool(route)
        prefix = pool.path_prefix if pool is not None else ""
        if route.rewrite is not None:
            substitution = template.substitution(route.rewrite, prefix)
            if not template.segments:
                return {"prefix_rewrite": substitution}
            return {"regex_rewrite": {"pattern": {"regex": f"^{template.regex}$"}, "substitution": substitution}}
        if not template.segments:
            return self._kept_path(exact=match == {"path": self.base})
        kept = prefix if self._strips(pool) else prefix + self.base
        if kept == self.base:
            return {}
        escaped = kept.replace("\\", "\\\\")
        return {"regex_rewrite": {"pattern": {"regex": f"^{re.escape(self.base)}"}, "substitution": escaped}}

    def _kept_path(self, *, exact: bool) -> JsonObject:
        pool = self._pool(None)
        prefix = pool.path_prefix if pool is not None else ""
        kept = prefix if self._strips(pool) else prefix + self.base
        if exact:
            return {} if kept == self.base else {"prefix_rewrite": kept or "/"}
        return {} if kept == self.base else {"prefix_rewrite": f"{kept}/"}

    def _strips(self, pool: UpstreamPool | None) -> bool:
        """A worker knows the paths of the document alone."""
        return self.service.strip_base_path or pool is None

    def _other_methods(self, match: JsonObject) -> Iterator[JsonObject]:
        """The answers to methods that no template of a path takes, for all paths of the same methods together."""
        by_path: dict[str, list[PublishedRoute]] = {}
        for route in self.revision.routes:
            template = PathTemplate(self.base, route.path)
            regex = template.regex if template.segments else f"{template.regex}/?"
            by_path.setdefault(regex, []).append(route)
        by_methods: dict[str, list[str]] = {}
        for regex, routes in by_path.items():
            if all(route.methods for route in routes):
                listed = ", ".join(sorted({method for route in routes for method in route.methods}))
                by_methods.setdefault(listed, []).append(regex)
        for listed, regexes in by_methods.items():
            for start in range(0, len(regexes), _PATHS_TOGETHER):
                paths = "|".join(regexes[start : start + _PATHS_TOGETHER])
                yield self._other_method({**match, "safe_regex": {"regex": paths}}, listed)

    def _other_method(self, match: JsonObject, listed: str) -> JsonObject:
        return {
            "name": route_name(names.REST_ROUTE, self.version.id, self.revision.id),
            "match": match,
            "direct_response": {"status": 405, "body": {"inline_string": f"The path takes {listed}."}},
            "response_headers_to_add": [header("allow", listed)],
            "metadata": {"filter_metadata": {names.METADATA_NAMESPACE: {names.SERVICE_KEY: self.service.id}}},
            **without(NO_TOKEN),
        }


def _with_methods(match: JsonObject, methods: tuple[str, ...]) -> JsonObject:
    if not methods:
        return match
    return {**match, "headers": [*match.get("headers", []), {"name": ":method", **_one_of(methods)}]}


def _one_of(methods: tuple[str, ...]) -> JsonObject:
    value = {"exact": methods[0]} if len(methods) == 1 else {"safe_regex": {"regex": "|".join(sorted(methods))}}
    return {"string_match": value}
