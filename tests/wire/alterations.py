"""Protections taken away one by one: each test of a trap shows that it fails without its protection."""

from collections.abc import Callable
from typing import Any

from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject

Resources = dict[str, dict[str, JsonObject]]


def manager(config: JsonObject) -> JsonObject:
    """The HTTP connection manager of a start-up file."""
    chain = config["static_resources"]["listeners"][0]["filter_chains"][0]
    return dict.__getitem__(chain["filters"][0], "typed_config")  # type: ignore[no-any-return]


def manager_without(*keys: str) -> Callable[[JsonObject], None]:
    def alter(config: JsonObject) -> None:
        for key in keys:
            del manager(config)[key]

    return alter


def without_required_claims(resources: Resources) -> None:
    """The filter that asks for claims judges nothing."""
    resources[names.EXTENSION][names.REQUIRED_FILTER]["typed_config"] = {"@type": names.RBAC}


def providers(resources: Resources) -> list[JsonObject]:
    return list(jwt(resources)["providers"].values())


def jwt(resources: Resources) -> JsonObject:
    config: JsonObject = resources[names.EXTENSION][names.JWT_FILTER]["typed_config"]
    return config


def routes(resources: Resources) -> list[dict[str, Any]]:
    tree = resources[names.ROUTES][names.ROUTE_TABLE]["virtual_hosts"][0]["matcher"]
    actions = [*tree["matcher_tree"]["prefix_match_map"]["map"].values(), tree["on_no_match"]]
    return [route for action in actions for route in action["action"]["typed_config"]["routes"]]
