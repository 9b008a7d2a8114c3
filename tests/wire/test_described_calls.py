"""Mocks, validation and tokens for upstreams, through the real Envoy and a real worker."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from passgate.contracts.described_revision import DescribedRevision, TokenSigning
from passgate.contracts.inference_config import InferenceConfig
from passgate.contracts.published_service import PublishedRevision, PublishedService, PublishedVersion
from passgate.contracts.revocation_list import RevocationList
from passgate.contracts.service_policy import AccessPolicy, UpstreamTokenPolicy, ValidationPolicy
from passgate.contracts.upstream_pool import PoolEndpoint, UpstreamPool
from passgate.publishing.openapi.operations import routes_of
from passgate.publishing.openapi.prepared import prepared
from publishing.openapi.documents import orders
from wire.real_worker import RealWorker
from wire.rig import VAULT, Answer, Gate, open_gate, wait_until
from wire.tokens import ISSUER

NAMES = ("held", "mocked", "known", "named")


def revision(name: str, port: int, *, mock: bool = False, policies: tuple[Any, ...] = ()) -> PublishedRevision:
    pool = UpstreamPool(endpoints=(PoolEndpoint(host="127.0.0.1", port=port),))
    pools = () if mock else (pool,)
    routes = routes_of(orders())
    return PublishedRevision(id=f"rev_{name}", number=1, routes=routes, pools=pools, mock=mock, policies=policies)


def service(name: str, only: PublishedRevision, access: AccessPolicy | None = None) -> PublishedService:
    return PublishedService(
        id=f"svc_{name}",
        name=name,
        team_id="team_1",
        base_path=f"/{name}",
        policies=(access or AccessPolicy(who="public"),),
        versions=(PublishedVersion(id=f"ver_{name}", name="v1", revisions=(only,)),),
    )


@pytest.fixture
def gate() -> Iterator[Gate]:
    """A gate whose workers are real, with three services: validated, mocked, and with a token for the upstream."""
    with open_gate(workers=[RealWorker("worker0"), RealWorker("worker1")]) as gate:
        gate.start_envoy(wait=False)
        gate.deny()
        (gate.folder / "revocations.json").write_text(RevocationList(expanded_jtis=()).model_dump_json())
        private = json.dumps(gate.issuer.key.as_dict(private=True))
        packed = prepared(orders())
        config = InferenceConfig(
            version=1,
            described=tuple(DescribedRevision(revision_id=f"rev_{name}", digest="", packed=packed) for name in NAMES),
            token_signing=TokenSigning(
                issuer=ISSUER, kid=gate.issuer.kid, algorithm="ES256", sealed_private_jwk=VAULT.seal(private)
            ),
        )
        new = gate.folder / "new.json"
        new.write_text(config.model_dump_json())
        new.rename(gate.folder / "inference.json")
        port = gate.rest.port
        token = UpstreamTokenPolicy(audience="orders-team", lifetime_seconds=60)
        other = UpstreamTokenPolicy(audience="orders-team", header="x-caller")
        services = (
            service("held", revision("held", port, policies=(ValidationPolicy(max_bytes=2_000),))),
            service("mocked", revision("mocked", port, mock=True)),
            service("known", revision("known", port, policies=(token,)), AccessPolicy(who="token")),
            service("named", revision("named", port, policies=(other,)), AccessPolicy(who="token")),
        )
        gate.publish(gate.snapshot())
        wait_until(gate.is_ready)
        outcome = gate.publish(gate.snapshot(*services))
        assert outcome.kind == "applied", outcome
        yield gate


def test_what_the_document_does_not_allow_never_reaches_the_upstream(gate: Gate) -> None:
    good = {"item": "pen", "count": 1}

    def posted(body: bytes, **headers: str) -> Answer:
        sent = {"content-type": "application/json", **headers}
        return gate.call("/held/v1/orders", method="POST", headers=sent, body=body)

    passed = posted(json.dumps(good).encode())
    assert (passed.status, passed.json["path"], passed.json["body_bytes"]) == (200, "/orders", len(json.dumps(good)))
    assert "x-passgate-upstream-token" not in passed.json["headers"]
    assert gate.call("/held/v1/orders?limit=50").json["path"] == "/orders?limit=50"
    seen = len(gate.rest.seen)
    refused = posted(json.dumps(good | {"count": 0}).encode())
    assert (refused.status, refused.headers["content-type"]) == (400, "application/problem+json")
    said = refused.json
    assert (said["code"], said["field"], said["rule"]) == ("request_invalid", "body/count", "minimum")
    assert gate.call("/held/v1/orders?limit=51").json["field"] == "query/limit"
    assert gate.call("/held/v1/orders/seven").json["field"] == "path/id"
    assert posted(b"{").json["rule"] == "json"
    assert posted(json.dumps(good | {"note": "x" * 3_000}).encode()).status == 413
    assert len(gate.rest.seen) == seen


def test_a_mock_answers_before_there_is_an_upstream(gate: Gate) -> None:
    made = gate.call("/mocked/v1/orders", method="POST", headers={"content-type": "application/json"}, body=b"{}")
    assert (made.status, made.json) == (201, {"item": "text", "count": 1, "note": "text"})
    assert made.headers["content-type"] == "application/json"
    assert gate.call("/mocked/v1/orders/7").status == 200
    refused = gate.call("/mocked/v1/orders", headers={"prefer": "code=404"})
    assert (refused.status, refused.json["code"]) == (404, "not_described")
    assert gate.call("/mocked/v1/nothing").status == 404
    forged = gate.call("/held/v1/orders", headers={"x-passgate-mock": "rev_mocked", "x-passgate-upstream-token": "x"})
    assert forged.json["upstream"] == "rest"
    assert not {"x-passgate-mock", "x-passgate-upstream-token"} & forged.json["headers"].keys()


def test_the_upstream_gets_a_token_that_says_who_calls(gate: Gate) -> None:
    callers = gate.issuer.token(act={"sub": "agent"})
    headers = gate.call("/known/v1/orders", callers).json["headers"]
    scheme, _, token = headers["authorization"].partition(" ")
    assert (scheme, token != callers) == ("Bearer", True)
    claims = jwt.decode(token, KeySet([gate.issuer.key]), algorithms=["ES256"]).claims
    assert (claims["iss"], claims["sub"], claims["aud"], claims["client_id"]) == (
        ISSUER,
        "user_ada",
        "orders-team",
        "app_one",
    )
    assert (claims["scope"], claims["act"], claims["exp"] - claims["iat"]) == ("read write", {"sub": "agent"}, 60)
    assert "x-passgate-upstream-token" not in headers
    assert gate.call("/known/v1/orders", token).status in {401, 403}
    own = gate.call("/named/v1/orders", callers, headers={"x-caller": "forged"}).json["headers"]
    assert "authorization" not in own
    assert jwt.decode(own["x-caller"], KeySet([gate.issuer.key]), algorithms=["ES256"]).claims["aud"] == "orders-team"
    assert gate.call("/known/v1/orders").status == 401
