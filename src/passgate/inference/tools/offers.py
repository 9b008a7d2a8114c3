"""The tools that a caller finds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from passgate.contracts.described_revision import unpacked
from passgate.contracts.offered_tools import OfferedTools, Tool, ToolAccess

_KEPT = 512
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class ListedTool:
    """A tool under the name that it is listed by."""

    name: str
    tool: Tool
    offer: OfferedTools


@dataclass(frozen=True, slots=True)
class ToolCaller:
    """What is known of who asks."""

    application: str
    scopes: frozenset[str]
    roles: frozenset[str]
    services: frozenset[str] | None
    """Ids of the services that the token is limited to; None: it is not."""

    @classmethod
    def of(cls, application: str, claims: Mapping[str, Any]) -> "ToolCaller":
        """From the claims of a verified token."""
        scope = claims.get("scope", claims.get("scp"))
        services = claims.get("services")
        return cls(
            application,
            frozenset(scope.split() if isinstance(scope, str) else _texts(scope)),
            frozenset(_texts(claims.get("roles"))),
            frozenset(_texts(services)) if services is not None else None,
        )

    def may_call(self, offer: OfferedTools, access: ToolAccess) -> bool:
        """Whether the gate would let the call through, as far as that can be said; the gate itself decides."""
        if access.who == "public":
            return True
        if self.services is not None and offer.service_id not in self.services:
            return False
        if access.who == "subscription" and self.application not in offer.subscribers:
            return False
        return self.scopes.issuperset(access.scopes) and (not access.roles or not self.roles.isdisjoint(access.roles))


def listed_tools(offers: Iterable[OfferedTools], base_path: str | None, caller: ToolCaller) -> list[ListedTool]:
    """The tools that the caller may call.

    Args:
        offers: of all services.
        base_path: of the service whose tools alone are wanted; None: those of all, with the service in their names.
        caller: who asks.
    """
    found: list[ListedTool] = []
    taken: set[str] = set()
    for offer in offers:
        if base_path is not None and (offer.base_path != base_path or offer.host is not None):
            continue
        for tool in _tools_of(offer.packed):
            # Names depend on nothing but what is offered, so that one name means one tool, whoever asks.
            name = tool.name if base_path is not None else _free(f"{offer.prefix}_{tool.name}", taken)
            if caller.may_call(offer, offer.access.get(tool.route_id, ToolAccess())):
                found.append(ListedTool(name, tool, offer))
    return found


def is_offered(offers: Iterable[OfferedTools], base_path: str) -> bool:
    """Whether a service has tools at all."""
    return any(offer.base_path == base_path and offer.host is None for offer in offers)


def offered_tool(offers: Iterable[OfferedTools], service_id: str, route_id: str) -> Tool | None:
    """One tool of one service."""
    for offer in offers:
        if offer.service_id == service_id:
            return next((tool for tool in _tools_of(offer.packed) if tool.route_id == route_id), None)
    return None


@lru_cache(maxsize=_KEPT)
def _tools_of(packed: str) -> tuple[Tool, ...]:
    return tuple(Tool.model_validate(one) for one in orjson.loads(unpacked(packed)))


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted[:_LONGEST_NAME], 1
    while name in taken:
        number += 1
        name = f"{wanted[: _LONGEST_NAME - 4]}_{number}"
    taken.add(name)
    return name


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
