"""A token that is limited to certain services, through the real Envoy."""

from typing import Any

import pytest

from wire.rig import Gate


def test_a_token_without_the_claim_may_call_what_its_application_may(gate: Gate) -> None:
    token = gate.issuer.token()
    assert [gate.call(path, token).status for path in ("/orders/1", "/tickets/1", "/v1/models")] == [200, 200, 200]


def test_a_limited_token_calls_the_named_service_and_no_other(gate: Gate) -> None:
    token = gate.issuer.token(services=["svc_orders", "svc_elsewhere"])
    assert gate.call("/orders/1", token).status == 200
    refused = gate.call("/tickets/1", token)
    assert (refused.status, refused.json["code"]) == (403, "service_not_in_token")
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]


@pytest.mark.parametrize(
    "services",
    [[], ["svc_ticket"], ["svc_tickets "], ["SVC_TICKETS"], [["svc_tickets"]], [{"svc_tickets": 1}], [1], [None]],
    ids=str,
)
def test_nothing_but_the_very_id_opens_a_service(gate: Gate, services: list[Any]) -> None:
    assert gate.call("/tickets/1", gate.issuer.token(services=services)).status == 403


@pytest.mark.parametrize("claim", ["svc_tickets", 1, True, "", {"a": ["svc_tickets"]}], ids=str)
def test_a_claim_that_is_no_list_opens_nothing(gate: Gate, claim: Any) -> None:
    assert gate.call("/tickets/1", gate.issuer.token(services=claim)).status == 403


def test_the_limit_adds_nothing_to_what_an_application_may(gate: Gate) -> None:
    token = gate.issuer.token(services=["svc_orders"], client_id="app_two")
    answer = gate.call("/orders/1", token)
    assert (answer.status, answer.json["code"]) == (403, "subscription_missing")


def test_models_are_not_services_and_open_ones_stay_open(gate: Gate) -> None:
    token = gate.issuer.token(services=[])
    assert gate.call("/v1/models", token).status == 200
    assert gate.call("/open/1", token).status == 200
    assert gate.call("/api/v1/teams", token).status == 200
