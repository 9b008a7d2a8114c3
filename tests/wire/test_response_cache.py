"""Services with a response cache, through the real Envoy and a real worker."""

import base64
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from passgate.contracts.inference_config import InferenceConfig
from passgate.contracts.published_service import PublishedService
from passgate.contracts.revocation_list import RevocationList
from passgate.contracts.service_policy import ClaimHeadersPolicy, QueryPolicy, ResponseCachePolicy, RetryPolicy
from passgate.contracts.upstream_pool import HashKey, InjectedCredential
from wire.echo_upstream import EchoUpstream
from wire.kept_upstream import KeptUpstream
from wire.published import PUBLIC, TOKEN, pool, publish, revision, route, service, simple, version
from wire.real_worker import RealWorker
from wire.rig import VAULT, Answer, Gate, open_gate, wait_until

KEPT = "cache-control: max-age=60"
CACHE = ResponseCachePolicy()


@contextmanager
def open_cached(*workers: EchoUpstream) -> Iterator[Gate]:
    with open_gate(workers=list(workers), rest=KeptUpstream("rest")) as gate:
        gate.start_envoy(wait=False)
        gate.deny()
        (gate.folder / "revocations.json").write_text(RevocationList(expanded_jtis=()).model_dump_json())
        new = gate.folder / "new.json"
        new.write_text(InferenceConfig(version=1).model_dump_json())
        new.rename(gate.folder / "inference.json")
        gate.publish(gate.snapshot())
        wait_until(gate.is_ready)
        yield gate


@pytest.fixture(scope="module")
def gate() -> Iterator[Gate]:
    """A gate with one worker, so that there is one memory."""
    with open_cached(RealWorker("worker0")) as gate:
        yield gate


@pytest.fixture
def upstream(gate: Gate) -> KeptUpstream:
    assert isinstance(gate.rest, KeptUpstream)
    gate.rest.seen.clear()
    gate.rest.says.clear()
    return gate.rest


def cached(gate: Gate, base: str, *policies: Any, **changes: Any) -> PublishedService:
    return simple(gate, base, *(policies or (PUBLIC, CACHE)), **changes)


def marks(*answers: Answer) -> list[str | None]:
    return [answer.headers.get("x-passgate-cache") for answer in answers]


def test_an_answer_is_given_again_as_long_as_it_is_fresh(gate: Gate, upstream: KeptUpstream) -> None:
    upstream.says["/a"] = KEPT
    publish(gate, cached(gate, "/first"))
    before = len(gate.log_lines())
    one, two = gate.call("/first/a?x=1"), gate.call("/first/a?x=1")
    assert marks(one, two) == ["miss", "hit"]
    assert (one.body, two.body, int(two.headers["age"]) < 5) == (b"rest 1", b"rest 1", True)
    assert one.headers["x-request-id"] != two.headers["x-request-id"]
    assert two.headers["x-passgate-revision"] == "rev_1"
    head = gate.call("/first/a?x=1", method="HEAD")
    assert (head.headers["x-passgate-cache"], head.headers["content-length"], head.body) == ("hit", "6", b"")
    assert gate.call("/first/a?x=2").body == b"rest 2"
    # By other methods, in part, and by a caller who wants it anew, the upstream is asked.
    assert marks(gate.call("/first/a?x=1", method="POST", body=b"")) == [None]
    assert marks(gate.call("/first/a?x=1", headers={"range": "bytes=0-1"})) == [None]
    assert marks(gate.call("/first/a?x=1", headers={"cache-control": "no-cache"})) == ["miss"]
    assert upstream.calls == 5
    # Each call is in the log once, whoever answered it.
    wait_until(lambda: len(gate.log_lines()) >= before + 7)
    lines = gate.log_lines()[before:]
    assert len(lines) == 7
    assert {(line.service_id, line.route, line.version_id) for line in lines} == {("svc_first", "rest", "ver_v1")}
    assert {line.request_id: line.cached for line in lines if line.cached} == {
        answer.headers["x-request-id"]: True for answer in (two, head)
    }


def test_what_says_nothing_is_kept_by_the_policy(gate: Gate, upstream: KeptUpstream) -> None:
    upstream.says.update({"/a": "x-any: 1", "/b": "cache-control: no-store", "/c": "set-cookie: a=b"})
    publish(gate, cached(gate, "/quiet", PUBLIC, ResponseCachePolicy(default_ttl_seconds=60)), cached(gate, "/none"))
    assert marks(gate.call("/quiet/a"), gate.call("/quiet/a")) == ["miss", "hit"]
    for path in ("/quiet/b", "/quiet/c", "/none/a"):
        assert marks(gate.call(path), gate.call(path)) == ["miss", "miss"], path
    assert marks(gate.call("/quiet/stream-of-none"), gate.call("/quiet/stream-of-none")) == ["miss", "hit"]


def test_callers_do_not_share_unless_the_policy_says_so(gate: Gate, upstream: KeptUpstream) -> None:
    upstream.says["/a"] = KEPT
    own, of_app, of_all = (ResponseCachePolicy(per=per) for per in ("caller", "application", "service"))
    tells = ClaimHeadersPolicy(headers={"x-user": "sub"})
    publish(
        gate,
        *(
            cached(gate, f"/{name}", TOKEN, *policies)
            for name, *policies in (("own", own), ("app", of_app), ("all", of_all), ("told", of_all, tells))
        ),
    )
    ada, again, bob = gate.issuer.token(), gate.issuer.token(), gate.issuer.token(sub="user_bob")
    other = gate.issuer.token(client_id="app_two")
    tokens = (ada, again, bob, other)

    def of(base: str) -> list[str | None]:
        return marks(*(gate.call(f"/{base}/a", token) for token in tokens))

    assert of("own") == ["miss", "hit", "miss", "miss"]
    assert of("app") == ["miss", "hit", "hit", "miss"]
    assert of("all") == ["miss", "hit", "hit", "hit"]
    assert of("told") == ["miss", "hit", "miss", "hit"]
    # What is kept is nobody's who may not call.
    assert gate.call("/all/a").status == 401
    gate.deny(_jti(again))
    assert gate.call("/all/a", again).status == 401
    assert marks(gate.call("/all/a", ada)) == ["hit"]
    gate.deny()


def test_a_callers_own_credential_is_his(gate: Gate, upstream: KeptUpstream) -> None:
    upstream.says.update({"/a": KEPT, "/open": f"{KEPT}, public"})
    publish(gate, cached(gate, "/mine"), cached(gate, "/ours", PUBLIC, ResponseCachePolicy(per="service")))

    def of(path: str) -> list[str | None]:
        return marks(*(gate.call(path, headers={"cookie": value}) for value in ("u=1", "u=1", "u=2")))

    assert of("/mine/a") == ["miss", "hit", "miss"]
    assert of("/ours/a") == ["miss", "miss", "miss"]
    assert of("/ours/open") == ["miss", "hit", "hit"]


def test_an_answer_that_varies_is_for_those_who_ask_alike(gate: Gate, upstream: KeptUpstream) -> None:
    upstream.says["/a"] = f"{KEPT}\nvary: Accept-Language"
    publish(gate, cached(gate, "/varied"))

    def asked(language: str) -> Answer:
        return gate.call("/varied/a", headers={"accept-language": language})

    answers = [asked(language) for language in ("en", "de", "en", "de")]
    assert marks(*answers) == ["miss", "miss", "hit", "hit"]
    assert [answer.body for answer in answers] == [b"rest 1", b"rest 2", b"rest 1", b"rest 2"]


def test_a_caller_who_has_it_gets_no_body(gate: Gate, upstream: KeptUpstream) -> None:
    upstream.says["/a"] = f'{KEPT}\netag: "one"\nlast-modified: Mon, 02 Mar 2026 10:00:00 GMT'
    publish(gate, cached(gate, "/tagged"))
    gate.call("/tagged/a")
    same = gate.call("/tagged/a", headers={"if-none-match": 'W/"none", "one"'})
    assert (same.status, same.body, same.headers["etag"], *marks(same)) == (304, b"", '"one"', "hit")
    assert gate.call("/tagged/a", headers={"if-none-match": '"two"'}).status == 200
    since = {"if-modified-since": "Mon, 02 Mar 2026 10:00:00 GMT"}
    assert gate.call("/tagged/a", headers=since).status == 304
    assert upstream.calls == 1


def test_no_revision_gets_the_answers_of_another(gate: Gate, upstream: KeptUpstream) -> None:
    upstream.says.update({"/a": KEPT})
    forced = [{"x-passgate-revision": one} for one in ("rev_old", "rev_new")]

    def with_weights(old: int, new: int) -> PublishedService:
        both = [revision(f"rev_{name}", pool(gate.rest.port), weight=n) for name, n in (("old", old), ("new", new))]
        return service("/canary", version("v1", *both), policies=(PUBLIC, CACHE))

    publish(gate, with_weights(100, 0))
    assert marks(gate.call("/canary/a"), gate.call("/canary/a")) == ["miss", "hit"]
    assert [gate.call("/canary/a", headers=one).body for one in forced] == [b"rest 1", b"rest 2"]
    publish(gate, with_weights(0, 100))
    assert gate.call("/canary/a").body == b"rest 2"
    publish(gate, with_weights(100, 0))
    assert gate.call("/canary/a").body == b"rest 1"


def test_a_purge_empties_what_is_kept_of_one_service(gate: Gate, upstream: KeptUpstream) -> None:
    upstream.says["/a"] = KEPT
    one, other = cached(gate, "/purged", TOKEN, CACHE), cached(gate, "/beside")
    ada, bob = gate.issuer.token(), gate.issuer.token(sub="user_bob")
    publish(gate, one, other)

    def asked() -> list[str | None]:
        return marks(*(gate.call("/purged/a", token) for token in (ada, bob)), gate.call("/beside/a"))

    assert [asked(), asked()] == [["miss"] * 3, ["hit"] * 3]
    publish(gate, one.model_copy(update={"cache_epoch": 1}), other)
    assert [asked(), asked()] == [["miss", "miss", "hit"], ["hit"] * 3]


UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def test_a_call_that_changes_takes_away_what_is_kept_of_its_path(gate: Gate, upstream: KeptUpstream) -> None:
    upstream.says.update(dict.fromkeys(("/a", "/b", "/up/a"), KEPT))
    own = ResponseCachePolicy(per="caller")
    publish(
        gate,
        cached(gate, "/changed", TOKEN, own),
        cached(gate, "/queried", PUBLIC, CACHE, QueryPolicy(set={"by": "gate"})),
        cached(gate, "/moved", pools=(pool(gate.rest.port, path_prefix="/up"),)),
    )
    ada, bob = gate.issuer.token(), gate.issuer.token(sub="user_bob")
    asked = [("/changed/a", ada), ("/changed/a?x=1", ada), ("/changed/a", bob), ("/changed/b", ada)]

    def get() -> list[str | None]:
        return marks(*(gate.call(path, token) for path, token in asked))

    get()
    for method in UNSAFE:
        assert get() == ["hit"] * 4
        assert gate.call("/changed/a?y=2", ada, method=method, body=b"new").status == 200
        assert get() == ["miss", "miss", "miss", "hit"], method
    for method in ("GET", "HEAD", "OPTIONS"):
        gate.call("/changed/a", ada, method=method)
    assert get() == ["hit"] * 4
    # Who may not call changes nothing, nor does what fails.
    assert gate.call("/changed/a", method="DELETE").status == 401
    upstream.status = 409
    assert gate.call("/changed/a", ada, method="DELETE").status == 409
    upstream.status = 303
    assert get() == ["hit"] * 4
    assert gate.call("/changed/a", ada, method="POST", body=b"new").status == 303
    upstream.status = 200
    assert get() == ["miss", "miss", "miss", "hit"]
    for base, path in (("/queried", "/a?by=gate"), ("/moved", "/up/a")):
        gate.call(f"{base}/a")
        assert marks(gate.call(f"{base}/a")) == ["hit"], base
        gate.call(f"{base}/a", method="PUT", body=b"new")
        assert upstream.seen[-1].path == path
        assert marks(gate.call(f"{base}/a")) == ["miss"], base


def test_what_one_revision_changes_no_other_gives(gate: Gate, upstream: KeptUpstream) -> None:
    upstream.says["/a"] = KEPT
    routes = (route("get", "/a", "GET"), route("put", "/a", "PUT"))
    of_gets = ResponseCachePolicy(routes=("get",))
    keeping = revision("rev_keeps", pool(gate.rest.port), routes=routes, policies=(of_gets,))
    other = revision("rev_other", pool(gate.rest.port), weight=0)
    publish(gate, service("/two", version("v1", keeping, other), policies=(PUBLIC,)))
    for asked in ({}, {"x-passgate-revision": "rev_other"}):
        gate.call("/two/a")
        assert marks(gate.call("/two/a")) == ["hit"]
        assert gate.call("/two/a", method="PUT", body=b"new", headers=asked).status == 200
        assert marks(gate.call("/two/a")) == ["miss"]


def test_an_answer_that_was_on_its_way_is_given_to_nobody_else(gate: Gate, upstream: KeptUpstream) -> None:
    upstream.says["/a"] = KEPT
    publish(gate, cached(gate, "/racing"))
    upstream.held = True
    with ThreadPoolExecutor(1) as beside:
        before = beside.submit(gate.call, "/racing/a")
        try:
            wait_until(lambda: upstream.calls == 1)
            assert gate.call("/racing/a", method="PUT", body=b"new").status == 200
        finally:
            upstream.held = False
            gate.loop.call_soon_threadsafe(upstream.go.set)
        assert marks(before.result()) == ["miss"]
    assert marks(gate.call("/racing/a"), gate.call("/racing/a")) == ["miss", "hit"]


def test_workers_of_a_node_give_up_together_and_a_call_needs_none() -> None:
    workers = [RealWorker(f"worker{number}") for number in range(2)]
    with open_cached(*workers) as gate:
        assert isinstance(gate.rest, KeptUpstream)
        gate.rest.says["/a"] = KEPT
        publish(gate, cached(gate, "/shared"))
        assert "hit" in {gate.call("/shared/a").headers["x-passgate-cache"] for _ in range(12)}
        last = gate.rest.calls
        assert gate.call("/shared/a", method="POST", body=b"new").body == f"rest {last + 1}".encode()
        assert min(int(gate.call("/shared/a").body.split()[1]) for _ in range(12)) > last + 1
        for worker in workers:
            gate.run(worker.stop())
        # What it changes cannot be given up then, and nothing of it can be given either.
        changed = gate.call("/shared/a", method="POST", body=b"new")
        assert (changed.status, changed.body) == (200, f"rest {gate.rest.calls}".encode())
        for worker, path in zip(workers, gate.layout.worker_sockets, strict=True):
            gate.run(worker.start(path))


def test_a_new_revision_costs_no_call(gate: Gate, upstream: KeptUpstream) -> None:
    upstream.says["/a"] = "cache-control: no-store"
    statuses: list[int] = []
    over = threading.Event()

    def call_on() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", gate.layout.port, timeout=15)
        while not over.is_set():
            connection.request("GET", "/moving/a")
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
        connection.close()

    def with_revision(number: int) -> PublishedService:
        return service(
            "/moving", version("v1", revision(f"rev_{number}", pool(gate.rest.port))), policies=(PUBLIC, CACHE)
        )

    publish(gate, with_revision(0))
    callers = [threading.Thread(target=call_on) for _ in range(4)]
    for caller in callers:
        caller.start()
    try:
        for number in range(1, 25):
            publish(gate, with_revision(number))
    finally:
        over.set()
        for caller in callers:
            caller.join()
    assert (set(statuses), len(statuses) > 25) == ({200}, True)


def test_nobody_outside_gets_at_the_workers_or_at_the_pools(gate: Gate, upstream: KeptUpstream) -> None:
    upstream.says["/a"] = KEPT
    publish(gate, cached(gate, "/plain", PUBLIC), cached(gate, "/kept"), cached(gate, "/held", TOKEN))
    cluster = "service:svc_held:rev_1:default"
    forged = {
        "x-passgate-cached": f'{{"cluster":"{cluster}","scope":"x"}}',
        "x-passgate-cluster": cluster,
        "x-passgate-kept-host": "1",
        "x-passgate-hash": "1",
    }
    gate.call("/plain/a", headers=forged)
    assert not {"x-passgate-cached", "x-passgate-hash"} & upstream.seen[-1].headers.keys()
    answer = gate.call("/kept/echo", headers=forged)
    assert not forged.keys() & answer.json["headers"].keys()
    assert gate.call("/held/a", headers=forged).status == 401
    assert gate.call("/", headers=forged).status == 302
    assert gate.call("/v1/models", headers=forged).status == 401


def test_the_upstream_sees_what_it_saw_without(gate: Gate) -> None:
    secret = InjectedCredential(header="x-key", sealed_value=VAULT.seal("of the pool"))
    pools = (
        pool(gate.rest.port, credentials=(secret,), host_header="orders.internal", path_prefix="/up"),
        pool(gate.rest.port, name="two", balance="hash", hash_key=HashKey(source="claim", name="sub")),
        pool(gate.rest.port, name="three", balance="hash", hash_key=HashKey(source="ip")),
    )
    publish(
        gate,
        *(
            cached(gate, f"/{base}{at}", TOKEN, *policies, pools=(one.model_copy(update={"name": "default"}),))
            for at, one in enumerate(pools)
            for base, policies in (("with", (CACHE,)), ("less", ()))
        ),
    )
    token = gate.issuer.token()
    for at in range(len(pools)):
        with_it, without = (
            gate.call(f"/{base}{at}/echo?q=a%2Fb&q=%20", token, headers={"x-own": "1", "cookie": "a=b"}).json
            for base in ("with", "less")
        )
        assert with_it["path"] == without["path"]
        differing = {"x-request-id", "x-envoy-original-path"}
        seen, wanted = (
            {name: value for name, value in one["headers"].items() if name not in differing}
            for one in (with_it, without)
        )
        assert seen == wanted
    assert seen["host"] == f"127.0.0.1:{gate.rest.port}"


def test_what_is_kept_outlives_the_upstream_until_it_is_stale(gate: Gate, upstream: KeptUpstream) -> None:
    upstream.says.update({"/long": KEPT, "/short": "cache-control: max-age=1"})
    publish(gate, cached(gate, "/away", strip_base_path=True))
    assert marks(gate.call("/away/long"), gate.call("/away/short")) == ["miss", "miss"]
    port = gate.rest.port
    gate.run(gate.rest.stop())
    try:
        assert marks(gate.call("/away/long")) == ["hit"]
        failed = wait_until(lambda: (got := gate.call("/away/short")).status != 200 and got)
        assert (failed.status, failed.headers["content-type"]) == (503, "application/problem+json")
        assert failed.json["request_id"] == failed.headers["x-request-id"]
    finally:
        gate.run(upstream.start_again(port))


def test_the_upstream_is_tried_as_the_policy_says(gate: Gate, upstream: KeptUpstream) -> None:
    again = RetryPolicy(attempts=2, per_try_ms=200, on_statuses=(503,))
    publish(gate, cached(gate, "/again", PUBLIC, CACHE, again), cached(gate, "/once"))
    upstream.says["/a"], upstream.status = KEPT, 503
    try:
        assert (gate.call("/again/a").status, upstream.calls) == (503, 3)
        assert (gate.call("/once/a").status, upstream.calls) == (503, 4)
    finally:
        upstream.status = 200
    assert (gate.call("/again/silent").json["code"], upstream.calls) == ("upstream_timeout", 7)


def test_a_worker_that_hangs_up_costs_no_call() -> None:
    broken = EchoUpstream("broken")
    with open_cached(broken, RealWorker("worker1")) as gate:
        assert isinstance(gate.rest, KeptUpstream)
        gate.rest.says["/drop"] = KEPT  # what the broken one answers by hanging up
        publish(gate, cached(gate, "/robust"))
        # Which worker a call goes to, Envoy chooses by chance: twelve in a row may all miss the broken one.
        statuses = [gate.call("/robust/drop").status for _ in range(12)]
        wait_until(lambda: broken.seen or statuses.append(gate.call("/robust/drop").status))
        assert set(statuses) == {200}
        assert gate.rest.calls == 1


def test_streams_and_sockets_pass_by(gate: Gate, upstream: KeptUpstream) -> None:
    publish(gate, cached(gate, "/live", PUBLIC, ResponseCachePolicy(default_ttl_seconds=60)))
    upstream.end_streams.clear()
    with gate.stream("/live/stream") as answer:
        assert answer.readline() == b"data: first\n"
        gate.loop.call_soon_threadsafe(upstream.end_streams.set)
        assert b"data: last" in answer.read()
    with gate.stream("/live/stream") as answer:
        assert answer.getheader("x-passgate-cache") == "miss"
    upgrade = {"connection": "upgrade", "upgrade": "websocket"}
    assert gate.call("/live/socket").status == 426
    connection_headers = {**upgrade, "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}
    assert _status_of_upgrade(gate, "/live/socket", connection_headers) == 101


def test_neither_a_body_nor_its_answer_waits_for_the_whole(gate: Gate) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(15)
        publish(gate, cached(gate, "/upload", pools=(pool(listener.getsockname()[1]),)))
        connection = http.client.HTTPConnection("127.0.0.1", gate.layout.port, timeout=15)
        connection.putrequest("POST", "/upload/a")
        connection.putheader("transfer-encoding", "chunked")
        connection.endheaders(b"5\r\nfirst\r\n")
        upstream, _ = listener.accept()
        with upstream:
            upstream.settimeout(15)
            _read_until(upstream, b"first")
            upstream.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\nheard\n\r\n")
            sending = connection.sock  # let go of when an answer begins before its request is whole
            answer = connection.getresponse()
            assert answer.readline() == b"heard\n"
            sending.sendall(b"4\r\nlast\r\n0\r\n\r\n")
            _read_until(upstream, b"last")
            upstream.sendall(b"3\r\nend\r\n0\r\n\r\n")
            assert answer.read() == b"end"
        connection.close()


def _read_until(connection: socket.socket, words: bytes) -> None:
    read = b""
    while words not in read:
        piece = connection.recv(4096)
        assert piece, read
        read += piece


@pytest.fixture
def mirror(gate: Gate) -> Iterator[EchoUpstream]:
    with gate.another("mirror") as upstream:
        yield upstream


def test_of_a_pool_whose_calls_are_copied_nothing_is_kept(
    gate: Gate, upstream: KeptUpstream, mirror: EchoUpstream
) -> None:
    upstream.says["/a"] = KEPT
    pools = pool(gate.rest.port), pool(mirror.port, name="mirror")
    only = revision("rev_1", *pools, mirror_pool="mirror")
    publish(gate, service("/copied", version("v1", only), policies=(TOKEN, CACHE)))
    token = gate.issuer.token()
    answers = gate.call("/copied/a", token), gate.call("/copied/a", token)
    assert ([answer.status for answer in answers], marks(*answers)) == ([200, 200], [None, None])
    wait_until(lambda: len(mirror.seen) == 2)
    assert upstream.calls == 2
    # What is for the worker alone is told to neither; Envoy marks a copy as a call of its own.
    copied, called = ({name for one in seen for name in one.headers} for seen in (mirror.seen, upstream.seen))
    assert "x-passgate-cached" not in copied
    assert copied <= {*called, "x-envoy-internal"}


def _status_of_upgrade(gate: Gate, path: str, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", gate.layout.port, timeout=15)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _jti(token: str) -> str:
    payload = token.split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["jti"])
