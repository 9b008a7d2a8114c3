"""Signing keys that rotate and fall under 1,000 calls a second: ``python -m benchmarks.rotation``.

First four rotations at once, one after the other, under calls with a token of the first key: none may be refused, nor
the first call with each new token. Then the first key is revoked, under calls with a token of the last: none of these
may be refused, and none with the revoked key's token accepted a second after the management API's answer.
"""

import base64
import contextlib
import http.client
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

from benchmarks import mock_target, passgate_target, processes
from benchmarks.generator import spec_to_json
from benchmarks.load import Load
from benchmarks.target import Place, rest_call

RATE = 1_000.0
_ROTATIONS = 4
_BETWEEN_SECONDS = 2.0
_AFTER_SECONDS = 4.0
_ALLOWED_SECONDS = 1.0


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="passgate-bench-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        vendor_port, _ = stack.enter_context(mock_target.mock_vendor(folder, None))
        place = Place(folder, folder, vendor_port, processes.Cores(None, None, None))
        gate = stack.enter_context(passgate_target.started(place))
        with _load(gate.port, gate.token, folder / "rotation.json", (_ROTATIONS + 1) * _BETWEEN_SECONDS):
            newest, at_once = _rotate(gate)
        _tell("rotations", folder / "rotation.json")
        print(f"first calls with a new key's token: {at_once} of {_ROTATIONS} accepted")
        with _load(gate.port, newest, folder / "revocation.json", _BETWEEN_SECONDS + _AFTER_SECONDS):
            late, last = _revoke(gate)
        _tell("revocation", folder / "revocation.json")
        print(f"revoked key: last call accepted {last * 1000:.0f} ms after the answer, {late} later than a second")


def _rotate(gate: passgate_target.Started) -> tuple[str, int]:
    """Rotate again and again; gives a token of the last key, and how many first calls were accepted."""
    accepted, token = 0, gate.token
    for _ in range(_ROTATIONS):
        time.sleep(_BETWEEN_SECONDS)
        gate.management.post("keys/rotate", {"at_once": True})
        issued = gate.management.post("tokens", {"name": "new", "application_id": gate.application})
        token = str(issued["token"])
        accepted += _status(http.client.HTTPConnection("127.0.0.1", gate.port, timeout=5), token) == HTTPStatus.OK
    return token, accepted


def _revoke(gate: passgate_target.Started) -> tuple[int, float]:
    """Revoke the first key; how many calls were accepted too late, and when the last was, in seconds."""
    time.sleep(_BETWEEN_SECONDS)
    kid = _kid_of(gate.token)
    accepted: list[float] = []
    ended = threading.Event()

    def probe() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", gate.port, timeout=5)
        while not ended.is_set():
            begun = time.perf_counter()
            if _status(connection, gate.token) == HTTPStatus.OK:
                accepted.append(begun)

    prober = threading.Thread(target=probe)
    prober.start()
    gate.management.post(f"keys/{kid}/revoke", {"reason": "measured"})
    answered = time.perf_counter()
    time.sleep(_AFTER_SECONDS - 1)
    ended.set()
    prober.join()
    after = [moment - answered for moment in accepted]
    return sum(moment > _ALLOWED_SECONDS for moment in after), max(after, default=0.0)


def _kid_of(token: str) -> str:
    """The id of the key that signed a token."""
    head = token.partition(".")[0]
    return str(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"])


def _status(connection: http.client.HTTPConnection, token: str) -> int:
    connection.request("GET", "/orders/42", headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    answer.read()
    return answer.status


@contextlib.contextmanager
def _load(port: int, token: str, result: Path, seconds: float) -> Iterator[None]:
    """Calls at the rate while the block runs, and until their time is over."""
    call = rest_call(port, headers={"Authorization": f"Bearer {token}"})
    spec = spec_to_json(call, Load(connections=16, seconds=seconds, rate=RATE))
    command = [sys.executable, "-m", "benchmarks.generator", str(result)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as generator:
        if generator.stdin is not None:
            generator.stdin.write(spec)
            generator.stdin.close()
        yield
        generator.wait()


def _tell(name: str, result: Path) -> None:
    outcome = json.loads(result.read_text())
    calls, errors = len(outcome["latencies"]), outcome["errors"]
    print(f"{name}: {calls:,} calls, {calls / outcome['seconds']:,.0f}/s, {errors} refused ({outcome['first_error']})")


if __name__ == "__main__":
    main()
