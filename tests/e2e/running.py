"""A whole Passgate, started by its own command, and what a new user does with it."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from fake_vendor import FakeVendor, openai_chat

START_SECONDS = 60
PASSWORD = "correct horse battery"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], Any], *, seconds: float = 10, what: str = "condition") -> Any:
    """The first true value of the condition."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            value = condition()
            if value:
                return value
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come about within {seconds} s")


@dataclass
class Running:
    """A started Passgate."""

    data: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ("up",)
    process: subprocess.Popen[str] | None = None
    setup_link: str | None = None
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.data / "log.txt").read_text()

    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PASSGATE_")}
        own = {"PASSGATE_DATA_DIR": str(self.data), "PASSGATE_PORT": str(self.port), "PASSGATE_HOST": "127.0.0.1"}
        return inherited | own | {"PASSGATE_PUBLIC_URL": self.url} | self.settings

    def start(self, *, wait: bool = True) -> "Running":
        self.data.mkdir(parents=True, exist_ok=True)
        said = len(self.log) if (self.data / "log.txt").exists() else 0
        with (self.data / "log.txt").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "passgate", *self.command],
                env=self.environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )
        if wait:
            process = self.process
            until(
                lambda: "is ready: " in self.log[said:] or process.poll() is not None,
                seconds=START_SECONDS,
                what="a start",
            )
            assert self.process.poll() is None, self.log
            found = re.findall(r"(http\S+/console/setup\?key=\S+)", self.log[said:])
            self.setup_link = found[-1] if found else None
        return self

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(20)

    def pid_of(self, name: str) -> int | None:
        report = json.loads((self.data / "node" / "processes.json").read_text())
        pid = report["processes"][name]["pid"]
        return int(pid) if pid else None

    def workers_have(self, version: int) -> bool:
        """Whether every worker has told that it serves by this configuration."""
        report = json.loads((self.data / "node" / "processes.json").read_text())
        workers = {name for name in report["processes"] if name.startswith("worker")}
        told = re.findall(rf"(worker-\d+)\b.*configuration {version} in force", self.log)
        return workers <= set(told)

    def kill(self, name: str) -> None:
        """SIGKILL one of the processes."""
        pid = self.pid_of(name)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    def cli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "passgate", *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@contextlib.contextmanager
def running(data: Path, **settings: str) -> Iterator[Running]:
    """Passgate on a free port, stopped at the end."""
    whole = Running(data, free_port(), {f"PASSGATE_{name}": value for name, value in settings.items()})
    try:
        yield whole.start()
    finally:
        for client in whole.clients:
            client.close()
        if whole.process is not None and whole.process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                whole.stop()
            whole.process.kill()
            whole.process.wait()


@dataclass
class Administrator:
    """The first administrator, acting through the management API."""

    passgate: Running
    client: httpx.Client
    team_id: str

    def request(self, method: str, path: str, body: Any = None, expect: int | None = None) -> Any:
        answer = self.client.request(method, f"/api/v1{path}", json=body)
        assert answer.is_success if expect is None else answer.status_code == expect, answer.text
        return answer.json() if answer.content else None

    def post(self, path: str, body: Any = None) -> Any:
        return self.request("POST", path, body if body is not None else {})

    def get(self, path: str) -> Any:
        return self.request("GET", path)

    def provider(self, vendor: str, base_url: str, *models: str, key: str | None = "sk-vendor-secret") -> str:
        body = {"vendor": vendor, "name": f"{vendor} test", "base_url": base_url, "api_key": key}
        made = self.post("/providers", body)
        self.post(f"/providers/{made['id']}/models", {"models": [{"vendor_model": model} for model in models]})
        return str(made["id"])

    def application(self, name: str) -> str:
        return str(self.post("/applications", {"team_id": self.team_id, "name": name})["id"])

    def token(self, application_id: str, **more: Any) -> tuple[str, str]:
        """A token and its jti."""
        issued = self.post("/tokens", {"name": "test", "application_id": application_id, **more})
        return str(issued["token"]), str(issued["jti"])

    def service(self, name: str, upstream_url: str, **more: Any) -> str:
        body = {"team_id": self.team_id, "name": name, "base_path": f"/{name}", "upstream_url": upstream_url}
        return str(self.post("/services", body | {"publish": True} | more)["id"])

    def chat_of(self, vendor: FakeVendor) -> tuple[str, dict[str, str]]:
        """A model of that vendor, in force, which says Hello: where it is asked, and the header with a token for it."""
        vendor.reply("/v1/chat/completions", openai_chat("Hello"))
        self.provider("openai", f"{vendor.url}/v1", "gpt-4o-mini")
        token, _ = self.token(self.application("load"))
        self.in_force()
        return f"{self.passgate.url}/v1/chat/completions", {"Authorization": f"Bearer {token}"}

    def in_force(self) -> None:
        """Wait until every node has what was published last, and its workers have read it."""
        until(lambda: all(node["state"] == "up to date" for node in self.get("/nodes")), what="the newest snapshot")
        version = max(node["latest_version"] for node in self.get("/nodes"))
        # The node says so once it has written the workers' file; they follow, in milliseconds on a machine at rest, and
        # say it in the log (unless a test has silenced that).
        with contextlib.suppress(AssertionError):
            until(lambda: self.passgate.workers_have(version), seconds=5)


def set_up(passgate: Running) -> Administrator:
    """Create the first administrator through the link that the start printed."""
    assert passgate.setup_link is not None
    client = httpx.Client(base_url=passgate.url, headers={"Origin": passgate.url}, timeout=30)
    passgate.clients.append(client)
    key = passgate.setup_link.partition("key=")[2]
    person = {"email": "ada@example.org", "name": "Ada", "password": PASSWORD}
    assert client.post("/api/v1/setup", json={"secret": key, **person}).is_success
    answer = client.post("/api/v1/session", json={"email": person["email"], "password": PASSWORD})
    assert answer.is_success, answer.text
    team = client.get("/api/v1/teams").json()["items"][0]["id"]
    return Administrator(passgate, client, team)
