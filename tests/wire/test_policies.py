"""Policies that change a call, bound it, or answer it."""

import gzip
import json
import time

import pytest

from passgate.contracts.service_policy import (
    BodyPolicy,
    ClaimHeadersPolicy,
    CompressionPolicy,
    CorsPolicy,
    FaultPolicy,
    HeadersPolicy,
    QueryPolicy,
    RetryPolicy,
    TimeoutPolicy,
    UpstreamTokenPolicy,
    ValidationPolicy,
)
from wire.foreign import ForeignIssuer
from wire.published import PUBLIC, TOKEN, pool, publish, revision, route, service, simple, version
from wire.rig import Gate

APP = "https://app.example"
PREFLIGHT = {"origin": APP, "access-control-request-method": "PUT"}


def test_headers_and_query(own_gate: Gate) -> None:
    request = HeadersPolicy(
        kind="request_headers", set={"x-set": "50%"}, add={"x-more": "b"}, remove=("x-secret", "user-agent")
    )
    response = HeadersPolicy(kind="response_headers", set={"x-served-by": "us"}, remove=("content-type",))
    query = QueryPolicy(set={"page": "1", "lang": "fi"}, remove=("debug",))
    publish(own_gate, simple(own_gate, "/orders", PUBLIC, request, response, query))
    sent = {"x-set": "mine", "x-more": "a", "x-secret": "s", "user-agent": "u"}
    answer = own_gate.call("/orders/1?debug=1&page=7&q=a%20b%0d%0ax&d%65bug=2", headers=sent)
    said = answer.json["headers"]
    assert said["x-set"] == "50%"
    assert not {"x-secret", "user-agent"} & set(said)
    assert said["x-more"] in {"a,b", "b"}  # the echo keeps the last of two lines
    assert sorted(answer.json["path"].partition("?")[2].split("&")) == ["lang=fi", "page=1", "q=a%20b%0d%0ax"]
    assert answer.headers["x-served-by"] == "us"
    assert "content-type" not in answer.headers


def test_claims_as_headers_are_ours_alone(own_gate: Gate) -> None:
    foreign = ForeignIssuer()
    policy = ClaimHeadersPolicy(headers={"X-User": "sub", "X-Country": "address.country", "X-Roles": "roles"})
    publish(own_gate, simple(own_gate, "/orders", TOKEN, policy), issuers=(foreign.trusted(),))
    forged = {"x-user": "root", "x-country": "NO", "x-roles": "admin"}
    token = own_gate.issuer.token(address={"country": "FI"}, roles=["a", "b"])
    said = own_gate.call("/orders/1", token, headers=forged).json["headers"]
    assert (said["x-user"], said["x-country"], said["x-roles"]) == ("user_ada", "FI", '["a","b"]')
    said = own_gate.call("/orders/1", foreign.token(), headers=forged).json["headers"]
    assert said["x-user"] == "ada@staff"
    assert not {"x-country", "x-roles"} & set(said)


def test_cors(own_gate: Gate) -> None:
    cors = CorsPolicy(origins=(APP,), methods=("GET", "PUT"), headers=("authorization",), exposed=("x-total",))
    routes = (route("get", "/items", "GET"), route("put", "/items", "PUT"))
    only = revision("rev_1", pool(own_gate.rest.port), routes=routes)
    publish(
        own_gate,
        simple(own_gate, "/orders", TOKEN, cors),
        service("/shop", version("v1", only), policies=(TOKEN, cors)),
    )
    for path in ("/orders/1", "/shop/items"):
        answer = own_gate.call(path, method="OPTIONS", headers=PREFLIGHT)
        assert answer.status == 200, answer.body
        assert answer.headers["access-control-allow-origin"] == APP
        assert answer.headers["access-control-allow-methods"] == "GET,PUT"
        evil = own_gate.call(path, method="OPTIONS", headers={**PREFLIGHT, "origin": "https://evil.example"})
        assert "access-control-allow-origin" not in evil.headers
        assert own_gate.rest.seen == []
    answer = own_gate.call("/shop/items", own_gate.issuer.token(), headers={"origin": APP})
    assert answer.headers["access-control-allow-origin"] == APP
    assert answer.headers["access-control-expose-headers"] == "x-total"
    refused = own_gate.call("/shop/items", headers={"origin": APP})
    assert (refused.status, refused.headers["access-control-allow-origin"]) == (401, APP)


def test_bounds_of_body_and_time(own_gate: Gate) -> None:
    publish(
        own_gate,
        simple(own_gate, "/small", PUBLIC, BodyPolicy(max_bytes=10)),
        simple(own_gate, "/brief", PUBLIC, TimeoutPolicy(total_ms=300)),
    )
    assert own_gate.call("/small/1", method="POST", body=b"x" * 10).status == 200
    answer = own_gate.call("/small/1", method="POST", body=b"x" * 11)
    assert (answer.status, answer.json["code"]) == (413, "request_too_large")
    answer = own_gate.call("/brief/silent")
    assert (answer.status, answer.json["code"]) == (504, "upstream_timeout")


def test_only_idempotent_methods_are_done_again(own_gate: Gate) -> None:
    publish(
        own_gate, simple(own_gate, "/orders", PUBLIC, RetryPolicy(attempts=2, on_statuses=(503,), per_try_ms=5_000))
    )
    for method, tries in (("GET", 3), ("POST", 1)):
        own_gate.rest.seen.clear()
        own_gate.call("/orders/drop", method=method)
        assert len(own_gate.rest.seen) == tries


def test_answers_are_compressed_for_those_who_take_it(own_gate: Gate) -> None:
    publish(own_gate, simple(own_gate, "/orders", PUBLIC, CompressionPolicy()), simple(own_gate, "/plain"))
    headers = {"accept-encoding": "gzip", "x-long": "y" * 2_000}
    answer = own_gate.call("/orders/1", headers=headers)
    assert answer.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.body))["upstream"] == "rest"
    assert "content-encoding" not in own_gate.call("/plain/1", headers=headers).headers


def test_faults_on_purpose(own_gate: Gate) -> None:
    publish(
        own_gate,
        simple(own_gate, "/broken", PUBLIC, FaultPolicy(abort_status=418, abort_percent=100)),
        simple(own_gate, "/slow", PUBLIC, FaultPolicy(delay_ms=200, delay_percent=100)),
    )
    answer = own_gate.call("/broken/1")
    assert (answer.status, answer.json["code"], answer.json["status"]) == (418, "fault_injected", 418)
    before = time.monotonic()
    assert own_gate.call("/slow/1").status == 200
    assert time.monotonic() - before >= 0.19  # Envoy's timers count whole milliseconds, from a moment before


@pytest.mark.parametrize("policy", [ValidationPolicy(), UpstreamTokenPolicy(audience="https://up")])
def test_workers_are_asked_where_a_policy_needs_them(own_gate: Gate, policy: object) -> None:
    publish(own_gate, simple(own_gate, "/orders", TOKEN, policy), simple(own_gate, "/plain"))
    forged = {"x-passgate-upstream-token": "forged"}
    answer = own_gate.call("/orders/7", own_gate.issuer.token(), method="POST", body=b"{}", headers=forged)
    assert answer.json["upstream"] == "rest"
    assert "forged" not in answer.body.decode()
    (asked,) = [one for worker in own_gate.workers for one in worker.seen]
    wanted = {
        "validation": "/_passgate/validation/rev_1/-/7/orders/7",
        "upstream_token": "/_passgate/upstream-token/60/aHR0cHM6Ly91cA/orders/7",
    }
    assert asked.path == wanted[policy.kind]  # type: ignore[attr-defined]  # a policy
    assert asked.body == (b"{}" if isinstance(policy, ValidationPolicy) else b"")
    assert asked.headers["x-passgate-claims"]
    own_gate.call("/plain/1")
    assert sum(len(worker.seen) for worker in own_gate.workers) == 1
