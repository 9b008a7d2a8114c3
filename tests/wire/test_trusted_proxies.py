"""Who calls, where proxies stand in front of the gate."""

from collections.abc import Iterator

import pytest

from passgate.contracts.service_policy import AddressPolicy
from passgate.metering.records import CallLine
from wire.conftest import serve
from wire.published import TOKEN, publish, simple
from wire.rig import Gate, open_gate, wait_until

MADE_UP, CALLER, FIRST_PROXY = "10.9.9.9", "198.51.100.7", "192.0.2.10"
CHAIN = f"{MADE_UP}, {CALLER}, {FIRST_PROXY}"
"""As it comes from two proxies, of which the second is who connects: it has added the first one's address."""


@pytest.fixture(scope="module")
def behind_two() -> Iterator[Gate]:
    with open_gate(trusted_proxies=2) as gate:
        serve(gate)
        of_caller, of_other = (AddressPolicy(allow=(network,)) for network in (f"{CALLER}/32", f"{MADE_UP}/32"))
        publish(gate, simple(gate, "/in", TOKEN, of_caller), simple(gate, "/out", TOKEN, of_other))
        yield gate


def test_the_caller_is_whom_the_first_proxy_saw(behind_two: Gate) -> None:
    token, headers = behind_two.issuer.token(), {"x-forwarded-for": CHAIN}
    answer = behind_two.call("/in/1", token, headers=headers)
    assert answer.status == 200
    told = answer.json["headers"]["x-forwarded-for"]
    assert told.startswith(f"{CHAIN},")
    assert told.count(",") == 3  # the last is Envoy's, for the proxy that connects
    assert behind_two.call("/out/1", token, headers=headers).json["code"] == "address_refused"

    def line() -> CallLine | None:
        return next((one for one in behind_two.log_lines() if one.request_id == answer.headers["x-request-id"]), None)

    assert wait_until(line).client_ip == CALLER


def test_a_call_that_came_past_the_proxies_is_its_own_caller(behind_two: Gate) -> None:
    token = behind_two.issuer.token()
    assert behind_two.call("/in/1", token, headers={"x-forwarded-for": CALLER}).json["code"] == "address_refused"
    assert behind_two.call("/in/1", token).json["code"] == "address_refused"


@pytest.mark.parametrize("path", ["/api/v1/me", "/console/", "/mcp"])
def test_control_and_workers_are_told_the_caller_alone(behind_two: Gate, path: str) -> None:
    answer = behind_two.call(path, behind_two.issuer.token(), headers={"x-forwarded-for": CHAIN})
    assert answer.json["headers"]["x-forwarded-for"] == CALLER


def test_without_proxies_the_header_is_not_believed(gate: Gate) -> None:
    answer = gate.call("/api/v1/me", headers={"x-forwarded-for": CALLER})
    told = answer.json["headers"]["x-forwarded-for"].split(",")
    assert told[0] == CALLER
    assert told[-1] != CALLER  # control goes by the last
