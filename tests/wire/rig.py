"""A real Envoy with our ADS server, workers, control and upstreams around it, in one short folder."""

import asyncio
import http.client
import json
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from passgate.contracts.gateway_snapshot import GatewaySnapshot, GatewaySubscription
from passgate.contracts.published_service import PublishedService
from passgate.contracts.revocation_list import RevocationList
from passgate.contracts.service_policy import Access, AccessPolicy, TimeoutPolicy
from passgate.contracts.upstream_pool import UpstreamPool
from passgate.gateway.compile.deny import DenySplit, compile_deny, split_deny
from passgate.gateway.compile.resources import compile_resources
from passgate.gateway.envoy.admin import EnvoyAdmin
from passgate.gateway.envoy.binary import EnvoyBinary, find_envoy
from passgate.gateway.envoy.bootstrap import bootstrap
from passgate.gateway.envoy.ca_bundle import find_ca_bundle
from passgate.gateway.envoy.command import EVERY_LINE, LogFlushing, envoy_command
from passgate.gateway.envoy.descriptors import load_descriptors
from passgate.gateway.envoy.layout import NodeLayout
from passgate.gateway.envoy.looking_up import LookingUp
from passgate.gateway.envoy.messages import MessageFactory
from passgate.gateway.envoy.names import JsonObject
from passgate.gateway.rate_limits.limiter import Limiter
from passgate.gateway.rate_limits.plans import plan_rates
from passgate.gateway.rate_limits.server import RateLimitServer
from passgate.gateway.xds.outcome import Outcome
from passgate.gateway.xds.server import AdsServer
from passgate.kernel.sealing import Vault
from passgate.metering.records import CallLine, LineReader
from passgate.metering.spool import Line
from wire.echo_upstream import EchoUpstream
from wire.published import pool, revision, service, version
from wire.tokens import AUDIENCE, ISSUER, Issuer

T = TypeVar("T")
VAULT = Vault.of(b"k" * 32)
"""Seals the secrets of upstreams."""
Alter = Callable[[JsonObject], None]


@cache
def envoy_binary() -> EnvoyBinary:
    return find_envoy()


@cache
def message_factory() -> MessageFactory:
    return MessageFactory(load_descriptors(envoy_binary(), Path(tempfile.gettempdir()) / "passgate-test-cache"))


def wait_until(holds: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Asks until the answer is true; for states of another process that nobody announces."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := holds():
            return answer
        time.sleep(0.005)
    raise AssertionError(f"{getattr(holds, '__name__', holds)} did not come true in {seconds} s")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(repr=False)
class Gate:
    """Everything of one node that Envoy talks to."""

    folder: Path
    public_url: str | None = None
    trusted_proxies: int = 0
    flushing: LogFlushing = EVERY_LINE
    concurrency: int = 1
    alter: Alter | None = None
    """Changes the start-up file, to show what a protection is worth."""
    leave_out: tuple[str, ...] = ()
    """Arguments of the command line to start without."""
    tls: bool = False
    port: int | None = None
    ca_bundle: Path | None = None
    issuer: Issuer = field(default_factory=Issuer)
    rest: EchoUpstream = field(default_factory=lambda: EchoUpstream("rest"))
    control: EchoUpstream = field(default_factory=lambda: EchoUpstream("control"))
    workers: list[EchoUpstream] = field(default_factory=lambda: [EchoUpstream("worker0"), EchoUpstream("worker1")])
    acked: list[tuple[str, str]] = field(default_factory=list)
    rejected: list[tuple[str, str, str, str]] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None
    versions: int = 0
    split: DenySplit | None = None
    limiter: Limiter = field(default_factory=Limiter)
    now: float | None = None
    """The clock of rate limits; None: the real one."""

    def __post_init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.layout = NodeLayout(
            name="node-1",
            host="127.0.0.1",
            port=self.port or free_port(),
            control_socket=self.folder / "control",
            worker_sockets=tuple(self.folder / worker.name for worker in self.workers),
            ads_socket=self.folder / "ads",
            admin_socket=self.folder / "admin",
            access_log=self.folder / "calls.jsonl",
            ca_bundle=self.ca_bundle or find_ca_bundle(),
            concurrency=self.concurrency,
            public_url=self.public_url,
            trusted_proxies=self.trusted_proxies,
            tls_certificate=self.folder / "tls.crt" if self.tls else None,
            tls_key=self.folder / "tls.key" if self.tls else None,
        )
        self.admin = EnvoyAdmin(self.layout.admin_socket)
        self.rate_limits = RateLimitServer(
            message_factory(), self.layout.rate_limit_socket, self.limiter, lambda: self.now or time.time()
        )
        self.run(self._start_peers())

    async def _start_peers(self) -> None:
        await self.rest.start()
        await self.control.start(self.layout.control_socket)
        for worker, path in zip(self.workers, self.layout.worker_sockets, strict=True):
            await worker.start(path)
        await self.rate_limits.start()
        await self._start_ads()

    async def _start_ads(self) -> None:
        self.ads = AdsServer(
            message_factory(),
            self.layout.ads_socket,
            on_ack=lambda *said: self.acked.append(said),
            on_reject=lambda *said: self.rejected.append(said),
            looked_up=LookingUp(self.admin).wait,
        )
        await self.ads.start()

    def restart_ads(self) -> None:
        """As a crash of its process would: a new server knows nothing of what the old one sent."""
        self.run(self.ads.stop())
        self.run(self._start_ads())

    def run(self, work: Coroutine[Any, Any, T], seconds: float = 30.0) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    @contextmanager
    def another(self, name: str) -> Iterator[EchoUpstream]:
        """One more upstream."""
        upstream = EchoUpstream(name)
        self.run(upstream.start())
        try:
            yield upstream
        finally:
            self.run(upstream.stop())

    def start_envoy(self, *, wait: bool = True) -> None:
        config = bootstrap(self.layout)
        if self.alter is not None:
            self.alter(config)
        file = self.folder / "envoy.json"
        file.write_text(json.dumps(config))
        whole = envoy_command(envoy_binary(), self.layout, file, flushing=self.flushing)
        command = [argument for argument in whole if argument not in self.leave_out]
        with (self.folder / "envoy.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        if wait:
            wait_until(self.is_ready)

    def is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.envoy_log()
        return self.run(self.admin.ready())

    def envoy_log(self) -> str:
        return (self.folder / "envoy.log").read_text(errors="replace")

    def kill_envoy(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        self.kill_envoy()
        self.run(self._stop_peers())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    async def _stop_peers(self) -> None:
        await self.ads.stop()
        await self.rate_limits.stop()
        for upstream in (self.rest, self.control, *self.workers):
            await upstream.stop()

    def service(
        self, base_path: str, *, access: Access = "subscription", total_ms: int | None = None, **changes: Any
    ) -> PublishedService:
        """A service on the echo upstream, of one version; what is no field of a service changes its pool."""
        of_pool = {name: changes.pop(name) for name in list(changes) if name in UpstreamPool.model_fields}
        bounds = () if total_ms is None else (TimeoutPolicy(total_ms=total_ms),)
        only = revision("rev_1", pool(self.rest.port, **of_pool))
        return service(base_path, version("v1", only), policies=(AccessPolicy(who=access), *bounds), **changes)

    def snapshot(
        self,
        *services: PublishedService,
        subscribed: tuple[tuple[str, str], ...] = (("svc_orders", "app_one"),),
        keys: tuple[dict[str, str], ...] | None = None,
    ) -> GatewaySnapshot:
        self.versions += 1
        return GatewaySnapshot(
            version=self.versions,
            issuer=ISSUER,
            audience=AUDIENCE,
            keys=(self.issuer.public,) if keys is None else keys,
            published=services,
            subscriptions=tuple(GatewaySubscription(service_id=one, application_id=two) for one, two in subscribed),
        )

    def publish(self, snapshot: GatewaySnapshot, alter: Callable[[Any], None] | None = None) -> Outcome:
        self.limiter.plans = plan_rates(snapshot)
        resources = compile_resources(snapshot, self.layout, VAULT.open)
        if alter is not None:
            alter(resources)
        return self.run(self.ads.publish("snapshot", str(snapshot.version), resources))

    def deny(self, *jtis: str) -> Outcome:
        """The deny list becomes these; what is new goes through the delta."""
        revocations = RevocationList(expanded_jtis=jtis)
        self.split = split_deny(revocations, self.split)
        return self.run(self.ads.publish("deny", str(len(jtis)), compile_deny(self.split)))

    def call(
        self,
        path: str,
        token: str | None = None,
        *,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        sent = dict(headers or {})
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.layout.port, timeout=15)
        try:
            connection.request(method, path, body=body, headers=sent)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    @contextmanager
    def stream(self, path: str, token: str | None = None) -> Iterator[http.client.HTTPResponse]:
        """An answer that is still coming."""
        connection = http.client.HTTPConnection("127.0.0.1", self.layout.port, timeout=15)
        headers = {"authorization": f"Bearer {token}"} if token else {}
        connection.request("GET", path, headers=headers)
        try:
            yield connection.getresponse()
        finally:
            connection.close()

    def stat(self, name: str) -> int:
        return self.run(self.admin.stats([name]))[name]

    def log_lines(self) -> list[CallLine]:
        """The calls that are logged, as metering reads them."""
        lines = [Line(text, 0) for text in self.layout.access_log.read_bytes().splitlines()]
        return [one.content for one in LineReader().read("access", lines) if isinstance(one.content, CallLine)]


@contextmanager
def open_gate(**changes: Any) -> Iterator[Gate]:
    """A node in a folder whose path is short enough for Unix sockets."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    gate = Gate(folder, **changes)
    try:
        yield gate
    finally:
        gate.stop()
        shutil.rmtree(folder, ignore_errors=True)
