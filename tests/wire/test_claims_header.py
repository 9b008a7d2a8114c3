"""Only the gate says whose call it is: x-passgate-claims of a client never survives."""

import base64
import json
from collections.abc import Callable

import pytest

from wire.alterations import manager_without
from wire.rig import Gate

SPOOFED = {"x-passgate-claims": base64.urlsafe_b64encode(b'{"sub":"root"}').decode()}


@pytest.mark.parametrize("path", ["/open/1", "/api/v1/teams", "/console/", "/.well-known/jwks.json", "/readyz"])
def test_a_spoofed_header_is_cut_off_where_no_token_is_asked_for(gate: Gate, path: str) -> None:
    answer = gate.call(path, headers=SPOOFED)
    assert answer.status == 200
    assert "x-passgate-claims" not in answer.json["headers"]


@pytest.mark.parametrize("path", ["/orders/1", "/tickets/1", "/v1/models"])
def test_with_a_token_it_is_the_tokens_own(gate: Gate, path: str) -> None:
    answer = gate.call(path, gate.issuer.token(jti="jti-own"), headers=SPOOFED)
    value = answer.json["headers"]["x-passgate-claims"]
    claims = json.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    assert (claims["sub"], claims["jti"]) == ("user_ada", "jti-own")


def test_a_public_service_is_told_nothing_of_a_token(gate: Gate) -> None:
    assert "x-passgate-claims" not in gate.call("/open/1", gate.issuer.token()).json["headers"]


def test_without_the_early_cut_a_spoofed_header_would_reach_control(altered: Callable[..., Gate]) -> None:
    gate = altered(manager_without("early_header_mutation_extensions"))
    assert (
        gate.call("/api/v1/teams", headers=SPOOFED).json["headers"]["x-passgate-claims"] == SPOOFED["x-passgate-claims"]
    )


@pytest.mark.parametrize("header", ["x-passgate_claims", "X_PASSGATE_CLAIMS"])
def test_a_header_with_underscores_is_refused(gate: Gate, header: str) -> None:
    """Some upstreams read an underscore as a dash."""
    answer = gate.call("/open/1", headers={header: "spoofed"})
    assert (answer.status, answer.json["code"]) == (400, "bad_request")


def test_the_request_id_is_the_gates_own(gate: Gate) -> None:
    answer = gate.call("/orders/id", gate.issuer.token(), headers={"x-request-id": "chosen"})
    reached = answer.json["headers"]["x-request-id"]
    assert reached != "chosen"
    assert answer.headers["x-request-id"] == reached


def test_envoys_own_headers_are_not_taken_from_a_client(gate: Gate) -> None:
    sent = {
        "x-envoy-upstream-rq-timeout-ms": "1",
        "x-envoy-original-path": "/v1/spoofed",
        "x-envoy-retry-on": "5xx",
        "x-envoy-decorator-operation": "x",
        "x-envoy-internal": "true",
    }
    reached = gate.call("/orders/1", gate.issuer.token(), headers=sent).json["headers"]
    assert reached["x-envoy-original-path"] == "/orders/1"
    assert not {"x-envoy-upstream-rq-timeout-ms", "x-envoy-retry-on", "x-envoy-internal"} & set(reached)
