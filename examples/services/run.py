"""Run the example services, against a Passgate of their own or one that runs: see README.md."""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from own_passgate import asked, free_port, own_passgate

from passgate.sdk.client_credentials import ClientCredentials
from passgate.sdk.explanation import explain
from passgate.sdk.rules import any_jwt

_HERE = Path(__file__).resolve().parent
_CLIENTS = {
    # What orders may ask of billing in the shop's name, the shop's own token must allow.
    "example shop": {"audiences": ["orders"], "scopes": ["orders.read", "billing.read"]},
    # "orders" is among them so that a token for it may be exchanged; the others are those that it calls.
    "example orders": {"audiences": ["orders", "billing", "shipping"], "scopes": ["billing.read", "shipping.read"]},
}
_START_SECONDS = 60


def main() -> None:
    """Register, start, call, revoke, and take away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a Passgate that runs; PASSGATE_TOKEN is an administrator's token for it")
    url = parser.parse_args().url
    with ExitStack() as stack:
        if url is None:
            url, token = stack.enter_context(own_passgate())
        else:
            url = url.rstrip("/")
            token = os.environ.get("PASSGATE_TOKEN") or sys.exit("Set PASSGATE_TOKEN to an administrator's token.")
        manage = Management(url, token)
        shop, orders = (stack.enter_context(manage.client(name)) for name in _CLIENTS)
        base = _start_services(stack, url, orders)
        _show(manage, base, ClientCredentials(url, *shop, resource="orders"))


def _show(manage: "Management", base: Mapping[str, str], shop: ClientCredentials) -> None:
    token = shop.token()
    status, body = asked(f"{base['orders']}/orders/42", token)
    print(f"shop → orders → billing, shipping: {status} {json.dumps(body)}")
    print(f"without a token: {asked(base['orders'] + '/orders/42')[0]}")
    billed = body["invoice"]
    print(f"billing was asked for {billed['asked_for']} (the shop), by {billed['asked_by']} (orders)")
    print(f"the shop's token at billing, for which it is not: {asked(base['billing'] + '/invoices/42', token)[0]}")
    claims = explain(token, {}, any_jwt(), now=time.time()).payload or {}
    manage.ask("POST", f"/tokens/{claims['jti']}/revoke", {"reason": "the example's end"})
    started = time.perf_counter()
    while asked(f"{base['orders']}/orders/42", token)[0] != HTTPStatus.UNAUTHORIZED:
        if time.perf_counter() - started > _START_SECONDS:
            sys.exit("orders still takes the revoked token")
    print(f"revoked: refused by orders after {(time.perf_counter() - started) * 1000:.0f} ms")


class Management:
    """Passgate's management API."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = f"{url}/api/v1", token

    def ask(self, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401 - JSON
        """One question; ends the program where it is refused."""
        status, answer = asked(self._url + path, self._token, method, body)
        if status >= HTTPStatus.BAD_REQUEST:
            sys.exit(f"{method} {path}: {status} {json.dumps(answer)}")
        return answer

    @contextmanager
    def client(self, name: str) -> Iterator[tuple[str, str]]:
        """An application that is a service: its client id and secret."""
        team = self.ask("GET", "/teams")["items"][0]["id"]
        made = self.ask("POST", "/applications", {"team_id": team, "name": f"{name} {os.getpid()}"})
        path = f"/applications/{made['id']}"
        try:
            self.ask("PUT", f"{path}/oauth", {"kind": "service", **_CLIENTS[name]})
            yield made["id"], self.ask("POST", f"{path}/oauth/secrets", {})["secret"]
        finally:
            self.ask("DELETE", path)


def _start_services(stack: ExitStack, url: str, orders: tuple[str, str]) -> dict[str, str]:
    """Start them all; where each answers."""
    names = ["billing", "orders"] + (["shipping"] if _has_jose() else [])
    ports = {name: free_port() for name in names}
    base = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    settings = {f"{name.upper()}_URL": where for name, where in base.items()} | {"PASSGATE_URL": url}
    settings |= {"ORDERS_CLIENT_ID": orders[0], "ORDERS_CLIENT_SECRET": orders[1]}
    for name, port in ports.items():
        command = [sys.executable, "-m", "uvicorn", f"{name}:app", "--port", str(port), "--log-level", "warning"]
        if name == "shipping":
            command = ["node", "shipping.mjs"]
        environment = {**os.environ, **settings, "PORT": str(port)}
        environment.pop("PASSGATE_TOKEN", None)  # the services have no part in it
        process = subprocess.Popen(command, cwd=_HERE, env=environment)
        stack.callback(_end, process)
        _wait_for(port, process)
    return base


def _has_jose() -> bool:
    if shutil.which("node") is None or shutil.which("npm") is None:
        print("Node is not here, so shipping is left out.")
        return False
    if not (_HERE / "node_modules" / "jose").is_dir():
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=_HERE, check=False)
        if done.returncode:
            print("npm cannot install jose, so shipping is left out.")
            return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("a service did not start")


if __name__ == "__main__":
    main()
