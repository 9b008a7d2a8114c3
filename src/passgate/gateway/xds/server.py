"""Delta ADS over a Unix socket, for the one Envoy of this node."""

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import grpc
from google.protobuf.message import Message

from passgate.gateway.envoy import names
from passgate.gateway.envoy.messages import MessageFactory
from passgate.gateway.envoy.names import JsonObject
from passgate.gateway.xds.outcome import AckHook, LookUpHook, Outcome, OutcomeKind, RejectHook
from passgate.gateway.xds.packed import Packed, PackedResources, Packer
from passgate.gateway.xds.stream import DeltaStream, Rejection

_DISCOVERY = "envoy.service.discovery.v3"
_LARGEST_MESSAGE = 256 * 1024 * 1024
_OWNER_ONLY = 0o600

_ORDER = (
    (names.CLUSTER, False),
    (names.SECRET, False),
    (names.EXTENSION, False),
    (names.ROUTES, True),
    (names.EXTENSION, True),
    (names.CLUSTER, True),
    (names.SECRET, True),
)
"""Make before break: what routes lead to comes before the routes, and goes after them (True: take away as well).

Clusters come first of all, since a starting Envoy asks for nothing else until it has them.
"""


_LATE_SECONDS = 1.0
"""How long a pool stays that no route leads to any more: a call may be with a worker, who looks for a kept answer
before it asks the pool."""


@dataclass(slots=True)
class _Group:
    """A set of resources that is published as a whole; no two groups share a name of a resource."""

    good: tuple[str, PackedResources] | None = None
    candidate: tuple[str, PackedResources] | None = None

    @property
    def current(self) -> PackedResources:
        version = self.candidate or self.good
        return version[1] if version else {}


def _ignore(*_said: str) -> None:
    """Hear nothing."""


async def _wait_for_none(_names: Collection[str]) -> None:
    """Go on at once."""


class AdsServer:
    """Holds the resources, pushes what changed, and hears what Envoy made of it.

    Args:
        factory: messages of the Envoy that will connect.
        socket: path of the Unix socket.
        on_ack: called when Envoy has acknowledged all of a version, at once or after it came back.
        on_reject: called when Envoy rejected a version; the last good one, if any, is in force again.
        looked_up: waits for the addresses of new clusters, before routes lead to them.
    """

    def __init__(
        self,
        factory: MessageFactory,
        socket: Path,
        *,
        on_ack: AckHook = _ignore,
        on_reject: RejectHook = _ignore,
        looked_up: LookUpHook = _wait_for_none,
    ) -> None:
        self._factory = factory
        self._socket = socket
        self._on_ack = on_ack
        self._on_reject = on_reject
        self._looked_up = looked_up
        self._packer = Packer(factory)
        self._groups: dict[str, _Group] = {}
        self._stream: DeltaStream | None = None
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._leaving: dict[asyncio.Task[Any], frozenset[str]] = {}
        """What takes pools away, each in its time."""
        self._server: Any = None

    @property
    def connected(self) -> bool:
        """Whether an Envoy is on the line."""
        return self._stream is not None

    async def start(self) -> None:
        """Listen; only the owner may connect."""
        # Envoy's keep-alive pings on an idle stream are wanted; by default the server hangs up on them.
        options = [("grpc.max_send_message_length", _LARGEST_MESSAGE), ("grpc.http2.max_ping_strikes", 0)]
        self._server = grpc.aio.server(options=options)
        handler = grpc.stream_stream_rpc_method_handler(
            self._serve,
            request_deserializer=self._factory.message_class(f"{_DISCOVERY}.DeltaDiscoveryRequest").FromString,
            response_serializer=_serialized,
        )
        service = f"{_DISCOVERY}.AggregatedDiscoveryService"
        methods = {"DeltaAggregatedResources": handler}
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, methods),))
        self._server.add_insecure_port(f"unix:{self._socket}")
        await self._server.start()
        self._socket.chmod(_OWNER_ONLY)

    async def stop(self) -> None:
        """End the stream and the server; Envoy serves on with what it holds."""
        if self._stream is not None:
            self._stream.close()
        for leaving in self._leaving:
            leaving.cancel()
        await self._server.stop(grace=None)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def publish(self, group: str, version: str, resources: dict[str, dict[str, JsonObject]]) -> Outcome:
        """Put a set in force, and wait until Envoy has taken or rejected it.

        Publications wait for each other. One that is cancelled goes on; only its outcome is lost.

        Args:
            group: which set this replaces as a whole, such as ``snapshot`` or ``deny``.
            version: what the hooks will call it.
            resources: type URL, name, JSON form.

        Raises:
            UnknownShapeError: a resource does not fit Envoy's messages; nothing was sent, nothing changed.
        """
        return await asyncio.shield(self._task(self._publish(group, version, resources)))

    def _task(self, work: Any) -> asyncio.Task[Any]:  # noqa: ANN401  # any coroutine
        task: asyncio.Task[Any] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _publish(self, name: str, version: str, resources: dict[str, dict[str, JsonObject]]) -> Outcome:
        async with self._turn:
            # Thousands of services take their time, in which the node's counters must answer.
            packed = await asyncio.to_thread(self._packer.pack, resources)
            self._groups.setdefault(name, _Group()).candidate = (version, packed)
            if self._stream is None:
                return Outcome(OutcomeKind.WAITING)
            return await self._bring_into_force(self._stream)

    async def _serve(self, requests: AsyncIterator[Any], _context: object) -> AsyncIterator[Any]:
        """One stream of Envoy; a new one takes the place of an older one, whose Envoy is gone."""
        stream = DeltaStream(self._factory)
        if self._stream is not None:
            self._stream.close()
        self._stream = stream
        reading = self._task(_read(stream, requests))
        attending = self._task(self._attend(stream))
        try:
            async for response in stream.responses():
                yield response
        finally:
            stream.close()
            reading.cancel()
            if self._stream is stream:
                self._stream = None
            await asyncio.gather(reading, attending, return_exceptions=True)

    async def _attend(self, stream: DeltaStream) -> None:
        """Give Envoy what it asks for, as it asks; a publication is not kept waiting for what it has not asked for."""
        while not stream.closed:
            await stream.asked.wait()
            stream.asked.clear()
            async with self._turn:
                if self._stream is stream and self._groups:
                    await self._bring_into_force(stream)

    async def _bring_into_force(self, stream: DeltaStream) -> Outcome:
        """Push all groups; on a rejection, go back to what was good."""
        rejection = await self._push(stream, self._wanted())
        if rejection is not None:
            return await self._go_back(stream, rejection)
        if not stream.complete():
            return Outcome(OutcomeKind.WAITING)
        for name, group in self._groups.items():
            if group.candidate is not None:
                group.good, group.candidate = group.candidate, None
                self._on_ack(name, group.good[0])
        return Outcome(OutcomeKind.APPLIED)

    async def _go_back(self, stream: DeltaStream, rejection: Rejection) -> Outcome:
        """Drop every version that is not known to be good, and put in force again what was."""
        fallen = []
        came: set[str] = set()
        for name, group in self._groups.items():
            if group.candidate is not None:
                fallen.append((name, group.candidate[0]))
                came.update(group.candidate[1].get(names.CLUSTER, {}))
                group.candidate = None
        await self._push(stream, self._wanted(), due=frozenset(came))  # no route has led there
        for name, version in fallen:
            self._on_reject(name, version, rejection.type_url, rejection.message)
        return Outcome(OutcomeKind.REJECTED, rejection.type_url, rejection.message)

    async def _push(
        self, stream: DeltaStream, wanted: PackedResources, due: frozenset[str] = frozenset()
    ) -> Rejection | None:
        """Make Envoy hold what is wanted, and the pools that no route leads to any more but for those that are due."""
        # Not waited for, but at hand: a cluster of a pool with credentials asks for them before it is acknowledged.
        stream.offer(names.SECRET, wanted.get(names.SECRET, {}), remove=False)
        for url, remove in _ORDER:
            if url not in wanted and not stream.holds(url):
                continue
            spare = _spared(stream, wanted, url, due) if remove else ()
            new = stream.offer(url, wanted.get(url, {}), remove=remove, spare=spare)
            rejection = await stream.settle(url)
            if rejection is not None:
                return rejection
            if new:
                await self._looked_up(new)
        self._clear_later(stream, _spared(stream, wanted, names.CLUSTER, due))
        return None

    def _clear_later(self, stream: DeltaStream, late: frozenset[str]) -> None:
        new = late.difference(*self._leaving.values())
        if new:
            task = self._task(self._clear(stream, new))
            self._leaving[task] = new
            task.add_done_callback(self._leaving.pop)

    async def _clear(self, stream: DeltaStream, late: frozenset[str]) -> None:
        await asyncio.sleep(_LATE_SECONDS)
        async with self._turn:
            if self._stream is stream:
                await self._push(stream, self._wanted(), due=late)

    def _wanted(self) -> PackedResources:
        merged: dict[str, dict[str, Packed]] = {}
        for group in self._groups.values():
            for url, named in group.current.items():
                merged.setdefault(url, {}).update(named)
        return merged


def _spared(stream: DeltaStream, wanted: PackedResources, url: str, due: frozenset[str]) -> frozenset[str]:
    """What is not taken away yet: pools but for those that are due, and as long as there is one all secrets."""
    pools = frozenset(filter(names.is_pool_cluster, stream.surplus(names.CLUSTER, wanted.get(names.CLUSTER, {}))))
    late = pools - due
    if url == names.SECRET and late:
        return frozenset(stream.surplus(url, wanted.get(url, {})))
    return late if url == names.CLUSTER else frozenset()


async def _read(stream: DeltaStream, requests: AsyncIterator[Any]) -> None:
    try:
        await stream.take_in(requests)
    finally:
        stream.close()


def _serialized(message: Message) -> bytes:
    return cast("bytes", message.SerializeToString())
