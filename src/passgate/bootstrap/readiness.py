"""Asking over HTTP whether the gate and its parts serve."""

import asyncio
import http.client
import json
import ssl
from dataclasses import dataclass
from pathlib import Path

from passgate.bootstrap.node_plan import GateAddress
from passgate.kernel.unix_http import UnixConnection

_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a JSON object, which is empty where the body held none."""

    status: int
    body: dict[str, object]


def ask_gate(gate: GateAddress, path: str) -> Answer | None:
    """What the gate's own port answers; None where nothing listens. Its certificate is not checked: it is ours."""
    host = "127.0.0.1" if gate.host in ("0.0.0.0", "::") else gate.host  # noqa: S104 - compared, not bound
    if not gate.has_tls:
        return _ask(http.client.HTTPConnection(host, gate.port, timeout=_SECONDS), path)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return _ask(http.client.HTTPSConnection(host, gate.port, timeout=_SECONDS, context=context), path)


def ask_socket(socket_path: Path, path: str, method: str = "GET") -> Answer | None:
    """What a process answers on its Unix socket; None where nothing listens."""
    return _ask(UnixConnection(socket_path, _SECONDS), path, method)


async def gate_is_ready(address: GateAddress, control: Path | None) -> bool:
    """Whether calls pass the gate and, where control runs here, whether it answers."""
    gate = await asyncio.to_thread(ask_gate, address, "/readyz")
    if gate is None or gate.status != http.HTTPStatus.OK:
        return False
    if control is None:
        return True
    answer = await asyncio.to_thread(ask_socket, control, "/.well-known/jwks.json")
    return answer is not None and answer.status == http.HTTPStatus.OK


def _ask(connection: http.client.HTTPConnection, path: str, method: str = "GET") -> Answer | None:
    try:
        connection.request(method, path)
        response = connection.getresponse()
        text = response.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    try:
        body = json.loads(text)
    except ValueError:
        body = {}
    return Answer(response.status, body if isinstance(body, dict) else {})
