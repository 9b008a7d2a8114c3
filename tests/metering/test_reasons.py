import pytest

from passgate.gateway.envoy.refusals import REFUSALS
from passgate.metering.reasons import reason_of_call, reason_of_usage

SPOKEN = [(details, refusal.status, refusal.code) for refusal in REFUSALS for details in refusal.details]


@pytest.mark.parametrize(("details", "status", "code"), SPOKEN)
def test_the_reason_is_the_code_of_the_gate_s_own_answer(details: str, status: int, code: str) -> None:
    assert reason_of_call(status, details + "_or_more}", None) == code


@pytest.mark.parametrize("status", [400, 404, 413, 426, 431, 500, 503])
def test_answers_that_only_their_status_tells(status: int) -> None:
    spoken = next(one.code for one in REFUSALS if one.statuses and one.statuses[0] <= status <= one.statuses[1])

    assert reason_of_call(status, "some_detail", None) == spoken


@pytest.mark.parametrize(
    ("status", "details", "flags", "reason"),
    [
        (200, "via_upstream", None, None),
        (304, "via_upstream", "", None),
        (101, None, None, None),
        (500, "via_upstream", None, "upstream_error"),
        (404, "via_upstream", None, "upstream_error"),
        (0, "downstream_remote_disconnect", "DC", "client_closed"),
        (200, "downstream_remote_disconnect", "DC", "client_closed"),
        (0, None, None, "client_closed"),
        (200, "via_upstream", "UF,DC", "client_closed"),
        (200, "upstream_reset_after_response_started{remote_reset}", "UR", "upstream_reset"),
        (403, "rbac_access_denied_matched_policy[other]", None, "access_denied"),
    ],
)
def test_calls_that_an_upstream_or_a_client_ended(
    status: int, details: str | None, flags: str | None, reason: str | None
) -> None:
    assert reason_of_call(status, details, flags) == reason


@pytest.mark.parametrize(
    ("outcome", "error_code", "reason"),
    [
        ("ok", None, None),
        ("error", "model_not_found", "model_not_found"),
        ("error", None, "upstream_error"),
        ("cancelled", None, "client_closed"),
        ("revoked", None, "token_revoked"),
    ],
)
def test_reasons_of_a_worker(outcome: str, error_code: str | None, reason: str | None) -> None:
    assert reason_of_usage(outcome, error_code) == reason
