"""What the OAuth server does a second on one processor core: ``python -m benchmarks.oauth``.

The control process's own application (API, OAuth endpoints, the hooks that publish and wake the nodes) over HTTP on the
loopback, on SQLite with every commit written. Beside the wall clock it gives the calls for each second of processor
time that the server used, which other programs on the machine disturb less.
"""

import asyncio
import base64
import contextlib
import gc
import http.client
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import uvicorn

from benchmarks.generator import Generator
from benchmarks.load import Call, Load, percentile
from passgate.api.app import create_api
from passgate.api.edge import Edge
from passgate.bootstrap.database import open_storage
from passgate.bootstrap.layout import folders_of
from passgate.identity.models import Application, Team, Token
from passgate.identity.oauth.schemas import ClientSettingsIn
from passgate.identity.oauth.secrets import rotate_secret
from passgate.identity.oauth.settings import set_client_settings
from passgate.identity.schemas import TokenIssuer
from passgate.identity.service.keys import ensure_signing_key
from passgate.kernel.actor import SYSTEM
from passgate.settings import Settings
from passgate.storage.migration import migrate
from passgate.storage.work import Storage, Work

CONNECTIONS = 32
SECONDS = 8.0
WARM_UP = 2.0
_ISSUER = TokenIssuer("http://localhost:8080", "passgate")
_START_SECONDS = 30


def main() -> None:
    """Measure and print."""
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="passgate-oauth-") as folder:
        client, secret = _prepare(Path(folder))
        with _serving(Path(folder), cores[-1]) as (port, process):
            if len(cores) > 1:
                os.sched_setaffinity(0, set(cores[:-1]))
            form = {"grant_type": "client_credentials"}
            _measure("client-credentials tokens", port, process.pid, _request(port, "token", form, client, secret), b"")
            token = _token(port, form, client, secret)
            called = _request(port, "introspect", {"token": token}, client, secret)
            _measure("introspections", port, process.pid, called, b'"active":true')
        storage = open_storage(_settings(Path(folder)), folders_of(_settings(Path(folder))))
        with storage.reading() as work:
            print(f"{work.session.query(Token).count():>8,} tokens in the registry afterwards")
        storage.engine.dispose()


def serve(folder: Path, port: int, core: int) -> None:
    """The server, in a process of its own, on one core."""
    os.sched_setaffinity(0, {core})
    settings = _settings(folder)
    edge = Edge(open_storage(settings, folders_of(settings)), _ISSUER, "http://localhost:8080", secure_cookies=False)
    app = create_api(edge)
    gc.collect()
    gc.freeze()  # as the control process does
    uvicorn.run(app, port=port, loop="uvloop", http="httptools", log_config=None, access_log=False, lifespan="off")


def _settings(folder: Path) -> Settings:
    return Settings(data_dir=folder, issuer=_ISSUER.issuer)


def _prepare(folder: Path) -> tuple[str, str]:
    settings = _settings(folder)
    storage = open_storage(settings, folders_of(settings))
    migrate(storage.engine)
    with storage.writing() as work:
        ensure_signing_key(work)
        team = Team(id=work.ids.new("team"), name="Bench", created_at=work.clock.now())
        work.session.add(team)
        work.session.flush()
        client, secret = _client(storage, work, team)
    storage.engine.dispose()
    return client, secret


def _client(storage: Storage, work: Work, team: Team) -> tuple[str, str]:
    application = Application(
        id=work.ids.new("app"), team_id=team.id, name="Bench", description="", is_active=True, models=None,
        created_at=storage.clock.now(), created_by="bench",
    )  # fmt: skip
    work.session.add(application)
    work.session.flush()
    set_client_settings(SYSTEM, work, _ISSUER, application.id, ClientSettingsIn(kind="service"))
    return application.id, rotate_secret(SYSTEM, work, application.id).text


@contextlib.contextmanager
def _serving(folder: Path, core: int) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.oauth", "serve", str(folder), str(port), str(core)]
    process = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield port, process
    finally:
        process.terminate()
        process.wait()


def _request(port: int, endpoint: str, form: dict[str, str], client: str, secret: str) -> bytes:
    body = urlencode(form)
    credential = base64.b64encode(f"{client}:{secret}".encode()).decode()
    lines = [
        f"POST /oauth2/{endpoint} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Authorization: Basic {credential}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", body]).encode()


def _token(port: int, form: dict[str, str], client: str, secret: str) -> str:
    fields = form | {"client_id": client, "client_secret": secret}
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request(
        "POST", "/oauth2/token", urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"}
    )
    token = json.loads(connection.getresponse().read())["access_token"]
    connection.close()
    return str(token)


def _measure(what: str, port: int, pid: int, request: bytes, mark: bytes) -> None:
    load = Load(CONNECTIONS, SECONDS, WARM_UP)
    spent: list[float] = []
    generator = Generator(Call(port, request, (mark or b'"access_token"',)), load)
    outcome = asyncio.run(generator.run(lambda _border: spent.append(_cpu_seconds(pid))))
    used = spent[1] - spent[0]
    p50, p99 = (1000 * percentile(outcome.latencies, share) for share in (0.5, 0.99))
    rate, by_core = outcome.calls_per_second, len(outcome.latencies) / used
    print(
        f"{rate:>8,.0f} {what}/s; {by_core:,.0f} for each second of the core; "
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, {outcome.errors} errors {outcome.first_error or ''}"
    )


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    else:
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
        main()
