"""Lists that Envoy looks a call up in: an RBAC filter over exact strings, whatever their number."""

from collections.abc import Mapping
from typing import Literal

from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject, type_url

Listed = tuple[str, Literal["ALLOW", "DENY"]]
"""A policy's name, which appears in the response code details, and its verdict."""
_WILDCARD = "*"


def lookup_filter(name: str, state_key: str, entries: Mapping[str, Listed], *, missing: Listed) -> JsonObject:
    """An extension resource that judges a call by what the list says of a string of its filter state.

    Args:
        name: of the filter in the chain.
        state_key: the filter state that holds the string.
        entries: the list; order does not matter.
        missing: of a call that is not in it, or has no such string.
    """
    matcher: JsonObject = {"on_no_match": _action(*missing)}
    listed = sorted(entries.items())
    if odd := [one for one in listed if _is_odd(one[0])]:
        matcher = {"matcher_tree": {"input": _filter_state(state_key), **_map(odd)}, **matcher}
        matcher = {"on_no_match": {"matcher": matcher}}
    if plain := [one for one in listed if not _is_odd(one[0])]:
        matcher = {"matcher_tree": {"input": _filter_state(state_key), **_names(plain)}, **matcher}
    return {"name": name, "typed_config": {"@type": names.RBAC, "matcher": matcher}}


def followed_by(first: JsonObject, second: JsonObject) -> JsonObject:
    """A list that asks another one where it finds nothing; both as in the ``matcher`` of :func:`lookup_filter`."""
    below = first["on_no_match"].get("matcher")
    if below is not None:
        second = followed_by(below, second)
    elif "matcher_tree" not in first:
        return second
    return {**first, "on_no_match": {"matcher": second}}


def _is_odd(entry: str) -> bool:
    """Whether a list of names would not take it for what it is: a star there stands for others, or is refused."""
    return not entry or _WILDCARD in entry


def _names(listed: list[tuple[str, Listed]]) -> JsonObject:
    """A list of names: one table from name to verdict, a quarter of the memory of a map of actions or less."""
    by_verdict: dict[Listed, list[str]] = {}
    for entry, said in listed:
        by_verdict.setdefault(said, []).append(entry)
    url = type_url("xds.type.matcher.v3.ServerNameMatcher")
    lists = [{"domains": those, "on_match": _action(*said)} for said, those in sorted(by_verdict.items())]
    return {"custom_match": {"name": "names", "typed_config": {"@type": url, "domain_matchers": lists}}}


def _map(listed: list[tuple[str, Listed]]) -> JsonObject:
    return {"exact_match_map": {"map": {entry: _action(*said) for entry, said in listed}}}


def _action(name: str, verdict: str) -> JsonObject:
    url = type_url("envoy.config.rbac.v3.Action")
    return {"action": {"name": "verdict", "typed_config": {"@type": url, "name": name, "action": verdict}}}


def _filter_state(key: str) -> JsonObject:
    url = type_url("envoy.extensions.matching.common_inputs.network.v3.FilterStateInput")
    return {"name": "filter_state", "typed_config": {"@type": url, "key": key}}
