"""Who may call what."""

from typing import Any, get_args

import pytest

from passgate.contracts.gateway_snapshot import GatewaySnapshot, WithheldState, WithheldSubscription
from passgate.gateway.envoy import names
from passgate.gateway.xds.outcome import OutcomeKind
from passgate.metering.reasons import reason_of_call
from wire.alterations import routes
from wire.rig import Gate, wait_until
from wire.tokens import Issuer


@pytest.mark.parametrize(
    "client_id", ["app_two", "app_one|", "|app_one", "svc_orders|app_one", "*", "app_one\n", "APP_ONE", " app_one"]
)
def test_another_application_gets_403(gate: Gate, client_id: str) -> None:
    answer = gate.call("/orders/1", gate.issuer.token(client_id=client_id))
    assert answer.status in {401, 403}
    assert answer.json["code"] in {"subscription_missing", "token_invalid"}


def test_a_missing_subscription_is_named(gate: Gate) -> None:
    answer = gate.call("/orders/1", gate.issuer.token(client_id="app_two"))
    assert (answer.status, answer.json["code"]) == (403, "subscription_missing")
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


def test_a_refusal_says_in_which_state_the_subscription_is(own_gate: Gate) -> None:
    states = get_args(WithheldState)
    services = own_gate.service("/orders"), own_gate.service("", id="svc_own", hosts=("ai.example",))
    withheld = tuple(
        WithheldSubscription(service_id=one.id, application_id=f"app_{state}", state=state)
        for one in services
        for state in states
    )
    # Never so in a snapshot; were it, the subscription in force is what holds.
    both = WithheldSubscription(service_id="svc_orders", application_id="app_one", state="ended")
    own_gate.publish(own_gate.snapshot(*services).model_copy(update={"withheld": (*withheld, both)}))
    assert own_gate.call("/orders/1", own_gate.issuer.token()).status == 200
    for state in states:
        token = own_gate.issuer.token(client_id=f"app_{state}")
        answer = own_gate.call("/orders/1", token)
        assert (answer.status, answer.json["code"]) == (403, f"subscription_{state}")
        assert answer.json["detail"] in answer.headers["www-authenticate"]
        (line,) = wait_until(lambda code=state: [one for one in own_gate.log_lines() if f"_{code}]" in one.details])
        assert reason_of_call(line.status, line.details, None) == f"subscription_{state}"
        of_openai = own_gate.call("/v1/things", token, headers={"host": "ai.example"})
        assert of_openai.json["error"]["code"] == f"subscription_{state}"
    for nobody in ("app_two", "svc_orders|app_ended", "|app_ended"):
        answer = own_gate.call("/orders/1", own_gate.issuer.token(client_id=nobody))
        assert (answer.status, answer.json["code"]) == (403, "subscription_missing")
    assert own_gate.call("/orders/1", Issuer().token(client_id="app_ended")).status == 401


def test_an_empty_client_id_does_not_match_an_empty_subscription(own_gate: Gate) -> None:
    own_gate.publish(own_gate.snapshot(own_gate.service("/orders"), subscribed=(("svc_orders", ""),)))
    for client_id in ("", None):
        assert own_gate.call("/orders/1", own_gate.issuer.token(client_id=client_id)).status == 401


def test_two_services_and_a_crafted_client_id_do_not_meet(own_gate: Gate) -> None:
    """With a|b as a client_id, the pair of one service must not read as the pair of another."""
    services = (own_gate.service("/orders", id="svc"), own_gate.service("/secret", id="svc2"))
    own_gate.publish(own_gate.snapshot(*services, subscribed=(("svc", "x|app_one"), ("svc2", "app_two"))))
    assert own_gate.call("/secret/1", own_gate.issuer.token(client_id="app_one")).status == 403
    assert own_gate.call("/secret/1", own_gate.issuer.token(client_id="x|app_one")).status == 403
    assert own_gate.call("/orders/1", own_gate.issuer.token(client_id="x|app_one")).status == 200


@pytest.mark.parametrize("beside", ["app_one", "*.example"])
def test_a_star_or_a_dot_in_an_application_stands_for_nothing_else(own_gate: Gate, beside: str) -> None:
    listed = ("*", "*.example", "a*", "svc.example", "caf\u00e9")
    pairs = tuple(("svc_orders", one) for one in {*listed, beside})
    snapshot = own_gate.snapshot(own_gate.service("/orders"), subscribed=pairs)
    assert own_gate.publish(snapshot).kind is OutcomeKind.APPLIED
    for client_id in listed:
        assert own_gate.call("/orders/1", own_gate.issuer.token(client_id=client_id)).status == 200, client_id
    for client_id in ("a.example", "ab", "example", "svc", "x.svc.example", "SVC.example", "**", "CAF\u00c9"):
        answer = own_gate.call("/orders/1", own_gate.issuer.token(client_id=client_id))
        assert (answer.status, answer.json["code"]) == (403, "subscription_missing"), client_id


def test_a_subscription_made_and_ended_changes_no_route(own_gate: Gate) -> None:
    token = own_gate.issuer.token(client_id="app_two")
    service = own_gate.service("/orders")

    def snapshot(*apps: str) -> GatewaySnapshot:
        return own_gate.snapshot(service, subscribed=tuple(("svc_orders", app) for app in apps))

    own_gate.publish(snapshot("app_one"))
    updates = own_gate.stat("http.public.rds.routes.config_reload")
    assert own_gate.call("/orders/1", token).status == 403
    own_gate.publish(snapshot("app_one", "app_two"))
    assert own_gate.call("/orders/1", token).status == 200
    own_gate.publish(snapshot("app_one"))
    assert own_gate.call("/orders/1", token).status == 403
    assert own_gate.stat("http.public.rds.routes.config_reload") == updates


def test_a_token_suffices_where_the_service_says_so(gate: Gate) -> None:
    assert gate.call("/tickets/1", gate.issuer.token(client_id="app_nine")).status == 200
    assert gate.call("/tickets/1").status == 401


def test_ai_routes_need_a_token_and_no_subscription(gate: Gate) -> None:
    assert gate.call("/v1/models", gate.issuer.token(client_id="app_nine")).status == 200
    assert gate.call("/v1/models").status == 401


def test_a_route_that_says_nothing_asks_for_everything(own_gate: Gate) -> None:
    """Default deny: forget every exception, and even the open routes are closed."""
    services = (own_gate.service("/open", access="public"), own_gate.service("/tickets", access="token"))
    snapshot = own_gate.snapshot(*services)
    outcome = own_gate.publish(
        snapshot, lambda made: [route.pop("typed_per_filter_config", None) for route in routes(made)]
    )
    assert outcome.kind is OutcomeKind.APPLIED
    assert own_gate.call("/open/1").status == 401
    assert own_gate.call("/api/v1/teams").status == 401
    assert own_gate.call("/tickets/1", own_gate.issuer.token()).status == 403


def test_without_the_list_on_filter_state_nobody_would_be_let_in(own_gate: Gate) -> None:
    """The trap fails closed here: a map that never matches ends in the default, which denies."""

    def on_metadata(made: Any) -> None:
        tree = made[names.EXTENSION][names.SUBSCRIPTION_FILTER]["typed_config"]["matcher"]["matcher_tree"]
        tree["input"]["typed_config"] = {
            "@type": names.type_url("envoy.extensions.matching.common_inputs.network.v3.DynamicMetadataInput"),
            "filter": names.JWT_NAMESPACE,
            "path": [{"key": names.PAYLOAD_KEY}, {"key": "client_id"}],
        }

    own_gate.publish(own_gate.snapshot(own_gate.service("/orders")), on_metadata)
    assert own_gate.call("/orders/1", own_gate.issuer.token()).status == 403


def test_a_preflight_without_token_does_not_reach_the_upstream(gate: Gate) -> None:
    seen = len(gate.rest.seen)
    headers = {"origin": "https://evil.example", "access-control-request-method": "GET"}
    assert gate.call("/orders/1", method="OPTIONS", headers=headers).status == 401
    assert len(gate.rest.seen) == seen
