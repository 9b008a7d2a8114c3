"""Lists that Envoy looks a call up in: an RBAC filter over one exact map, whatever its size."""

from collections.abc import Mapping
from typing import Literal

from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject, type_url

Listed = tuple[str, Literal["ALLOW", "DENY"]]
"""A policy's name, which appears in the response code details, and its verdict."""


def lookup_filter(name: str, state_key: str, entries: Mapping[str, Listed], *, missing: Listed) -> JsonObject:
    """An extension resource that judges a call by what the list says of a string of its filter state.

    Args:
        name: of the filter in the chain.
        state_key: the filter state that holds the string; on metadata such a map would never match.
        entries: the list; order does not matter.
        missing: of a call that is not in it, or has no such string.
    """
    actions = {said: _action(*said) for said in set(entries.values())}
    listed = {entry: actions[entries[entry]] for entry in sorted(entries)}
    matcher: JsonObject = {"on_no_match": _action(*missing)}
    if listed:
        matcher["matcher_tree"] = {"input": _filter_state(state_key), "exact_match_map": {"map": listed}}
    return {"name": name, "typed_config": {"@type": names.RBAC, "matcher": matcher}}


def _action(name: str, verdict: str) -> JsonObject:
    url = type_url("envoy.config.rbac.v3.Action")
    return {"action": {"name": "verdict", "typed_config": {"@type": url, "name": name, "action": verdict}}}


def _filter_state(key: str) -> JsonObject:
    url = type_url("envoy.extensions.matching.common_inputs.network.v3.FilterStateInput")
    return {"name": "filter_state", "typed_config": {"@type": url, "key": key}}
