"""A call's life: it ends by itself, or when its client goes, its token is revoked, or the worker stops."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from passgate.inference.worker.ai_call import AiCall, Outcome
from passgate.inference.worker.call_guard import CallGuard
from passgate.inference.worker.incoming import Incoming
from passgate.inference.worker.live_state import LiveState
from passgate.inference.worker.refusals import TokenRevokedError, WorkerStoppingError
from passgate.inference.worker.request_body import ClientGoneError
from passgate.kernel.errors import PassgateError

_log = logging.getLogger("passgate.inference")

_UNFORESEEN = "The gate failed. Its log says more, under this request id."

Fail = Callable[[PassgateError, Outcome], Awaitable[None]]


async def run_guarded(  # noqa: PLR0913 - what belongs to a call, each by name
    state: LiveState,
    call: AiCall,
    incoming: Incoming,
    work: Coroutine[Any, Any, None],
    *,
    leave: Callable[[], None],
    fail: Fail,
) -> None:
    """Run a call's work to its end, whatever that is.

    Args:
        state: knows the calls under way.
        call: the call.
        incoming: its request.
        work: what answers it.
        leave: ends a call whose client has gone.
        fail: ends a call with an error.
    """
    task = incoming.task
    guard = CallGuard(task, call.caller)
    state.calls.add(guard)
    incoming.on_gone(guard.lose_client)
    try:
        await work
    except asyncio.CancelledError:
        task.uncancel()
        if not call.settled:
            await _end_cut(guard, leave, fail)
    except ClientGoneError:
        leave()
    except PassgateError as error:
        await fail(error, "revoked" if isinstance(error, TokenRevokedError) else "error")
    except Exception:  # noqa: BLE001 - the edge: a call must end in a line, and the worker must live on
        _log.exception("a call failed in a way that nobody foresaw", extra={"request_id": call.request_id})
        await fail(PassgateError(_UNFORESEEN), "error")
    finally:
        guard.close()
        state.calls.discard(guard)


async def _end_cut(guard: CallGuard, leave: Callable[[], None], fail: Fail) -> None:
    if guard.reason == "cancelled":
        leave()
    elif guard.reason == "revoked":
        await fail(TokenRevokedError("The token has been revoked."), "revoked")
    else:
        await fail(WorkerStoppingError("The worker is being stopped."), "error")
