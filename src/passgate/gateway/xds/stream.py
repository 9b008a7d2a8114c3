"""One Envoy's delta ADS stream: what it asked for, what it holds, and what it said."""

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from typing import Any

from passgate.gateway.envoy import names
from passgate.gateway.envoy.messages import MessageFactory
from passgate.gateway.xds.packed import Packed

_WILDCARD = "*"
_UNKNOWN = "?"
"""The version of a resource of which a rejected update leaves unknown what Envoy made of it."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Envoy's own words on resources that it would not take."""

    type_url: str
    message: str


@dataclass(slots=True)
class _Type:
    """What the stream knows of one type of resource."""

    wildcard: bool = False
    wanted: set[str] = field(default_factory=set)
    held: dict[str, str] = field(default_factory=dict)
    """Name and version of all that Envoy was sent, or said it has."""
    offer: dict[str, Packed] | None = None
    """What Envoy shall hold; None: nothing was decided yet."""
    removing: bool = False
    spared: Collection[str] = ()
    """Too much, and not taken away yet."""
    unanswered: dict[str, set[str]] = field(default_factory=dict)
    """Nonce, and the names that the response touched."""
    rejection: Rejection | None = None

    def wants(self, name: str) -> bool:
        return self.wildcard or name in self.wanted

    def complete(self) -> bool:
        if self.offer is None:
            return True
        return not self.unanswered and all(self.held.get(name) == one.version for name, one in self.offer.items())


class DeltaStream:
    """A stream; the gRPC handler drives :meth:`take_in` and :meth:`responses`."""

    def __init__(self, factory: MessageFactory) -> None:
        self._response = factory.message_class("envoy.service.discovery.v3.DeltaDiscoveryResponse")
        self._types: dict[str, _Type] = {}
        self._outbox: asyncio.Queue[Any] = asyncio.Queue()
        self._nonces = 0
        self._changed = asyncio.Event()
        self.asked = asyncio.Event()
        """Set when Envoy asks for something anew."""
        self.closed = False

    def offer(
        self, type_url: str, resources: dict[str, Packed], *, remove: bool, spare: Collection[str] = ()
    ) -> list[str]:
        """Say what Envoy shall hold of a type; send what differs, and with ``remove`` take away what is too much.

        Args:
            type_url: of the type.
            resources: by name.
            remove: whether to take anything away.
            spare: names that are left there for now.

        Returns:
            Names of what was sent and is looked up after it is acknowledged.
        """
        kind = self._types.setdefault(type_url, _Type())
        kind.offer, kind.removing, kind.spared, kind.rejection = resources, remove, spare, None
        return [name for name in self._send_difference(type_url, kind) if resources[name].looked_up]

    async def settle(self, type_url: str) -> Rejection | None:
        """Wait until Envoy has answered all that it was sent of a type, or is gone (see ``closed``)."""
        kind = self._types.setdefault(type_url, _Type())
        while kind.unanswered and not self.closed:
            self._changed.clear()
            await self._changed.wait()
        return kind.rejection

    def complete(self) -> bool:
        """Whether Envoy holds, and has acknowledged, all that is on offer; a starting Envoy asks bit by bit."""
        return not self.closed and all(kind.complete() for kind in self._types.values())

    def holds(self, type_url: str) -> bool:
        """Whether Envoy has resources of a type."""
        kind = self._types.get(type_url)
        return kind is not None and bool(kind.held)

    def surplus(self, type_url: str, resources: Collection[str]) -> list[str]:
        """Names of what Envoy holds of a type beyond these."""
        kind = self._types.get(type_url)
        return [name for name in kind.held if name not in resources] if kind is not None else []

    def close(self) -> None:
        """End the stream from our side."""
        self.closed = True
        self._changed.set()
        self.asked.set()
        self._outbox.put_nowait(None)

    async def responses(self) -> AsyncIterator[Any]:
        """What to send to Envoy, in order, until the stream is closed."""
        while (response := await self._outbox.get()) is not None:
            yield response

    async def take_in(self, requests: AsyncIterator[Any]) -> None:
        """Take in all that Envoy says, until it ends the stream."""
        async for request in requests:
            self._take(request)
            self._changed.set()

    def _take(self, request: Any) -> None:  # noqa: ANN401  # a class that is made while running
        kind = self._types.setdefault(request.type_url, _Type())
        if request.response_nonce:
            self._answered(kind, request)
        first = not (kind.wildcard or kind.wanted or request.response_nonce)
        subscribed = set(request.resource_names_subscribe)
        if first:
            kind.held.update(request.initial_resource_versions)
            kind.wildcard = not subscribed or _WILDCARD in subscribed
        kind.wanted |= subscribed - {_WILDCARD}
        dropped = set(request.resource_names_unsubscribe)
        kind.wanted -= dropped
        for name in dropped:
            kind.held.pop(name, None)
        if first or subscribed:
            if request.type_url == names.SECRET:
                # At once: Envoy acknowledges a cluster only when it has the secrets that the cluster waits for.
                self._send_difference(request.type_url, kind)
            self.asked.set()

    def _answered(self, kind: _Type, request: Any) -> None:  # noqa: ANN401  # as above
        touched = kind.unanswered.pop(request.response_nonce, None)
        if touched is None or not request.HasField("error_detail"):
            return
        kind.held.update(dict.fromkeys(touched, _UNKNOWN))
        kind.rejection = Rejection(request.type_url, request.error_detail.message)

    def _send_difference(self, type_url: str, kind: _Type) -> Collection[str]:
        if kind.offer is None:
            return ()
        changed = {
            name: packed
            for name, packed in kind.offer.items()
            if kind.wants(name) and kind.held.get(name) != packed.version
        }
        surplus = []
        if kind.removing:
            surplus = [name for name in kind.held if name not in kind.offer and name not in kind.spared]
        if not changed and not surplus:
            return ()
        self._nonces += 1
        response = self._response(type_url=type_url, nonce=str(self._nonces), removed_resources=surplus)
        for name, packed in changed.items():
            response.resources.add(name=name, version=packed.version, resource=packed.body)
            kind.held[name] = packed.version
        for name in surplus:
            del kind.held[name]
        kind.unanswered[str(self._nonces)] = {*changed, *surplus}
        self._outbox.put_nowait(response)
        return changed
