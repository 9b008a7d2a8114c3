"""The route of MCP tools, and the gate's inner socket, through the real Envoy."""

import http.client
import socket

from passgate.contracts.published_service import PublishedRevision, PublishedService, PublishedVersion
from passgate.contracts.service_policy import AccessPolicy, AddressPolicy
from passgate.contracts.upstream_pool import PoolEndpoint, UpstreamPool
from wire.rig import Gate


def test_the_token_reaches_the_workers_and_nobody_else(gate: Gate) -> None:
    token = gate.issuer.token()
    seen = gate.call("/mcp", token, method="POST", headers={"x-api-key": "junk", "api-key": "junk"}).json["headers"]
    assert seen["authorization"] == f"Bearer {token}"
    assert "x-passgate-claims" in seen
    assert not {"x-api-key", "api-key", "x-goog-api-key"} & seen.keys()
    refused = gate.call("/mcp", method="POST")
    assert (refused.status, "x-api-key" in refused.json["detail"]) == (401, False)
    assert gate.call("/mcp/orders", method="POST", headers={"x-api-key": token}).status == 401
    assert gate.call(f"/mcp?key={token}", method="POST").status == 401
    assert gate.call("/mcpx", token).status == 404


def test_a_client_is_told_where_tokens_come_from(gate: Gate) -> None:
    for path in ("/mcp", "/mcp/orders"):
        for token in (None, gate.issuer.token(aud="other")):
            told = gate.call(f"{path}?a=1", token, method="POST").headers["www-authenticate"]
            where = f"http://127.0.0.1:{gate.layout.port}/.well-known/oauth-protected-resource{path}"
            assert told.startswith('Bearer realm="passgate"')
            assert told.endswith(f', resource_metadata="{where}"')
    assert "resource_metadata" not in gate.call("/v1/models").headers["www-authenticate"]


def test_rules_on_addresses_hold_for_whom_a_worker_calls(gate: Gate) -> None:
    pool = UpstreamPool(endpoints=(PoolEndpoint(host="127.0.0.1", port=gate.rest.port),))
    service = PublishedService(
        id="svc_near",
        name="Near",
        team_id="team_1",
        base_path="/near",
        default_version="v1",
        policies=(AccessPolicy(who="public"), AddressPolicy(deny=("10.0.0.0/8",))),
        versions=(
            PublishedVersion(
                id="ver_near", name="v1", revisions=(PublishedRevision(id="rev_near", number=1, pools=(pool,)),)
            ),
        ),
    )
    assert gate.publish(gate.snapshot(service)).kind == "applied"
    assert inner(gate, "192.0.2.1") == 200
    assert inner(gate, "10.1.2.3") == 403
    assert inner(gate, "192.0.2.1, 10.1.2.3") == 403
    assert gate.call("/near", headers={"x-forwarded-for": "10.1.2.3"}).status == 200


def inner(gate: Gate, address: str) -> int:
    """The status of a call at the inner socket, for a caller at that address."""
    connection = http.client.HTTPConnection("localhost", timeout=10)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(gate.layout.inner_socket))
    connection.request("GET", "/near", headers={"x-forwarded-for": address})
    status = connection.getresponse().status
    connection.close()
    return status
