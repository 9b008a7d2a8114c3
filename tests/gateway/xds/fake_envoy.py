"""A client that speaks delta ADS as Envoy does, and answers as a test tells it to."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import grpc

from passgate.gateway.envoy.messages import MessageFactory

_METHOD = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources"


class FakeEnvoy:
    """Holds what it was sent, less what ``refuse`` says it would not take."""

    def __init__(self, factory: MessageFactory, socket: Path) -> None:
        self._request = factory.message_class("envoy.service.discovery.v3.DeltaDiscoveryRequest")
        response = factory.message_class("envoy.service.discovery.v3.DeltaDiscoveryResponse")
        self._channel = grpc.aio.insecure_channel(f"unix:{socket}")
        self._call = self._channel.stream_stream(
            _METHOD,
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=response.FromString,
        )()
        self.held: dict[str, dict[str, str]] = {}
        self.log: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []
        """Of each response: type, names sent, names taken away."""
        self.refuse: Callable[[Any], str | None] = lambda _response: None
        self._writing = asyncio.Lock()
        self.answering = asyncio.Event()
        self.answering.set()
        self._reading = asyncio.create_task(self._read())

    async def subscribe(self, type_url: str, *names: str, versions: dict[str, str] | None = None) -> None:
        self.held.setdefault(type_url, {}).update(versions or {})
        await self._send(type_url, names, versions or {})

    async def close(self) -> None:
        self._reading.cancel()
        self._call.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        await self._channel.close()

    async def _send(self, type_url: str, names: Iterable[str], versions: dict[str, str]) -> None:
        request = self._request(type_url=type_url, resource_names_subscribe=names, initial_resource_versions=versions)
        await self._write(request)

    async def _write(self, request: Any) -> None:
        async with self._writing:
            await self._call.write(request)

    async def _read(self) -> None:
        async for response in self._call:
            await self.answering.wait()
            names = tuple(resource.name for resource in response.resources)
            self.log.append((response.type_url, names, tuple(response.removed_resources)))
            request = self._request(type_url=response.type_url, response_nonce=response.nonce)
            said = self.refuse(response)
            if said is not None:
                request.error_detail.code, request.error_detail.message = 13, said
            else:
                held = self.held.setdefault(response.type_url, {})
                held.update({resource.name: resource.version for resource in response.resources})
                for name in response.removed_resources:
                    held.pop(name, None)
            await self._write(request)
