"""A Passgate for the length of the example, with an administrator; and asking one."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, urlsplit

_START_SECONDS = 120
_PERSON = {"email": "ada@example.org", "name": "Ada", "password": "correct horse battery staple"}


@contextmanager
def own_passgate() -> Iterator[tuple[str, str]]:
    """Its URL, and a personal token of its administrator; its data is gone afterwards."""
    with TemporaryDirectory(prefix="passgate-example-") as folder, (Path(folder) / "log.txt").open("w") as log:
        port = free_port()
        url = f"http://localhost:{port}"
        own = {"PASSGATE_DATA_DIR": folder, "PASSGATE_PORT": str(port), "PASSGATE_HOST": "127.0.0.1"}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PASSGATE_")}
        environment = {**kept, **own, "PASSGATE_PUBLIC_URL": url}
        command = [sys.executable, "-m", "passgate", "up"]
        with subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT) as process:
            try:
                yield url, _first_token(url, _setup_link(Path(log.name), process))
            finally:
                process.terminate()
                process.wait(30)


def asked(url: str, token: str | None = None, method: str = "GET", body: Any = None) -> tuple[int, Any]:  # noqa: ANN401 - JSON
    """Status and JSON of an answer."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    status, answer, _ = _asked(url, method, body, headers)
    return status, answer


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _setup_link(log: Path, process: subprocess.Popen[bytes]) -> str:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"(http\S+/console/setup\?key=\S+)", log.read_text())
        if found is not None:
            return found[1]
        time.sleep(0.1)
    sys.exit(f"Passgate did not start:\n{log.read_text()}")


def _first_token(url: str, link: str) -> str:
    """Set it up by the link, as the browser would; a token of the first administrator."""
    browser = {"Origin": url}
    _asked(f"{url}/api/v1/setup", "POST", {"secret": parse_qs(urlsplit(link).query)["key"][0], **_PERSON}, browser)
    sign_in = {name: _PERSON[name] for name in ("email", "password")}
    _, _, cookie = _asked(f"{url}/api/v1/session", "POST", sign_in, browser)
    wanted = {"kind": "personal", "name": "example", "lifetime_days": 1}
    _, made, _ = _asked(f"{url}/api/v1/tokens", "POST", wanted, browser | {"Cookie": cookie})
    return str(made["token"])


def _asked(url: str, method: str, body: Any, headers: dict[str, str]) -> tuple[int, Any, str]:  # noqa: ANN401 - JSON
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(url, data=data, headers=headers, method=method)  # noqa: S310 - the operator's own
    answer: HTTPResponse | urllib.error.HTTPError
    try:
        answer = urllib.request.urlopen(request, timeout=20)  # noqa: S310 - as above
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        content, cookie = answer.read(), answer.headers.get("Set-Cookie", "")
        return answer.status, json.loads(content) if content else None, cookie.partition(";")[0]
