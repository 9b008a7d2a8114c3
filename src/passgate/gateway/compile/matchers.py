"""Lists that Envoy looks a call up in: an RBAC filter over one exact map, whatever its size."""

from collections.abc import Iterable
from typing import Literal

from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject, type_url

Verdict = Literal["ALLOW", "DENY"]


def lookup_filter(
    name: str, state_key: str, entries: Iterable[str], *, found: tuple[str, Verdict], missing: tuple[str, Verdict]
) -> JsonObject:
    """An extension resource that judges a call by whether a string of its filter state is in the list.

    Args:
        name: of the filter in the chain.
        state_key: the filter state that holds the string; on metadata such a map would never match.
        entries: the list; order and repetition do not matter.
        found: policy name (it appears in the response code details) and verdict for a call in the list.
        missing: the same for a call that is not in it, or has no such string.
    """
    hit = _action(*found)
    listed = dict.fromkeys(sorted(set(entries)), hit)
    matcher: JsonObject = {"on_no_match": _action(*missing)}
    if listed:
        matcher["matcher_tree"] = {"input": _filter_state(state_key), "exact_match_map": {"map": listed}}
    return {"name": name, "typed_config": {"@type": names.RBAC, "matcher": matcher}}


def _action(name: str, verdict: Verdict) -> JsonObject:
    url = type_url("envoy.config.rbac.v3.Action")
    return {"action": {"name": "verdict", "typed_config": {"@type": url, "name": name, "action": verdict}}}


def _filter_state(key: str) -> JsonObject:
    url = type_url("envoy.extensions.matching.common_inputs.network.v3.FilterStateInput")
    return {"name": "filter_state", "typed_config": {"@type": url, "key": key}}
