"""Where calls go: addresses, credentials, balance, and what the workers are told."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from passgate.contracts.service_policy import AccessPolicy
from passgate.contracts.upstream_pool import HashKey, HealthCheck, InjectedCredential, PoolEndpoint
from wire.echo_upstream import EchoUpstream
from wire.published import TOKEN, pool, publish, revision, route, service, simple, version
from wire.rig import VAULT, Gate, wait_until


@pytest.fixture
def second(own_gate: Gate) -> Iterator[EchoUpstream]:
    with own_gate.another("second") as upstream:
        yield upstream


def _credential(value: str, header: str = "authorization") -> InjectedCredential:
    return InjectedCredential(header=header, sealed_value=VAULT.seal(value))


def _seen(upstream: EchoUpstream, header: str) -> list[str | None]:
    return [one.headers.get(header) for one in upstream.seen]


def test_each_pool_gets_its_own_credential_and_no_other(own_gate: Gate, second: EchoUpstream) -> None:
    first = pool(own_gate.rest.port, credentials=(_credential("Bearer first"), _credential("k1", "x-api-key")))
    mirror = pool(second.port, name="mirror", credentials=(_credential("Bearer mirror"),))
    plain = pool(second.port, name="plain")
    routes = (route("a", "/a"), route("b", "/b", pool="plain"))
    only = revision("rev_1", first, mirror, plain, routes=routes, mirror_pool="mirror")
    for policy in (TOKEN, AccessPolicy(who="public")):
        publish(own_gate, service("/orders", version("v1", only), policies=(policy,)))
        second.seen.clear()
        token = own_gate.issuer.token()
        sent = {"x-api-key": "junk"} if policy.who == "public" else {}
        headers = own_gate.call("/orders/a", token, headers=sent).json["headers"]
        assert (headers["authorization"], headers["x-api-key"]) == ("Bearer first", "k1")
        wait_until(lambda: second.seen)
        assert _seen(second, "authorization") == ["Bearer mirror"]
        assert _seen(second, "host") == [f"127.0.0.1:{second.port}"]
        assert "k1" not in _seen(second, "x-api-key")
        headers = own_gate.call("/orders/b", token).json["headers"]
        assert "authorization" not in headers


def test_a_rotated_credential_changes_a_secret_alone(own_gate: Gate) -> None:
    modified = []
    for number in (1, 2):
        publish(own_gate, simple(own_gate, pools=(pool(own_gate.rest.port, credentials=(_credential(f"k{number}"),)),)))
        assert own_gate.call("/orders/1").json["headers"]["authorization"] == f"k{number}"
        modified.append(own_gate.stat("cluster_manager.cluster_modified"))
    assert modified[0] == modified[1]


def test_a_new_credential_is_there_as_soon_as_its_cluster(own_gate: Gate) -> None:
    began = time.monotonic()
    publish(own_gate, simple(own_gate, pools=(pool(own_gate.rest.port, credentials=(_credential("k1"),)),)))
    # Envoy gives up waiting for a secret, and goes on without, after 15 seconds.
    assert time.monotonic() - began < 10
    assert own_gate.call("/orders/1").json["headers"]["authorization"] == "k1"


def test_a_dead_address_costs_no_call(own_gate: Gate, second: EchoUpstream) -> None:
    endpoints = (PoolEndpoint(host="127.0.0.1", port=own_gate.rest.port), PoolEndpoint(host="127.0.0.1", port=1))
    health = HealthCheck(path="/orders/health", interval_ms=500)
    publish(own_gate, simple(own_gate, pools=(pool(second.port, endpoints=endpoints, health=health),)))
    assert {own_gate.call("/orders/1", method="POST", body=b"x").status for _ in range(20)} == {200}
    wait_until(lambda: any(one.path == "/orders/health" for one in own_gate.rest.seen))


@pytest.mark.parametrize("source", ["header", "claim", "cookie"])
def test_one_caller_stays_with_one_address(own_gate: Gate, second: EchoUpstream, source: str) -> None:
    name = {"header": "x-customer", "claim": "sub", "cookie": "session"}[source]
    endpoints = tuple(PoolEndpoint(host="127.0.0.1", port=port) for port in (own_gate.rest.port, second.port))
    key = HashKey(source=source, name=name)  # type: ignore[arg-type]  # one of the table
    pools = (pool(second.port, endpoints=endpoints, balance="hash", hash_key=key),)
    publish(own_gate, simple(own_gate, "/orders", TOKEN, pools=pools))
    found = []
    for number in range(16):
        token = own_gate.issuer.token(sub=f"user_{number}")
        headers = {"x-customer": f"c{number}", "cookie": f"session=s{number}"}
        said = {own_gate.call("/orders/1", token, headers=headers).json["upstream"] for _ in range(4)}
        assert len(said) == 1
        found += said
    assert set(Counter(found)) == {"rest", "second"}


def test_workers_are_told_what_to_answer_and_clients_cannot(own_gate: Gate) -> None:
    forged = {"x-passgate-prompt": "rev_9", "x-passgate-mock": "rev_9", "x-passgate-route": "x"}
    prompt = service("/sentiment", version("v1", revision("rev_p")), kind="prompt", policies=(TOKEN,))
    mocked = revision("rev_m", mock=True, routes=(route("pet", "/pets/{id}", "GET"),))
    mock = service("/pets", version("v1", mocked), strip_base_path=False)
    publish(own_gate, prompt, mock, simple(own_gate))
    answer = own_gate.call("/sentiment", own_gate.issuer.token(), method="POST", body=b"{}", headers=forged)
    assert answer.json["upstream"].startswith("worker")
    said = answer.json["headers"]
    assert (said["x-passgate-prompt"], "x-passgate-mock" in said) == ("rev_p", False)
    assert said["x-passgate-claims"]
    answer = own_gate.call("/pets/v1/pets/7", headers=forged)
    said = answer.json["headers"]
    assert answer.json["path"] == "/pets/7"
    assert (said["x-passgate-mock"], said["x-passgate-route"]) == ("rev_m", "pet")
    assert not {"x-passgate-prompt", "x-passgate-claims"} & set(said)
    assert not set(forged) & set(own_gate.call("/orders/1", headers=forged).json["headers"])


def test_a_name_is_resolved_before_calls_go_there(own_gate: Gate) -> None:
    publish(own_gate, simple(own_gate))
    port = own_gate.rest.port
    for number in range(5):
        named = pool(port, endpoints=(PoolEndpoint(host="localhost", port=port),))
        publish(own_gate, service("/orders", version("v1", revision(f"rev_n{number}", named))))
        assert own_gate.call("/orders/1").headers["x-passgate-revision"] == f"rev_n{number}"


def test_a_name_that_does_not_resolve_holds_up_a_change_for_a_second_at_most(own_gate: Gate) -> None:
    nowhere = pool(80, endpoints=(PoolEndpoint(host="nowhere.invalid", port=80),))
    began = time.monotonic()
    publish(own_gate, simple(own_gate, "/lost", pools=(nowhere,)), simple(own_gate))
    assert time.monotonic() - began < 5
    assert (own_gate.call("/lost/1").status, own_gate.call("/orders/1").status) == (503, 200)
    names = {f"service:svc_{name}:rev_1:default" for name in ("lost", "orders", "unknown")}
    assert own_gate.run(own_gate.admin.clusters_with_addresses(names)) == {"service:svc_orders:rev_1:default"}


def test_streams_last_longer_than_the_first_byte_may_take(own_gate: Gate) -> None:
    publish(own_gate, simple(own_gate))
    with own_gate.stream("/orders/stream") as response:
        assert response.read1() == b"data: first\n\n"
        own_gate.run(asyncio.sleep(0))
        own_gate.loop.call_soon_threadsafe(own_gate.rest.end_streams.set)
        assert response.read() == b"data: last\n\n"


def test_a_new_revision_gets_calls_only_when_its_upstream_is_known_to_be_well(own_gate: Gate) -> None:
    """Envoy acknowledges a cluster when it can be called, and routes to it go out no sooner."""

    async def slow_to_say_so(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            if b"/health" in head:
                await asyncio.sleep(0.4)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

    server = own_gate.run(asyncio.start_server(slow_to_say_so, "127.0.0.1", 0))
    slow = pool(server.sockets[0].getsockname()[1], health=HealthCheck(path="/health"))
    publish(own_gate, service("/orders", version("v1", revision("rev_1", pool(own_gate.rest.port)))))
    with _called(own_gate) as seen:
        publish(own_gate, service("/orders", version("v1", revision("rev_2", slow))))
        assert own_gate.call("/orders/1").headers["x-passgate-revision"] == "rev_2"
    server.close()
    assert set(seen) == {200}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_health_check_that_hangs_holds_up_no_change(own_gate: Gate, host: str) -> None:
    """Neither that of its own service, nor one that comes after it, nor a call."""
    hanging = own_gate.run(asyncio.start_server(_hang_when_asked_for_health, "127.0.0.1", 0))
    port = hanging.sockets[0].getsockname()[1]
    health = HealthCheck(path="/health", timeout_ms=20_000)
    slow = pool(port, endpoints=(PoolEndpoint(host=host, port=port),), health=health)
    publish(own_gate, service("/orders", version("v1", revision("rev_0", pool(own_gate.rest.port)))))
    began = time.monotonic()
    with _called(own_gate) as seen:
        for number in range(1, 4):
            publish(own_gate, service("/orders", version("v1", revision(f"rev_{number}", slow))))
            assert own_gate.call("/orders/1").headers["x-passgate-revision"] == f"rev_{number}"
    took = time.monotonic() - began
    hanging.close()
    assert set(seen) == {200}
    assert took < 5, took


async def _hang_when_asked_for_health(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while b"/health" not in await reader.readuntil(b"\r\n\r\n"):
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        await reader.read()
    writer.close()


@contextmanager
def _called(gate: Gate) -> Iterator[list[int]]:
    """Statuses of calls that are made all the while."""
    seen: list[int] = []
    over = threading.Event()

    def call() -> None:
        while not over.is_set():
            seen.append(gate.call("/orders/1").status)

    caller = threading.Thread(target=call)
    caller.start()
    try:
        yield seen
    finally:
        over.set()
        caller.join()
