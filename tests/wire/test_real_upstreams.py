"""Services on upstreams that others wrote, through the real Envoy."""

import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from websockets.sync.client import connect

from passgate.contracts.service_policy import TimeoutPolicy
from passgate.contracts.upstream_pool import PoolTls
from wire.certificates import certificate_for
from wire.published import TOKEN, pool, publish, revision, service, simple, version
from wire.rig import VAULT, Gate
from wire.upstreams import ECHO, EVENTS, NGINX, asking_for_certificates, grpc_echo, httpbin, nginx, websocket_echo

LARGE = bytes(range(256)) * 20_000
"""5 MB."""
GRPC_HOST = "echo.example"


@pytest.fixture(scope="module")
def served(gate: Gate) -> Iterator[Gate]:
    """The module's gate with httpbin at ``/bin``, gRPC at a host of its own, and a WebSocket server at ``/chat``."""
    with httpbin() as bin_port, grpc_echo() as grpc_port, websocket_echo() as socket_port:
        echo = version("v1", revision("rev_grpc", pool(grpc_port, protocol="grpc")))
        publish(
            gate,
            simple(gate, "/bin", TOKEN, TimeoutPolicy(total_ms=0), pools=(pool(bin_port),)),
            service("", echo, hosts=(GRPC_HOST,), id="svc_grpc", policies=(TOKEN,)),
            simple(gate, "/chat", TOKEN, pools=(pool(socket_port),)),
        )
        yield gate


@pytest.mark.parametrize("status", [200, 204, 304, 404, 418, 500, 503])
def test_httpbins_statuses_reach_the_caller(served: Gate, status: int) -> None:
    assert served.call(f"/bin/status/{status}", served.issuer.token()).status == status


def test_httpbins_encodings_and_redirects_are_its_own(served: Gate) -> None:
    token = served.issuer.token()
    zipped = served.call("/bin/gzip", token)
    assert zipped.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(zipped.body))["gzipped"] is True
    moved = served.call("/bin/relative-redirect/1", token)
    assert (moved.status, moved.headers["location"]) == (302, "/get")
    assert "authorization" not in {name.lower() for name in served.call("/bin/headers", token).json["headers"]}
    chunked = served.call("/bin/stream/5", token)
    assert [json.loads(line)["id"] for line in chunked.body.splitlines()] == [0, 1, 2, 3, 4]
    assert served.call("/bin/get", token, method="HEAD").body == b""
    assert served.call("/bin/get?a=1&a=2&b=%20", token).json["args"] == {"a": ["1", "2"], "b": " "}


def test_large_bodies_pass_whole(served: Gate) -> None:
    answer = served.call("/bin/post", served.issuer.token(), method="POST", body=b"x" * len(LARGE))
    assert answer.json["data"] == "x" * len(LARGE)
    sent = served.call("/bin/range/100000?chunk_size=1000", served.issuer.token())
    assert len(sent.body) == 100_000


@pytest.mark.skipif(NGINX is None, reason="no nginx here")
def test_a_real_nginx_behind_the_gate(own_gate: Gate, tmp_path: Path) -> None:
    www = tmp_path / "www"
    (www / "put").mkdir(parents=True)
    (www / "file.txt").write_bytes(b"Hello, nginx. " * 1_000)
    (www / "large.bin").write_bytes(LARGE)
    with nginx(tmp_path) as port:
        publish(own_gate, simple(own_gate, "/static", pools=(pool(port),)))
        zipped = own_gate.call("/static/file.txt", headers={"accept-encoding": "gzip"})
        assert (zipped.headers["content-encoding"], len(gzip.decompress(zipped.body))) == ("gzip", 14_000)
        assert zipped.headers["server"].startswith("nginx") or zipped.headers["server"] == "envoy"
        part = own_gate.call("/static/large.bin", headers={"range": "bytes=256-511"})
        assert (part.status, part.body) == (206, LARGE[256:512])
        whole = own_gate.call("/static/large.bin")
        assert whole.body == LARGE
        known = {"if-none-match": whole.headers["etag"]}
        assert own_gate.call("/static/large.bin", headers=known).status == 304
        moved = own_gate.call("/static/moved")
        assert (moved.status, moved.headers["location"].endswith("/file.txt")) == (301, True)
        assert own_gate.call("/static/gone").body == b"gone\n"
        assert own_gate.call("/static/put/new.bin", method="PUT", body=LARGE).status == 201
        assert (www / "put" / "new.bin").read_bytes() == LARGE


def test_grpc_passes_with_its_streams_statuses_and_trailers(served: Gate) -> None:
    options = [("grpc.default_authority", GRPC_HOST)]
    bearer = [("authorization", f"Bearer {served.issuer.token()}")]
    with grpc.insecure_channel(f"127.0.0.1:{served.layout.port}", options=options) as channel:
        answer, call = channel.unary_unary(f"{ECHO}/Say").with_call(b"hello", metadata=bearer, timeout=10)
        assert (answer, dict(call.trailing_metadata())["x-seen"]) == (b"hello", "nothing")
        words = channel.stream_stream(f"{ECHO}/Chat")(iter([b"one", b"two", b"three"]), metadata=bearer, timeout=10)
        assert list(words) == [b"echo one", b"echo two", b"echo three"]
        with pytest.raises(grpc.RpcError) as refused:
            channel.unary_unary(f"{ECHO}/Fail")(b"", metadata=bearer, timeout=10)
        assert (refused.value.code(), refused.value.details()) == (grpc.StatusCode.FAILED_PRECONDITION, "not now")
        with pytest.raises(grpc.RpcError) as stranger:
            channel.unary_unary(f"{ECHO}/Say")(b"", timeout=10)
        assert stranger.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_a_websocket_echoes_texts_and_bytes(served: Gate) -> None:
    address = f"ws://127.0.0.1:{served.layout.port}/chat/room?x=1"
    bearer = {"Authorization": f"Bearer {served.issuer.token()}"}
    with connect(address, additional_headers=bearer) as socket:
        assert socket.recv(10) == "/room?x=1"
        for message in ("hello", b"\x00\xff" * 100_000):
            socket.send(message)
            assert socket.recv(10) == message


def test_a_long_stream_of_events_arrives_whole_and_as_it_is_sent(served: Gate) -> None:
    started = time.monotonic()
    with served.stream("/bin/events", served.issuer.token()) as response:
        assert response.readline() == b"id: 0\n"
        first = time.monotonic() - started
        text = response.read().decode()
    whole = time.monotonic() - started
    assert [line for line in text.splitlines() if line.startswith("data")] == [f"data: {at}" for at in range(EVENTS)]
    assert first < whole / 2


def test_an_upstream_is_shown_the_clients_certificate_and_must_show_its_own(own_gate: Gate, tmp_path: Path) -> None:
    files = {}
    for name in ("upstream.example", "gate.example", "other.example"):
        pair = certificate_for(name)
        for kind, text in zip(("crt", "key"), pair, strict=True):
            files[name, kind] = tmp_path / f"{name}.{kind}"
            files[name, kind].write_text(text)

    def pem(name: str, kind: str = "crt") -> str:
        return files[name, kind].read_text()

    mine = {
        "client_certificate_pem": pem("gate.example"),
        "sealed_client_key": VAULT.seal(pem("gate.example", "key")),
    }
    upstream = files["upstream.example", "crt"], files["upstream.example", "key"]
    with asking_for_certificates(*upstream, files["gate.example", "crt"]) as port:
        for given, wanted in (
            ({"ca_pem": pem("upstream.example"), "server_name": "upstream.example", **mine}, (200, b"gate.example")),
            ({"ca_pem": pem("upstream.example"), **mine}, (200, b"gate.example")),
            ({"ca_pem": pem("upstream.example"), "server_name": "else.example", **mine}, (503, None)),
            ({"ca_pem": pem("other.example"), **mine}, (503, None)),
            ({"ca_pem": pem("upstream.example")}, (503, None)),
        ):
            publish(own_gate, simple(own_gate, "/mutual", pools=(pool(port, tls=PoolTls(**given)),)))
            answer = own_gate.call("/mutual/x")
            assert (answer.status, answer.body if answer.status == 200 else None) == wanted, given.keys()
