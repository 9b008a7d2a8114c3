"""Telling the log of vendors that gave no answer."""

import logging

from passgate.inference.worker.ai_call import AiCall
from passgate.inference.worker.refusals import VendorFailedError

_log = logging.getLogger("passgate.inference")


def log_failure(call: AiCall, failure: VendorFailedError, then: str) -> None:
    """Tell the log of a vendor that gave no answer, and what happens next."""
    deployment = call.deployment
    _log.warning(
        "vendor call failed (%s): %s %s; %s",
        failure.code,
        failure.message,
        failure.cause,
        then,
        extra={
            "request_id": call.request_id,
            "deployment_id": deployment.id if deployment is not None else None,
            "provider_id": deployment.provider_id if deployment is not None else None,
        },
    )
