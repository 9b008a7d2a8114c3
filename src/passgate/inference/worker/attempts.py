"""A call's way through the deployments of its model, one after the other, until one answers."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from passgate.inference.routing import RoutingStrategy
from passgate.inference.routing_table import ServingModel
from passgate.inference.translation import ParsedRequest
from passgate.inference.worker.ai_call import AiCall, Ending
from passgate.inference.worker.attempt import Attempt
from passgate.inference.worker.incoming import Send
from passgate.inference.worker.options import WorkerLimits
from passgate.inference.worker.refusals import NoDeploymentError, VendorFailedError
from passgate.inference.worker.vendor_client import VendorClient

_log = logging.getLogger("passgate.inference")


@dataclass(frozen=True, slots=True)
class Attempts:
    """Tries deployments in turn, each with a request of its own, so that no credential meets another vendor."""

    client: VendorClient
    strategy: RoutingStrategy
    limits: WorkerLimits

    async def run(
        self,
        call: AiCall,
        parsed: ParsedRequest,
        model: ServingModel,
        settle: Callable[[AiCall, Ending], None],
        send: Send,
    ) -> None:
        """Answer the call.

        Raises:
            NoDeploymentError: none may be tried.
            VendorFailedError: the last one that was tried gave no answer, or a stream stalled after its beginning.
        """
        deployments = self.strategy.order(model)
        if call.hooks is not None:
            deployments = await call.hooks.order(deployments)
        if not deployments:
            raise NoDeploymentError(f"No deployment of the model '{model.name}' can be used now.")
        deadline = asyncio.get_running_loop().time() + self.limits.whole
        attempt = Attempt(call, parsed, self.client, self.limits, deadline, settle, send)
        for deployment in deployments[:-1]:
            try:
                await attempt.run(deployment, last=False)
            except VendorFailedError as failure:
                if call.head_sent:
                    raise
                log_failure(call, failure, "the next deployment is tried")
            else:
                return
        await attempt.run(deployments[-1], last=True)


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
