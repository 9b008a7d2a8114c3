"""Passgate as ``passgate up`` starts it, set up through its management API, with everything on that a call passes.

Token verified against our keys, deny list, subscription, usage, cost, access log, metering into SQLite.
"""

import contextlib
import http.client
import importlib.metadata
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import processes, replies
from benchmarks.generator import run_load
from benchmarks.load import Call, Load
from benchmarks.target import Place, Target, chat_call, rest_call

_START_SECONDS = 120.0
_EFFECT_SECONDS = 10.0
_UNSEEN_SECONDS = 3.0
"""Until what was published is in force, for certain."""
_SETUP_LINK = re.compile(r"/console/setup\?key=(\S+)")
_LIMITS = (("requests", "minute"), ("tokens", "minute"), ("parallel", "none"), ("money", "day"))
_NEVER_REACHED = 10**12
_ADMINISTRATOR = {"email": "bench@example.com", "name": "Bench", "password": "a long enough password"}


@dataclass(slots=True)
class Management:
    """A client of the management API."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)

    def post(self, path: str, body: dict[str, object]) -> dict[str, Any]:
        """The answer's JSON; keeps the session's cookie.

        Raises:
            StartError: refused, with the API's words.
        """
        return self.send("POST", path, body)

    def send(self, method: str, path: str, body: dict[str, object] | None = None) -> dict[str, Any]:
        """The same by any method.

        Raises:
            StartError: refused, with the API's words.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {"content-type": "application/json", **self.headers}
            connection.request(method, f"/api/v1/{path}", json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise processes.StartError(f"{method} {path}: {answer.status} {text[:300]}")
        if cookie := answer.getheader("set-cookie"):
            self.headers["cookie"] = cookie.partition(";")[0]
        return dict(json.loads(text))

    def set_up(self, secret: str) -> str:
        """Make the administrator; gives the team's id."""
        self.post("setup", {"secret": secret, **_ADMINISTRATOR})
        session = self.post("session", {key: _ADMINISTRATOR[key] for key in ("email", "password")})
        personal = self.post("tokens", {"kind": "personal", "name": "bench", "lifetime_days": 1})
        self.headers = {"authorization": f"Bearer {personal['token']}"}
        return str(session["teams"][0]["team"]["id"])

    def publish(self, team: str, vendor_port: int) -> tuple[str, str]:
        """A provider with a model, a service, and a subscribed application; its id and its token."""
        vendor = f"http://127.0.0.1:{vendor_port}"
        provider = self.post(
            "providers", {"name": "Mock", "vendor": "openai", "base_url": f"{vendor}/v1", "api_key": "sk-mock"}
        )
        self.post(f"providers/{provider['id']}/models", {"models": [{"vendor_model": replies.MODEL}]})
        other = self.post(
            "providers", {"name": "Other", "vendor": "anthropic", "base_url": vendor, "api_key": "sk-ant-mock"}
        )
        self.post(f"providers/{other['id']}/models", {"models": [{"vendor_model": replies.CLAUDE}]})
        application = self.post("applications", {"team_id": team, "name": "bench"})
        service = self.post(
            "services",
            {
                "team_id": team,
                "name": "Orders",
                "base_path": "/orders",
                "strip_base_path": False,
                "upstream_url": vendor,
                "publish": True,
            },
        )
        self.post("subscriptions", {"service_id": service["id"], "application_id": application["id"]})
        issued = self.post("tokens", {"name": "bench", "application_id": application["id"], "lifetime_days": 1})
        return str(application["id"]), str(issued["token"])

    def limited_token(self, team: str) -> str:
        """A token of an application with a limit of every measure, and one of its own; none is ever reached."""
        application = self.post("applications", {"team_id": team, "name": "bench limited"})["id"]
        issued = self.post("tokens", {"name": "limited", "application_id": application, "lifetime_days": 1})
        wanted = [("application", application, measure, window) for measure, window in _LIMITS]
        wanted.append(("token", str(issued["jti"]), "money", "total"))
        for scope, target, measure, window in wanted:
            limit = {"name": f"{scope} {measure}", "scope": scope, "target": target, "measure": measure}
            self.post("limits", limit | {"window": window, "amount": _NEVER_REACHED})
        return str(issued["token"])


@dataclass(frozen=True, slots=True)
class Started:
    """A Passgate that is set up."""

    pid: int
    port: int
    data: Path
    management: Management
    application: str
    token: str
    limited: str
    """A token whose calls meet limits and budgets."""


@contextlib.contextmanager
def started(
    place: Place, settings: Mapping[str, str] | None = None, *, service_answers: bool = True
) -> Iterator[Started]:
    """One inference worker, one Envoy thread, a fresh SQLite database.

    Args:
        place: where it runs.
        settings: of its environment, beside these.
        service_answers: the vendor answers for the REST service too, so that its answer tells that all is in force.

    Raises:
        StartError: it does not come up, or refuses what the set-up asks.
    """
    folder = place.folder / "passgate"
    folder.mkdir()
    port, log = processes.free_port(), folder / "passgate.log"
    environment = {
        "PASSGATE_DATA_DIR": str(folder / "data"),
        "PASSGATE_RUNTIME_DIR": str(folder / "run"),
        "PASSGATE_HOST": "127.0.0.1",
        "PASSGATE_PORT": str(port),
        "PASSGATE_WORKERS": "1",
        "PASSGATE_ENVOY_THREADS": "1",
        **(settings or {}),
    }
    command: list[str | Path] = [Path(sys.executable).parent / "passgate", "up"]
    with processes.running(command, core=place.cores.target, log=log, env=environment) as process:
        secret = _setup_secret(process, log)
        management = Management(port)
        team = management.set_up(secret)
        application, token = management.publish(team, place.vendor_port)
        limited = management.limited_token(team)
        if service_answers:
            wait_until_right(rest_call(port, headers={"Authorization": f"Bearer {token}"}))
        else:
            time.sleep(_UNSEEN_SECONDS)
        yield Started(process.pid, port, folder / "data", management, application, token, limited)


@contextlib.contextmanager
def start(place: Place) -> Iterator[list[Target]]:
    """Each kind of calls, to one Passgate.

    Raises:
        StartError: it does not come up, or refuses what the set-up asks.
    """
    with started(place) as passgate:
        headers = {"Authorization": f"Bearer {passgate.token}"}
        versions = {"passgate": importlib.metadata.version("passgate")}
        calls = {
            "passgate-rest": rest_call(passgate.port, headers=headers),
            "passgate-ai": chat_call(passgate.port, headers=headers),
            "passgate-ai-limits": chat_call(passgate.port, headers={"Authorization": f"Bearer {passgate.limited}"}),
            "passgate-ai-translated": chat_call(passgate.port, model=replies.CLAUDE, headers=headers),
            "passgate-ai-stream": chat_call(passgate.port, headers=headers, stream=True),
        }
        for call in calls.values():
            wait_until_right(call)
        yield [Target(name, call, passgate.pid, versions) for name, call in calls.items()]


def _setup_secret(process: subprocess.Popen[bytes], log: Path) -> str:
    limit = time.monotonic() + _START_SECONDS
    while time.monotonic() < limit:
        if found := _SETUP_LINK.search(log.read_text(errors="replace")):
            return found[1]
        if process.poll() is not None:
            raise processes.StartError(f"ended with code {process.returncode}: {processes.last_words(log)}")
        time.sleep(0.05)
    raise processes.StartError(f"no set-up link after {_START_SECONDS:.0f} s: {processes.last_words(log)}")


def wait_until_right(call: Call) -> None:
    """Wait until what was published is in force.

    Raises:
        StartError: the time passed; with the last wrong answer.
    """
    limit = time.monotonic() + _EFFECT_SECONDS
    said: str | None = None
    while time.monotonic() < limit:
        try:
            outcome = run_load(call, Load(connections=1, seconds=0.05))
        except OSError as error:
            said = str(error)
            continue
        if outcome.latencies and not outcome.errors:
            return
        said = outcome.first_error
    raise processes.StartError(f"the first call is not answered right: {said}")
