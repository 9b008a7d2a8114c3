"""What a call that went wrong, or well, teaches about the deployment and the key that it used."""

from passgate.inference.exchange.failure import AUTH_FAILED, INVALID_RESPONSE, STREAM_TRUNCATED
from passgate.inference.routing_table import ServingDeployment, ServingKey
from passgate.inference.worker.ai_call import AiCall
from passgate.inference.worker.refusals import (
    ProviderBudgetError,
    ProviderRateLimitError,
    VendorDeclinedError,
    VendorFailedError,
)

RATE_LIMITED = "vendor_rate_limited"
KEY_CODES = frozenset({AUTH_FAILED, "vendor_payment_required", "vendor_permission_denied", RATE_LIMITED})
"""What another key of the same provider may not meet."""
_REFUSED = frozenset({AUTH_FAILED, "vendor_payment_required"})
_ALIVE = frozenset({"vendor_not_found", "vendor_rejected_request", "vendor_request_too_large"})
_SICK = frozenset({STREAM_TRUNCATED, INVALID_RESPONSE, "vendor_error", "vendor_overloaded"})


def learn_from_failure(failure: VendorFailedError, deployment: ServingDeployment, key: ServingKey, now: float) -> None:
    """Let a key rest that was refused; count what speaks against the deployment itself.

    A vendor that says "too many" is well: only its key rests.
    """
    health, code = deployment.health, failure.code
    declined = failure if isinstance(failure, VendorDeclinedError) else None
    if isinstance(failure, ProviderRateLimitError | ProviderBudgetError) or code in _ALIVE:
        health.give_up()
    elif code in _REFUSED or (declined is not None and declined.is_broke):
        health.give_up()
        key.shared.refuse(code, now)
    elif code == RATE_LIMITED:
        health.give_up()
        key.own.overuse(code, now, declined.retry_after if declined is not None else None)
    elif code in KEY_CODES:
        health.give_up()
        key.own.refuse(code, now)
    else:
        health.fail(code, now)


def learn_from_answer(
    call: AiCall, deployment: ServingDeployment, key: ServingKey, code: str | None, started: float
) -> None:
    """Close what was open, or count an answer that ended badly after it had begun.

    Args:
        call: that was answered.
        deployment: that answered it.
        key: that it used.
        code: the stable code where the answer is an error all the same.
        started: when the deployment was asked, on the worker's clock.
    """
    health = deployment.health
    if code in _SICK:
        health.fail(code or "", call.timer())
        return
    health.succeed()
    key.shared.succeed()
    key.own.succeed()
    if code is not None or call.model is None or call.model.rules.strategy != "least-latency":
        return
    if not call.stream:
        health.measure(call.timer() - started, stream=False)
    elif call.first_token_ms is not None:
        health.measure(max(0.0, call.timer_start + call.first_token_ms / 1000 - started), stream=True)
