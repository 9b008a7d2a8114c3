"""The routes of one revision of a service."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import orjson

from passgate.contracts.published_service import (
    REVISION_HEADER,
    PublishedRevision,
    PublishedRoute,
    PublishedService,
    PublishedVersion,
)
from passgate.contracts.service_policy import CorsPolicy, ValidationPolicy
from passgate.contracts.upstream_pool import UpstreamPool
from passgate.gateway.compile.cached_routes import cached_match, cached_methods, has_cache, keeps_answers, through_cache
from passgate.gateway.compile.joined_routes import PATHS_TOGETHER, TemplateRoute, any_of
from passgate.gateway.compile.method_matches import preflight_route, with_methods
from passgate.gateway.compile.path_templates import PathTemplate
from passgate.gateway.compile.path_tree import may_begin_alike
from passgate.gateway.compile.policy_filters import CallOwner, entry_filters
from passgate.gateway.compile.route_actions import IDEMPOTENT, action_of, retries_by_method, worker_action
from passgate.gateway.compile.route_changes import changes_of
from passgate.gateway.compile.route_filters import GateFacts, filters_of, metadata_of
from passgate.gateway.compile.route_names import OFF_FOR_ANSWERS, route_name, without
from passgate.gateway.compile.route_policies import RoutePolicies, policies_at
from passgate.gateway.compile.service_answers import APART, answer_headers, header, not_here_route
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject

_Calls = Literal["", "safe", "cached"]
"""Of a route's calls: any, those by idempotent methods, those whose answers are kept."""


@dataclass(frozen=True, slots=True)
class TemplateRoutes:
    """All routes of one path."""

    literals: tuple[str, ...]
    routes: tuple[TemplateRoute, ...]


@dataclass(frozen=True)
class RouteMaker:
    """Makes routes for a revision below a base path, which its version's name may follow."""

    service: PublishedService
    version: PublishedVersion
    revision: PublishedRevision
    base: str
    facts: GateFacts
    version_segment: str = ""
    """The version's name, where it may follow the base."""
    _parts: dict[tuple[str, str], "_Parts"] = field(default_factory=dict)

    def templates(self, match: JsonObject) -> Iterator[TemplateRoutes]:
        """The routes by path, the most exact path first; none where the revision takes every path."""
        by_path: dict[str, list[tuple[PathTemplate, PublishedRoute]]] = {}
        for template, route in self._routes:
            by_path.setdefault(template.regex, []).append((template, route))
        for same in sorted(by_path.values(), key=lambda same: same[0][0].rank):
            yield TemplateRoutes(same[0][0].literals, tuple(self._of_path(same, match)))

    def elsewhere(self, match: JsonObject, key: str | None = None) -> list[JsonObject]:
        """What answers the paths that no template takes.

        Args:
            match: of the calls besides the path.
            key: that all paths begin with; None: any.
        """
        if self.revision.routes:
            nowhere = not_here_route(self.service, self.base, match, self.version.id)
            return [*self._other_methods(match, key), nowhere]
        return [
            {**parts.form, "match": whole, "route": {**parts.form["route"], **kept}}
            for path, exact in self._everything
            for kept in [self._kept_path(exact=exact)]
            for parts, whole, _ in self._by_method(None, {**match, **path})
        ]

    @cached_property
    def _routes(self) -> list[tuple[PathTemplate, PublishedRoute]]:
        return [(PathTemplate(self.base, route.path, self.version_segment), route) for route in self.revision.routes]

    @cached_property
    def _everything(self) -> list[tuple[JsonObject, bool]]:
        whole: tuple[JsonObject, bool] = {"prefix": f"{self.base}/"}, False
        return [({"path": self.base}, True), whole] if self.base else [whole]

    def _of_path(self, same: list[tuple[PathTemplate, PublishedRoute]], match: JsonObject) -> Iterator[TemplateRoute]:
        for template, route in same:
            for path in template.matches():
                yield from self._preflight(template, route, match, path)
                to = self._path_at_upstream(template, route, path)
                for parts, whole, methods in self._by_method(route, match):
                    yield TemplateRoute(
                        template,
                        {
                            **parts.form,
                            "name": self._name(route.id, parts.kind),
                            "match": {**whole, **path},
                            "route": {**parts.form["route"], **to},
                        },
                        name=self._name(kind=parts.kind),
                        methods=methods,
                        likeness=(parts.text, orjson.dumps([whole, to])) if template.segments else None,
                    )

    def _preflight(
        self, template: PathTemplate, route: PublishedRoute, match: JsonObject, path: JsonObject
    ) -> Iterator[TemplateRoute]:
        """What a browser asks before it calls; the filter answers, and the route only says for whom."""
        policies = self._policies(route)
        if policies.get("cors", CorsPolicy) is None or not route.methods or "OPTIONS" in route.methods:
            return
        form = preflight_route(self.service.id, dict(entry_filters(policies)), match, route.methods)
        alone = {**form, "name": self._name(route.id, names.REST_ROUTE), "match": {**form["match"], **path}}
        likeness = (orjson.dumps(form),) if template.segments else None
        yield TemplateRoute(template, alone, self._name(kind=names.REST_ROUTE), ("OPTIONS",), likeness)

    def _by_method(
        self, route: PublishedRoute | None, match: JsonObject
    ) -> Iterator[tuple["_Parts", JsonObject, tuple[str, ...]]]:
        """A route; one before it where answers are kept, and two where only idempotent methods may be tried again."""
        methods = route.methods if route is not None else ()
        kept = cached_methods(methods)
        if kept and has_cache(self._policies(route), self.revision, self._pool(route)):
            yield self._parts_of(route, "cached"), with_methods(cached_match(match), kept), kept
        safe = tuple(method for method in methods or sorted(IDEMPOTENT) if method in IDEMPOTENT)
        policies = self._policies(route)
        if not retries_by_method(policies):
            yield self._parts_of(route, ""), with_methods(match, methods), methods
            return
        if safe:
            yield self._parts_of(route, "safe"), with_methods(match, safe), safe
        others = tuple(method for method in methods if method not in IDEMPOTENT)
        if others or not methods:
            yield self._parts_of(route, ""), with_methods(match, others), others

    def _parts_of(self, route: PublishedRoute | None, calls: _Calls) -> "_Parts":
        key = (f"pool {route.pool}" if self._alike else route.id) if route is not None else "", calls
        parts = self._parts.get(key)
        if parts is None:
            form = self._make_parts(route, calls)
            kind = names.KEPT_ROUTE if calls == "cached" else None
            parts = self._parts[key] = _Parts({"name": self._name(kind=kind), **form}, orjson.dumps(form), kind)
        return parts

    def _policies(self, route: PublishedRoute | None) -> RoutePolicies:
        if route is None or not self._named:
            return self._everywhere
        return policies_at(self.service, self.revision, route.id)

    @cached_property
    def _everywhere(self) -> RoutePolicies:
        return policies_at(self.service, self.revision, None)

    @cached_property
    def _named(self) -> bool:
        """Whether a policy names routes."""
        return any(one.routes for one in (*self.service.policies, *self.revision.policies))

    @cached_property
    def _alike(self) -> bool:
        """Whether routes differ in nothing but what they match, their pools and names."""
        told = self._pool(None) is None or self._everywhere.get("validation", ValidationPolicy) is not None
        return not told and not self._named

    @cached_property
    def _keeps_answers(self) -> bool:
        """Whether any revision keeps answers: what one changes, another may have kept."""
        return keeps_answers(self.service)

    def _name(self, route_id: str = "", kind: str | None = None) -> str:
        own = names.AI_ROUTE if self.service.kind == "prompt" else names.REST_ROUTE
        return route_name(kind or own, self.version.id, self.revision.id, route_id)

    def _make_parts(self, route: PublishedRoute | None, calls: _Calls) -> JsonObject:
        """All of a route but its name and what it matches."""
        route_id = route.id if route is not None else ""
        policies = self._policies(route)
        pool = self._pool(route)
        may_change = pool is not None and calls != "cached" and self._keeps_answers
        owner = CallOwner(self.service.id, self.revision.id, route_id, self.base, may_change=may_change)
        changes = changes_of(policies, pool, self._for_worker(route, pool), self.facts.issuers)
        changes["response_headers_to_add"] = [*changes.get("response_headers_to_add", []), *self._answer_headers]
        if self.facts.at_gates_host:
            changes["response_headers_to_add"].append(APART)  # the last, so that no policy takes it away
        if pool is None:
            way = {"route": worker_action(policies), **changes}
        elif calls == "cached":
            way = through_cache(self.service, self.revision, pool, policies, changes)
        else:
            safe = calls == "safe"
            way = {"route": action_of(self.service, self.revision, pool, policies, safe=safe), **changes}
        parts: JsonObject = {
            "metadata": {"filter_metadata": {names.METADATA_NAMESPACE: metadata_of(owner, policies)}},
            **way,
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
            return self._kept_path(exact=bool(self.base) and match == template.matches()[0])
        kept = prefix if self._strips(pool) else prefix + self.base
        if kept == self.base:
            return {}
        escaped = kept.replace("\\", "\\\\")
        return {"regex_rewrite": {"pattern": {"regex": f"^{template.base_regex}"}, "substitution": escaped}}

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

    def _other_methods(self, match: JsonObject, key: str | None) -> Iterator[JsonObject]:
        """The answers to methods that no template of a path takes, for all paths of the same methods together."""
        by_path: dict[str, list[tuple[PathTemplate, PublishedRoute]]] = {}
        for template, route in self._routes:
            if key is None or any(may_begin_alike(one, key) for one in template.literals):
                by_path.setdefault(template.regex, []).append((template, route))
        by_methods: dict[str, list[PathTemplate]] = {}
        for same in by_path.values():
            if all(route.methods for _, route in same):
                listed = ", ".join(sorted({method for _, route in same for method in route.methods}))
                by_methods.setdefault(listed, []).append(same[0][0])
        for listed, templates in by_methods.items():
            for start in range(0, len(templates), PATHS_TOGETHER):
                paths = any_of(templates[start : start + PATHS_TOGETHER])
                yield self._other_method({**match, **paths}, listed)

    def _other_method(self, match: JsonObject, listed: str) -> JsonObject:
        return {
            "name": route_name(names.REST_ROUTE, self.version.id, self.revision.id),
            "match": match,
            "direct_response": {"status": 405, "body": {"inline_string": f"The path takes {listed}."}},
            "response_headers_to_add": [header("allow", listed)],
            "metadata": {"filter_metadata": {names.METADATA_NAMESPACE: {names.SERVICE_KEY: self.service.id}}},
            **without(OFF_FOR_ANSWERS),
        }


@dataclass(frozen=True, slots=True)
class _Parts:
    """All of a route but what it matches."""

    form: JsonObject
    text: bytes
    """To tell whether two are alike."""
    kind: str | None
    """In its name; None: the service's."""
