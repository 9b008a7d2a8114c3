"""A worker under test: the real application, served on a loopback port, with its three files."""

import asyncio
import base64
import contextlib
import http.client
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
import uvloop

from passgate.contracts.inference_config import (
    Deployment,
    InferenceApplication,
    InferenceConfig,
    InferenceModel,
    InferenceProvider,
    PriceTable,
)
from passgate.contracts.revocation_list import Revocation, RevocationList
from passgate.contracts.usage_record import UsageRecord
from passgate.inference.hooks.chain import HookChain
from passgate.inference.worker.app import build_app
from passgate.inference.worker.options import RationingOptions, WorkerLimits, WorkerOptions
from passgate.inference.worker.server import WorkerServer
from passgate.kernel.sealing import Vault

VAULT = Vault.of(b"\x07" * 32)
API_KEY = "sk-vendor-secret"
PRICE = PriceTable(version="test 1", input="2", output="10", cached_input="0.5")


def provider(name: str, url: str, *, dialect: str = "openai", key: str = API_KEY) -> InferenceProvider:
    base_url = f"{url}/v1" if dialect == "openai" else url
    return InferenceProvider(
        id=f"prov_{name}",
        name=name,
        vendor=dialect,
        dialect=dialect,
        base_url=base_url,
        sealed_api_key=VAULT.seal(key),
    )


def deployment(name: str, vendor_model: str = "gpt-4o-mini", **more: Any) -> Deployment:
    return Deployment(
        id=f"dep_{name}", provider_id=f"prov_{name}", vendor_model=vendor_model, **{"price": PRICE, **more}
    )


def model(name: str, *deployments: Deployment, **more: Any) -> InferenceModel:
    return InferenceModel(
        id=f"mod_{name}", name=name, created=1700000000, owned_by="acme", deployments=deployments, **more
    )


APPLICATIONS = (
    InferenceApplication(id="app_1", name="One", team_id="team_1"),
    InferenceApplication(id="app_2", name="Two", team_id="team_2", models=("gpt",)),
)


def config(
    providers: Sequence[InferenceProvider], models: Sequence[InferenceModel], version: int = 1
) -> InferenceConfig:
    return InferenceConfig(version=version, providers=tuple(providers), models=tuple(models), applications=APPLICATIONS)


def claims(jti: str = "tok_1", application: str | None = "app_1", subject: str = "user_1", **more: Any) -> str:
    """The payload header as Envoy's jwt_authn makes it."""
    payload = {"iss": "i", "sub": subject, "jti": jti, "iat": 1700000000, "exp": 4000000000, **more}
    if application is not None:
        payload["client_id"] = application
    return base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")


def revocation(seq: int, value: str, kind: str = "token", not_before: int | None = None) -> Revocation:
    return Revocation(seq=seq, kind=kind, value=value, not_before=not_before, expires_at=4000000000)


def replace_file(path: Path, text: str) -> None:
    """Replace by rename, as the agent does."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text)
    fresh.replace(path)


def until(ask: Callable[[], Any], *, seconds: float = 20.0) -> Any:
    """The first true answer; patient, since a machine that runs several suites may leave a process without its turn."""
    limit = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > limit:
            raise AssertionError("it did not happen in time")
        time.sleep(0.005)


def within_one_minute(seconds: int = 5) -> None:
    """Wait until so much of the minute is left: its end is the end of a limit's window, and counts begin anew."""
    until(lambda: time.time() % 60 <= 60 - seconds, seconds=seconds + 5)


@dataclass
class Answer:
    """What the client got."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class RunningWorker:
    """Serves while its ``with`` block runs."""

    folder: Path
    limits: WorkerLimits = field(default_factory=WorkerLimits)
    ca_file: Path | None = None
    port: int = 0
    rationing: RationingOptions = field(default_factory=RationingOptions)
    name: str = "w1"
    hooks: HookChain | None = None

    def __post_init__(self) -> None:
        self.options = WorkerOptions(
            name=self.name,
            config_file=self.folder / "inference.json",
            revocations_file=self.folder / "revocations.json",
            spool_dir=self.folder,
            vault=VAULT,
            limits=self.limits,
            ca_file=self.ca_file,
            rationing=self.rationing,
            hooks=self.hooks,
        )

    def configure(self, inference: InferenceConfig) -> None:
        replace_file(self.options.config_file, inference.model_dump_json())

    def revoke(self, *entries: Revocation) -> None:
        replace_file(self.options.revocations_file, RevocationList(entries=entries).model_dump_json())

    def __enter__(self) -> Self:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: uvloop.run(self._serve(listener, started)), daemon=True)
        self._thread.start()
        assert started.wait(10)
        return self

    async def _serve(self, listener: socket.socket, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._server = WorkerServer(build_app(self.options), self.limits.graceful_stop)
        await self._server.serve(listener, started.set)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        self._thread.join(15)

    def stop(self) -> None:
        with contextlib.suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(self._server.stop)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(
        self, path: str, document: Any = None, *, raw: bytes | None = None, method: str | None = None, **headers: str
    ) -> Answer:
        """Call and read the whole answer; header names bear underscores for hyphens."""
        with self.open(path, document, raw=raw, method=method, **headers) as response:
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())

    @contextmanager
    def open(
        self, path: str, document: Any = None, *, raw: bytes | None = None, method: str | None = None, **headers: str
    ) -> Iterator[http.client.HTTPResponse]:
        """Call and leave the answer to be read; the connection ends with the block."""
        connection = self.send(path, document, raw=raw, method=method, **headers)
        try:
            with connection.getresponse() as response:
                yield response
        finally:
            connection.close()

    def send(
        self, path: str, document: Any = None, *, raw: bytes | None = None, method: str | None = None, **headers: str
    ) -> http.client.HTTPConnection:
        """Send a request and leave the answer to come."""
        body = raw if raw is not None else (None if document is None else json.dumps(document).encode())
        sent = {"x-passgate-claims": claims(), "x-request-id": "req-1", "content-type": "application/json"}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        kept = {name: value for name, value in sent.items() if value}
        connection.request(method or ("GET" if body is None else "POST"), path, body, kept)
        return connection

    def usage(self, count: int = 1) -> list[UsageRecord]:
        """The usage lines, as soon as there are that many."""
        until(lambda: len(self._lines()) >= count)
        records = [msgspec.json.decode(line, type=UsageRecord) for line in self._lines()]
        assert len(records) == count
        return records

    def _lines(self) -> list[bytes]:
        files = sorted(self.folder.glob("usage-*.jsonl"), key=os.path.getmtime)
        return [line for file in files for line in file.read_bytes().splitlines()]
