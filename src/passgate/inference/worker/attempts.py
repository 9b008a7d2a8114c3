"""A call's way through what can answer it, until something does."""

from collections.abc import Callable
from dataclasses import dataclass, field

from passgate.inference.routing import Router
from passgate.inference.routing_table import ServingModel
from passgate.inference.strategies import Chance
from passgate.inference.translation import ParsedRequest
from passgate.inference.worker.ai_call import AiCall, Ending
from passgate.inference.worker.attempt import Attempt
from passgate.inference.worker.incoming import Send
from passgate.inference.worker.journey import Journey
from passgate.inference.worker.lessons import learn_from_answer
from passgate.inference.worker.options import WorkerLimits, limits_with
from passgate.inference.worker.refusals import VendorFailedError
from passgate.inference.worker.time_limit import TimeLimits
from passgate.inference.worker.vendor_client import VendorClient


@dataclass(frozen=True, slots=True)
class Attempts:
    """Tries deployments in turn, and all again where that may help."""

    client: VendorClient
    router: Router
    limits: WorkerLimits
    chance: Chance
    timers: TimeLimits = field(default_factory=TimeLimits)

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
            VendorFailedError: nobody answered, and nobody had words for the caller; or a stream stalled after its
                beginning.
        """
        limits = self.limits if model.time_limits is None else limits_with(self.limits, model.time_limits)
        deadline = call.timer() + limits.whole
        attempt = Attempt(call, parsed, self.client, limits, deadline, settle, send, self.timers)
        sole = model.sole
        if sole is None or call.hooks is not None:
            await Journey(call, attempt, model, self.router, self.chance, deadline).go_on()
            return
        call.chosen_by = "only"
        started, key = call.timer(), sole.keys[0]
        try:
            code = await attempt.run(sole, key)
        except VendorFailedError as failure:
            journey = Journey(call, attempt, model, self.router, self.chance, deadline)
            journey.fail(failure, sole, key, started)
            await journey.go_on()
        else:
            learn_from_answer(call, sole, key, code, started)
