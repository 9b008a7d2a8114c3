"""What changes for callers from one revision to another, and what of it breaks them."""

from collections.abc import Iterator

from passgate.contracts.prompt import PromptDefinition
from passgate.contracts.published_service import PublishedRoute
from passgate.contracts.upstream_pool import UpstreamPool
from passgate.publishing.change import Change
from passgate.publishing.definition import RevisionDefinition
from passgate.publishing.policy_diff import policy_changes
from passgate.publishing.prompts.comparison import prompt_changes

_ANY = "any method"
_Endpoints = dict[tuple[str, str], PublishedRoute]


def changes_between(before: RevisionDefinition, after: RevisionDefinition) -> list[Change]:
    """Every difference: routes, policies, upstreams, document, prompt; those that break callers first."""
    found = [
        *_route_changes(before, after),
        *policy_changes(before.policies, after.policies),
        *_pool_changes(before, after),
        *_answer_changes(before, after),
        *_prompt_changes(before.prompt, after.prompt),
    ]
    return sorted(found, key=lambda change: not change.breaking)


def _endpoints(definition: RevisionDefinition) -> _Endpoints:
    return {(method, route.path): route for route in definition.routes for method in route.methods or (_ANY,)}


def _route_changes(before: RevisionDefinition, after: RevisionDefinition) -> Iterator[Change]:
    old, new = _endpoints(before), _endpoints(after)
    if old and not new:
        yield Change(part="route", way="changed", name="all paths", text="Every path is answered now.")
        return
    if new and not old:
        text = f"Only {len(new)} routes are answered; other paths get 404."
        yield Change(part="route", way="changed", name="all paths", text=text, breaking=True)
    for method, path in old.keys() - new.keys():
        if (_ANY, path) in new:
            continue
        gone = not any(other == path for _, other in new)
        text = "Its calls get 404." if gone else "Its calls get 405."
        yield Change(part="route", way="removed", name=f"{method} {path}", text=text, breaking=True)
    for method, path in sorted(new.keys() - old.keys()):
        if old:
            yield Change(part="route", way="added", name=f"{method} {path}", text="It is new.")
    for key in sorted(old.keys() & new.keys()):
        was, now = old[key], new[key]
        name = " ".join(key)
        if was.pool != now.pool:
            text = f"It goes to the pool {now.pool or 'that is first'}."
            yield Change(part="route", way="changed", name=name, text=text)
        if was.rewrite != now.rewrite:
            text = f"The upstream sees {now.rewrite or 'the path as it came'}."
            yield Change(part="route", way="changed", name=name, text=text)


def _pool_changes(before: RevisionDefinition, after: RevisionDefinition) -> Iterator[Change]:
    old, new = ({pool.name: pool for pool in one.pools} for one in (before, after))
    for name in sorted(old.keys() - new.keys()):
        yield Change(part="upstream", way="removed", name=name, text="The pool is gone.")
    for name in sorted(new.keys() - old.keys()):
        yield Change(part="upstream", way="added", name=name, text=f"Calls may go to {_addresses(new[name])}.")
    for name in sorted(old.keys() & new.keys()):
        for text in _pool_texts(old[name], new[name]):
            yield Change(part="upstream", way="changed", name=name, text=text)
    if before.mirror_pool != after.mirror_pool:
        text = f"Copies of the calls go to {after.mirror_pool or 'no pool'}."
        yield Change(part="upstream", way="changed", name="mirror", text=text)


def _pool_texts(old: UpstreamPool, new: UpstreamPool) -> Iterator[str]:
    if old.endpoints != new.endpoints:
        yield f"Addresses: {_addresses(old)} before, {_addresses(new)} after."
    if (old.tls is None) != (new.tls is None):
        yield "Calls go over TLS." if new.tls else "Calls go in plain text."
    elif old.tls != new.tls:
        yield "The TLS settings are others."
    if old.credentials != new.credentials:
        named = ", ".join(one.header for one in new.credentials) or "none"
        yield f"The credentials are others; headers: {named}."
    for name in ("path_prefix", "host_header", "protocol", "balance", "connect_timeout_ms"):
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            yield f"{name.replace('_', ' ').capitalize()}: {_shown(was)} before, {_shown(now)} after."
    for name in ("hash_key", "health", "passive_health", "circuit"):
        if getattr(old, name) != getattr(new, name):
            yield f"{name.replace('_', ' ').capitalize()}: other values."


def _answer_changes(before: RevisionDefinition, after: RevisionDefinition) -> Iterator[Change]:
    if before.mock != after.mock:
        text = "Calls are answered from the document's examples." if after.mock else "Calls go to the upstream."
        yield Change(part="answer", way="changed", name="mock", text=text, breaking=after.mock)
    if before.document != after.document:
        way = "added" if before.document is None else "removed" if after.document is None else "changed"
        text = "The OpenAPI document is another." if way == "changed" else f"The OpenAPI document is {way}."
        yield Change(part="document", way=way, name="OpenAPI", text=text)


def _prompt_changes(before: PromptDefinition | None, after: PromptDefinition | None) -> Iterator[Change]:
    if before is None or after is None or before == after:
        return
    for change in prompt_changes(before, after):
        yield Change(part="prompt", way="changed", name="prompt", text=change.text, breaking=change.breaking)


def _addresses(pool: UpstreamPool) -> str:
    return ", ".join(f"{one.host}:{one.port}" for one in pool.endpoints)


def _shown(value: object) -> str:
    return "none" if value in {None, ""} else str(value)
