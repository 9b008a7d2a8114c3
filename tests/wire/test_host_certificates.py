"""Certificates of services' hosts: each host shows its own, and a change cuts no open stream."""

import http.client
import socket
import ssl
from collections.abc import Iterator

import pytest

from passgate.contracts.gateway_snapshot import GatewaySnapshot
from passgate.contracts.published_service import HostCertificate
from wire.certificates import certificate_for, write_certificate
from wire.published import TOKEN, pool, revision, service, version
from wire.rig import VAULT, Gate, open_gate, wait_until


@pytest.fixture
def tls_gate() -> Iterator[Gate]:
    with open_gate(tls=True) as gate:
        write_certificate(gate.folder, "gate.example")
        publish(gate, {})
        gate.deny()
        gate.start_envoy()
        yield gate


def publish(gate: Gate, certificates: dict[int, tuple[str, str]]) -> None:
    """A service at shop.example, with certificates at these places."""
    held = tuple(
        HostCertificate(
            id=f"cert_{place}",
            hosts=("shop.example",),
            chain_pem=chain,
            sealed_key=VAULT.seal(key),
            place=place,
        )
        for place, (chain, key) in certificates.items()
    )
    only = version("v1", revision("rev_1", pool(gate.rest.port)))
    shop = service("/shop", only, policies=(TOKEN,), hosts=("shop.example", "cdn.shop.example"), certificates=held)
    snapshot: GatewaySnapshot = gate.snapshot(shop)
    assert gate.publish(snapshot).kind in {"applied", "waiting"}


def shown(gate: Gate, host: str | None) -> str:
    """The name in the certificate that a client gets who asks for a host."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", gate.layout.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        content = secured.getpeercert(binary_form=True) or b""
    return next((one for one in ("gate.example", "*.shop.example", "shop.example") if one.encode() in content), "")


def test_each_host_shows_its_own_certificate(tls_gate: Gate) -> None:
    assert {shown(tls_gate, host) for host in ("shop.example", "gate.example", "other.example", None)} == {
        "gate.example"
    }
    context = ssl.create_default_context(cafile=str(tls_gate.folder / "tls.crt"))
    before = http.client.HTTPSConnection("127.0.0.1", tls_gate.layout.port, context=context, timeout=10)
    before.request("GET", "/healthz")
    before.getresponse().read()

    publish(tls_gate, {7: certificate_for("shop.example")})
    wait_until(lambda: shown(tls_gate, "shop.example") == "shop.example")
    assert shown(tls_gate, "gate.example") == "gate.example"
    assert shown(tls_gate, "other.example") == "gate.example"
    assert shown(tls_gate, None) == "gate.example"
    publish(tls_gate, {7: certificate_for("shop.example"), 2: certificate_for("*.shop.example")})
    wait_until(lambda: shown(tls_gate, "cdn.shop.example") == "*.shop.example")
    publish(tls_gate, {})
    wait_until(lambda: shown(tls_gate, "shop.example") == "gate.example")

    # The connection of before is the same one, and no listener was ever changed.
    line = before.sock
    before.request("GET", "/healthz")
    assert (before.getresponse().status, before.sock) == (200, line)
    before.close()
    assert tls_gate.stat("listener_manager.listener_modified") == 0
    assert tls_gate.stat("listener_manager.listener_in_place_updated") == 0


def test_a_stream_that_is_open_goes_on(tls_gate: Gate) -> None:
    context = ssl.create_default_context(cafile=str(tls_gate.folder / "tls.crt"))
    connection = http.client.HTTPSConnection("127.0.0.1", tls_gate.layout.port, context=context, timeout=10)
    token = tls_gate.issuer.token()
    connection.request(
        "POST",
        "/shop/slow",
        body=_slowly(lambda: publish(tls_gate, {1: certificate_for("shop.example")})),
        headers={"host": "shop.example", "authorization": f"Bearer {token}"},
        encode_chunked=True,
    )
    assert connection.getresponse().status == 200
    connection.close()
    wait_until(lambda: shown(tls_gate, "shop.example") == "shop.example")


def _slowly(act: object) -> Iterator[bytes]:
    yield b"before"
    act()  # type: ignore[operator]
    yield b"after"
