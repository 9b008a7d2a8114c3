"""One line per call, readable as a call record, and no credential in it."""

import time
from uuid import UUID

import pytest

from passgate.contracts.call_record import FACTS, AccessLine
from passgate.gateway.envoy.access_log import call_fields
from passgate.metering.records import CallLine
from wire.rig import Gate, wait_until


def _record(gate: Gate, request_id: str) -> CallLine:
    def find() -> CallLine | None:
        found = [line for line in gate.log_lines() if line.request_id == request_id]
        assert len(found) <= 1
        return found[0] if found else None

    record = wait_until(find)
    assert isinstance(record, CallLine)
    return record


def test_the_members_are_those_of_the_contract() -> None:
    fields = call_fields()
    assert set(fields) == set(AccessLine.__struct_fields__)
    assert len(fields["facts"].split(" ")) == len(FACTS)


def test_a_call_is_told_in_full(gate: Gate) -> None:
    token = gate.issuer.token(jti="jti-logged", sub="user_eve")
    answer = gate.call("/orders/1?x=1", token, headers={"user-agent": "shop/1.0"}, method="POST", body=b"hello")
    record = _record(gate, answer.headers["x-request-id"])
    assert (record.method, record.path, record.status) == ("POST", "/orders/1", 200)
    assert (record.service_id, record.route) == ("svc_orders", "rest")
    assert (record.version_id, record.revision_id, record.route_id) == ("ver_v1", "rev_1", None)
    assert (record.jti, record.subject, record.application_id) == ("jti-logged", "user_eve", "app_one")
    assert (record.bytes_in, record.bytes_out, record.attempts) == (5, len(answer.body), 1)
    assert (record.user_agent, record.client_ip) == ("shop/1.0", "127.0.0.1")
    assert record.upstream_ms is not None
    assert record.details == "via_upstream"


def test_a_request_id_begins_with_the_moment_whatever_the_client_sent(gate: Gate) -> None:
    began = time.time() * 1000
    moment, _, rest = gate.call("/orders/1", headers={"x-request-id": "mine"}).headers["x-request-id"].partition("-")
    assert began - 1 <= int(moment) <= time.time() * 1000
    assert str(UUID(rest)) == rest


def test_a_refused_call_is_told_with_its_reason(gate: Gate) -> None:
    answer = gate.call("/orders/1", gate.issuer.token(client_id="app_two"))
    record = _record(gate, answer.headers["x-request-id"])
    assert record.status == 403
    assert record.details == "rbac_access_denied_matched_policy[subscription_missing]"
    assert record.application_id == "app_two"


def test_an_ai_call_is_told(gate: Gate) -> None:
    answer = gate.call("/v1/models", gate.issuer.token())
    record = _record(gate, answer.headers["x-request-id"])
    assert (record.route, record.service_id, record.path) == ("ai", None, "/v1/models")


def test_the_line_is_there_when_the_caller_has_the_answer(gate: Gate) -> None:
    for _ in range(50):
        answer = gate.call("/orders/1", gate.issuer.token())
        assert wait_until(
            lambda request_id=answer.headers["x-request-id"]: request_id in gate.layout.access_log.read_text(), 0.5
        )


@pytest.mark.parametrize("path", ["/console/", "/api/v1/teams", "/oauth2/token"])
def test_what_goes_to_control_is_not_told(gate: Gate, path: str) -> None:
    quiet = gate.call(path, headers={"x-passgate-unlogged": "2"}).headers["x-request-id"]
    after = gate.call("/orders/1").headers["x-request-id"]
    _record(gate, after)
    assert quiet not in gate.layout.access_log.read_text()


@pytest.mark.parametrize(("path", "route"), [("/healthz", "health"), ("/readyz", "health"), ("/nothing", "unknown")])
def test_what_is_no_call_bears_the_name_of_no_call_s_route(gate: Gate, path: str, route: str) -> None:
    assert _record(gate, gate.call(path).headers["x-request-id"]).route == route


def test_a_client_cannot_keep_its_call_out_of_the_log(gate: Gate) -> None:
    answer = gate.call("/orders/1", gate.issuer.token(), headers={"x-passgate-unlogged": "1"})
    assert _record(gate, answer.headers["x-request-id"]).route == "rest"


def test_no_credential_is_in_the_log(gate: Gate) -> None:
    good, bad = gate.issuer.token(), gate.issuer.token(aud="x")
    for token in (good, bad):
        for header in ("authorization", "x-api-key", "api-key", "x-goog-api-key"):
            gate.call("/orders/1", headers={header: f"Bearer {token}" if header == "authorization" else token})
            gate.call("/v1/models", headers={header: f"Bearer {token}" if header == "authorization" else token})
        for path in ("/orders/1", "/open/1", "/v1/models"):
            last = gate.call(f"{path}?key={token}&secret=of-the-query")
    _record(gate, last.headers["x-request-id"])
    text = gate.layout.access_log.read_text()
    for secret in (good, bad, good.rsplit(".", 1)[1], bad.rsplit(".", 1)[1], "of-the-query", "key="):
        assert secret not in text


def test_after_a_rename_and_reopen_lines_go_on_in_a_new_file(own_gate: Gate) -> None:
    first = own_gate.call("/orders/1", own_gate.issuer.token()).headers["x-request-id"]
    _record(own_gate, first)
    kept = own_gate.layout.access_log.rename(own_gate.folder / "calls.1.jsonl")
    own_gate.run(own_gate.admin.reopen_logs())
    wait_until(own_gate.layout.access_log.exists)
    second = own_gate.call("/orders/1", own_gate.issuer.token()).headers["x-request-id"]
    _record(own_gate, second)
    assert first in kept.read_text()
    assert second not in kept.read_text()
