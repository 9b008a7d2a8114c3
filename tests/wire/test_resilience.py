"""Workers that die, sockets that stay open, and a gate behind TLS."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest

from passgate.contracts.published_service import PublishedService
from passgate.contracts.upstream_pool import PoolEndpoint, PoolTls
from wire.certificates import write_certificate
from wire.conftest import serve
from wire.rig import Gate, open_gate, wait_until


@pytest.fixture
def tls_gate() -> Iterator[Gate]:
    with open_gate(tls=True) as gate:
        write_certificate(gate.folder, "first.example")
        yield serve(gate)


def _https(gate: Gate, path: str) -> tuple[int, bytes, bytes]:
    context = ssl.create_default_context(cafile=str(gate.folder / "tls.crt"))
    connection = http.client.HTTPSConnection("127.0.0.1", gate.layout.port, context=context, timeout=10)
    try:
        connection.request("GET", path)
        certificate = connection.sock.getpeercert(binary_form=True)
        response = connection.getresponse()
        return response.status, response.read(), certificate
    finally:
        connection.close()


def test_the_gate_speaks_tls_and_takes_a_renewed_certificate_while_running(tls_gate: Gate) -> None:
    status, body, first = _https(tls_gate, "/open/1")
    assert status == 200
    assert b'"x-forwarded-proto": "https"' in body
    write_certificate(tls_gate.folder, "second.example")

    def renewed() -> bool:
        try:
            return _https(tls_gate, "/open/1")[2] != first
        except ssl.SSLError:
            return False

    wait_until(renewed)


def test_a_dead_worker_costs_no_call(own_gate: Gate) -> None:
    token = own_gate.issuer.token()
    own_gate.run(own_gate.workers[0].stop())
    own_gate.layout.worker_sockets[0].unlink(missing_ok=True)
    for _ in range(20):
        answer = own_gate.call("/v1/chat/completions", token, method="POST", body=b"x" * 100_000)
        assert (answer.status, answer.json["upstream"]) == (200, "worker1")


def test_with_all_workers_dead_the_caller_is_told(own_gate: Gate) -> None:
    for worker in own_gate.workers:
        own_gate.run(worker.stop())
    answer = own_gate.call("/v1/chat/completions", own_gate.issuer.token())
    assert (answer.status, answer.json["error"]["code"]) == (503, "upstream_unreachable")
    assert own_gate.call("/open/1").status == 200


def test_calls_are_spread_over_the_workers(gate: Gate) -> None:
    token = gate.issuer.token()
    assert {gate.call("/v1/models", token).json["upstream"] for _ in range(40)} == {"worker0", "worker1"}


def _upgrade(gate: Gate, path: str, token: str | None) -> tuple[bytes, socket.socket]:
    connection = socket.create_connection(("127.0.0.1", gate.layout.port), timeout=10)
    lines = [f"GET {path} HTTP/1.1", "host: gate", "connection: upgrade", "upgrade: websocket"]
    lines += [f"authorization: Bearer {token}"] if token else []
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    return connection.recv(4096), connection


@pytest.mark.parametrize(("path", "with_token"), [("/console/socket", False), ("/orders/socket", True)])
def test_a_websocket_passes_where_it_may(gate: Gate, path: str, with_token: bool) -> None:  # noqa: FBT001  # a column of the table
    head, connection = _upgrade(gate, path, gate.issuer.token() if with_token else None)
    with connection:
        assert head.startswith(b"HTTP/1.1 101")
        connection.sendall(b"ping")
        assert connection.recv(16) == b"ping"


def test_a_websocket_needs_a_token_like_any_call(gate: Gate) -> None:
    head, connection = _upgrade(gate, "/orders/socket", None)
    connection.close()
    assert head.startswith(b"HTTP/1.1 401")


def test_upstreams_are_told_what_the_world_sees() -> None:
    with open_gate(public_url="https://gate.example:8443") as gate:
        serve(gate)
        headers = gate.call("/console/", headers={"x-forwarded-host": "evil.example"}).json["headers"]
        assert (headers["x-forwarded-proto"], headers["x-forwarded-host"]) == ("https", "gate.example:8443")


@pytest.mark.parametrize("trusted", [True, False])
def test_the_certificate_of_a_tls_upstream_is_checked(tls_gate: Gate, trusted: bool) -> None:  # noqa: FBT001  # as above
    """The gate's own TLS port serves as an upstream that a gate calls."""
    with open_gate(ca_bundle=tls_gate.folder / "tls.crt" if trusted else None) as gate:
        serve(gate)
        endpoints = (PoolEndpoint(host="127.0.0.1", port=tls_gate.layout.port),)

        def over_tls(base_path: str, **changes: Any) -> PublishedService:
            return gate.service(
                base_path, access="public", tls=PoolTls(), endpoints=endpoints, path_prefix="/open", **changes
            )

        right = over_tls("/right", host_header="first.example")
        by_address = over_tls("/address")
        wrong = over_tls("/wrong", host_header="other.example")
        gate.publish(gate.snapshot(right, by_address, wrong))
        assert gate.call("/right/1").status == (200 if trusted else 503)
        assert gate.call("/address/1").status == (200 if trusted else 503)
        assert gate.call("/wrong/1").status == 503
