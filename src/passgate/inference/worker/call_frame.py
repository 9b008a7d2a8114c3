"""What a call has that is no chat: who makes it, how it ends, its usage line, and what is kept of what it says."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

import orjson

from passgate.inference.policies.call_policy import PolicyTable
from passgate.inference.worker.ai_call import AiCall, Ending, usage_line
from passgate.inference.worker.answering import call_headers, send_refusal
from passgate.inference.worker.body_log import BodyLog, BodyTap
from passgate.inference.worker.caller import read_caller
from passgate.inference.worker.failure_log import log_failure
from passgate.inference.worker.guarded_run import run_guarded
from passgate.inference.worker.incoming import Incoming
from passgate.inference.worker.live_state import LiveState
from passgate.inference.worker.options import WorkerLimits
from passgate.inference.worker.rationing import Rationing
from passgate.inference.worker.refusals import MethodNotAllowedError, VendorFailedError
from passgate.inference.worker.spool import UsageSpool
from passgate.kernel.clock import Clock
from passgate.kernel.errors import PassgateError

_CLIENT_GONE = 499
_OK = 200

Work = Callable[[AiCall, Incoming], Coroutine[Any, Any, None]]
Settle = Callable[[AiCall, Ending], None]


@dataclass(frozen=True, slots=True)
class CallFrame:
    """Runs calls that go to a provider, and to no model of the gate's by its format."""

    state: LiveState
    spool: UsageSpool
    limits: WorkerLimits
    clock: Clock
    rationing: Rationing
    bodies: BodyLog | None = None

    async def run(self, incoming: Incoming, name: str, work: Work, settle: Settle) -> None:
        """Run a call to its end.

        Args:
            incoming: its request.
            name: stands for the model until one is known.
            work: answers it.
            settle: gives back what the call held and writes its line, once.

        Raises:
            ClaimsMissingError: nobody knows who calls.
        """
        timer = asyncio.get_running_loop().time
        caller = read_caller(incoming.headers, self.state.issuers)
        call = AiCall(incoming.form, incoming.request_id, caller, self.clock.now(), timer, timer(), model_name=name)
        tap = BodyTap(incoming.send, incoming.headers.get("content-type", ""))
        tapped = replace(incoming, receive=tap.listening(incoming.receive), send=tap.send)

        async def fail(error: PassgateError, outcome: Any) -> None:  # noqa: ANN401 - an outcome, as it came
            settle(call, Ending(_OK if call.head_sent else int(error.status), outcome, error.code))
            await _tell(call, error, tapped)

        try:
            await run_guarded(
                self.state,
                call,
                tapped,
                work(call, tapped),
                leave=lambda: settle(call, Ending(_CLIENT_GONE, "cancelled")),
                fail=fail,
            )
        finally:
            if self.bodies is not None and call.application is not None and call.application.logs_bodies:
                policies = call.table.policies if call.table is not None else PolicyTable(())
                self.bodies.keep(call, tap, finders=policies.searching(call.team_id, call.caller.application_id))

    def write(self, call: AiCall, ending: Ending, **differing: str) -> None:
        """Write the usage line of a call; ``differing`` says what is otherwise than in a model's."""
        line = {**orjson.loads(usage_line(call, ending)), **differing}
        line["deployment_id"] = line["deployment_id"] or None
        self.spool.append(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


async def _tell(call: AiCall, error: PassgateError, incoming: Incoming) -> None:
    """Answer with an error; an answer under way is broken off, so that nobody takes it for whole."""
    if isinstance(error, VendorFailedError):
        log_failure(call, error, "the caller is told")
    if call.head_sent:
        return
    headers = call_headers(call)
    if isinstance(error, MethodNotAllowedError):
        headers.append((b"allow", error.allowed.encode()))
    with contextlib.suppress(ConnectionError):
        await send_refusal(incoming.send, call.form, error, call.request_id, headers)
