"""What becomes of a call on its way to the upstream, and of the answer on its way back."""

from collections.abc import Iterator

from passgate.contracts.published_service import PublishedRevision, PublishedRoute, PublishedVersion
from passgate.contracts.service_policy import (
    ClaimHeadersPolicy,
    CompressionPolicy,
    HeadersPolicy,
    QueryPolicy,
    ResponseCachePolicy,
    RetryPolicy,
    TimeoutPolicy,
    UpstreamTokenPolicy,
)
from passgate.contracts.upstream_pool import UpstreamPool
from passgate.gateway.compile.cached_routes import has_cache
from passgate.gateway.compile.route_actions import copies_of
from passgate.gateway.compile.route_policies import RoutePolicies
from passgate.gateway.preview.finding import Found, path_at_upstream
from passgate.gateway.preview.rule import Rule


def request_changes(policies: RoutePolicies) -> Iterator[Rule]:
    """Query and headers, in the gate's order. Values are not told: they may be secrets of the owner."""
    query = policies.get("query", QueryPolicy)
    if query is not None:
        yield _changed("query", "The query", [*query.set], [], query.remove)
    headers = policies.get("request_headers", HeadersPolicy)
    if headers is not None:
        yield _changed("request_headers", "The request's headers", [*headers.set], [*headers.add], headers.remove)
    claims = policies.get("claim_headers", ClaimHeadersPolicy)
    if claims is not None:
        listed = ", ".join(f"{name} from {claim}" for name, claim in claims.headers.items())
        yield Rule("claim_headers", "changes", f"The upstream is told claims of the token: {listed}.")
    token = policies.get("upstream_token", UpstreamTokenPolicy)
    if token is not None:
        words = f"The upstream gets a token of Passgate's for {token.audience}, in the header {token.header}."
        yield Rule("upstream_token", "changes", words)


def cache_rules(
    policies: RoutePolicies, revision: PublishedRevision, route: PublishedRoute | None, method: str
) -> Iterator[Rule]:
    """Whether the answer may come from the gate itself."""
    cache = policies.get("response_cache", ResponseCachePolicy)
    pool = _pool_of(revision, route) if revision.pools and not revision.mock else None
    if cache is not None and has_cache(policies, revision, pool) and method.upper() in {"GET", "HEAD"}:
        whose = {"caller": "for this caller", "application": "for this application", "service": "for all callers"}
        words = f"A fresh answer that was kept {whose[cache.per]} is given again; without one the upstream is asked."
        yield Rule("response_cache", "depends", words)


def way_on(
    found: Found, revision: PublishedRevision, route: PublishedRoute | None, policies: RoutePolicies, path: str
) -> Iterator[Rule]:
    """Where the call goes, and how long and often it is tried."""
    seen = path_at_upstream(found, revision, route, path)
    if found.service.kind == "prompt":
        yield Rule("upstream", "passes", "The prompt is answered by a model.")
    elif found.service.kind == "mcp":
        yield Rule("upstream", "passes", "The tool is called at the MCP server.")
    elif revision.mock:
        yield Rule("upstream", "passes", f"The answer is made from the document, for {seen}.")
    else:
        pool = _pool_of(revision, route)
        credentials = f", with {', '.join(one.header for one in pool.credentials)} put on" if pool.credentials else ""
        yield Rule("upstream", "passes", f"The call goes to the pool {pool.name} as {seen}{credentials}.")
        if (copies := copies_of(revision, pool)) is not None:
            yield Rule("mirror", "changes", f"A copy goes to the pool {copies}, its answer unheard.")
    timeout = policies.get("timeout", TimeoutPolicy)
    if timeout is not None and timeout.total_ms:
        yield Rule("timeout", "depends", f"The answer must be complete within {timeout.total_ms} ms; else 504.")
    retry = policies.get("retry", RetryPolicy)
    if retry is not None:
        words = f"What fails without harm is tried again up to {retry.attempts} times."
        yield Rule("retry", "changes", words)


def _pool_of(revision: PublishedRevision, route: PublishedRoute | None) -> UpstreamPool:
    return next(one for one in revision.pools if route is None or route.pool in {None, one.name})


def answer_changes(policies: RoutePolicies, version: PublishedVersion) -> Iterator[Rule]:
    """What is put on the answer and taken off it."""
    if version.status == "deprecated":
        words = "Deprecation and Sunset" if version.sunset_at is not None else "Deprecation"
        yield Rule("deprecation", "changes", f"The answer bears {words}: {version.name} is deprecated.")
    headers = policies.get("response_headers", HeadersPolicy)
    if headers is not None:
        yield _changed("response_headers", "The answer's headers", [*headers.set], [*headers.add], headers.remove)
    if policies.get("compression", CompressionPolicy) is not None:
        yield Rule("compression", "changes", "The answer is compressed for clients that take it.")


def _changed(name: str, what: str, put: list[str], added: list[str], removed: tuple[str, ...]) -> Rule:
    parts = [("set", put), ("added", added), ("removed", list(removed))]
    words = "; ".join(f"{verb}: {', '.join(names)}" for verb, names in parts if names)
    return Rule(name, "changes", f"{what} change: {words or 'nothing'}.")
