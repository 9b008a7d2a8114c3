"""What is known of an AI call while it runs, and the usage line that it ends in."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

import orjson

from passgate.contracts.hooks import HookedCall
from passgate.contracts.usage_record import TokenUsage
from passgate.inference.policies.call_policy import CallPolicy
from passgate.inference.policies.masker import Hits
from passgate.inference.routing_table import (
    RoutingTable,
    ServingApplication,
    ServingDeployment,
    ServingKey,
    ServingModel,
)
from passgate.inference.translation import InboundFormat, ParsedRequest, StreamTranslator
from passgate.inference.worker.caller import Caller

if TYPE_CHECKING:
    from passgate.inference.hooks.chain import CallHooks
    from passgate.inference.worker.prompt_turn import PromptTurn
    from passgate.inference.worker.rationing import Ration

Outcome = Literal["ok", "error", "cancelled", "revoked"]

_LONGEST_NAME = 256
"""A model's name as the line bears it; clients may send any."""
_MOST_DROPPED = 100
_MOST_TRIED = 50
_MOST_LINE_PARTS = 1000


@dataclass(frozen=True, slots=True)
class Trial:
    """A deployment that did not answer, or was not asked, and why."""

    deployment: ServingDeployment
    code: str
    key: str | None = None
    status: int | None = None
    ms: int = 0


@dataclass(slots=True)
class AiCall:
    """One call of one client; filled in as it goes on."""

    form: InboundFormat
    request_id: str
    caller: Caller
    started: datetime
    timer: Callable[[], float]
    """Seconds on a clock that only goes forward."""
    timer_start: float
    team_id: str = ""
    model_name: str = ""
    parsed: ParsedRequest | None = None
    """As the policies of the model that was asked for want it; None: it was not admitted."""
    model: ServingModel | None = None
    table: RoutingTable | None = None
    """What holds for the call; a newer configuration holds for newer calls."""
    application: ServingApplication | None = None
    """Who calls, with what the token may use."""
    session: str | None = None
    """By which the caller wants its calls held together."""
    deployment: ServingDeployment | None = None
    key: ServingKey | None = None
    chosen_by: str | None = None
    """What led to the deployment."""
    tried: list["Trial"] | None = None
    """What was tried or passed over before; None: nothing."""
    stream: bool = False
    dropped: tuple[str, ...] = ()
    translator: StreamTranslator | None = None
    head_sent: bool = False
    settled: bool = False
    """The usage line is written."""
    first_token_ms: int | None = None
    ration: "Ration | None" = None
    """What the call holds at limits; None where nothing limits it."""
    limit_headers: Sequence[tuple[bytes, bytes]] = ()
    """Where the caller stands at its limits."""
    policy: CallPolicy | None = None
    hits: Hits | None = None
    """What masking found; None where nothing is searched."""
    cached: bool = False
    """Answered from the cache."""
    hooks: "CallHooks | None" = None
    """None where no hook is installed."""
    prompt: "PromptTurn | None" = None
    """On whose behalf the call is made; None: its client's own."""
    task: "asyncio.Task[None] | None" = None
    """That which answers it; None: it is not said."""

    @property
    def service_id(self) -> str | None:
        """The service that the call is of; None: it goes to the model as such."""
        return self.prompt.service_id if self.prompt is not None else None

    def elapsed_ms(self) -> int:
        """Milliseconds since the call came."""
        return int((self.timer() - self.timer_start) * 1000)


class Ending(NamedTuple):
    """How a call ended; a tuple, as ``ClientReply`` is."""

    status: int
    outcome: Outcome = "ok"
    error_code: str | None = None
    usage: TokenUsage | None = None
    finish_reason: str | None = None
    estimated: bool = False
    """Not all of the usage was counted by the vendor."""


def usage_line(call: AiCall, ending: Ending) -> bytes:
    """The call as a line of the usage spool: a ``UsageRecord`` as JSON, built without the model for speed.

    What is as the record has it anyway is left out. What all calls of one token to one deployment say is made once.
    """
    deployment = call.deployment
    usage = ending.usage
    price = deployment.price if deployment is not None else None
    own: dict[str, object] = {
        "request_id": call.request_id,
        "start": call.started,
        "stream": call.stream,
        "status": ending.status,
        "outcome": ending.outcome,
        "latency_ms": call.elapsed_ms(),
        "first_token_ms": call.first_token_ms,
        "finish_reason": ending.finish_reason,
    }
    if usage is not None:
        own["usage"], own["usage_source"] = usage, "estimate" if ending.estimated else "vendor"
        if price is not None:
            own["cost_micro_dollars"] = price.cost(usage)
    if ending.error_code is not None:
        own["error_code"] = ending.error_code
    if call.dropped:
        own["dropped"] = call.dropped[:_MOST_DROPPED]
    if call.cached:
        own["cached"] = True
    if call.hits is not None:
        own["masked"] = call.hits.lines()
    if call.tried:
        own["tried"] = [_trial(one, call) for one in call.tried[:_MOST_TRIED]]
    return b"".join((orjson.dumps(own)[:-1], b",", _shared_part(call)[1:]))


def _shared_part(call: AiCall) -> bytes:
    """What the lines of all calls of this kind say, as an object and a line's end; kept by the deployment."""
    deployment = call.deployment
    if deployment is None:
        return _made_shared_part(call)
    token = call.caller.token
    kind = (
        token.jti,
        token.subject,
        token.application,
        call.team_id,
        call.form if call.prompt is None else call.service_id,
        call.model_name,
        call.chosen_by,
        call.key.label if call.key is not None else None,
    )
    known = deployment.line_parts.get(kind)
    if known is None:
        if len(deployment.line_parts) >= _MOST_LINE_PARTS:
            deployment.line_parts.clear()
        known = deployment.line_parts[kind] = _made_shared_part(call)
    return known


def _made_shared_part(call: AiCall) -> bytes:
    deployment, token = call.deployment, call.caller.token
    price = deployment.price if deployment is not None else None
    return orjson.dumps(
        {
            "application_id": call.caller.application_id,
            "team_id": call.team_id,
            "jti": token.jti,
            "subject": token.subject,
            "format_in": call.form if call.prompt is None else "prompt",
            "model": call.model_name[:_LONGEST_NAME],
            "provider_id": deployment.provider_id if deployment is not None else None,
            "vendor": deployment.target.vendor if deployment is not None else None,
            "vendor_model": deployment.target.vendor_model if deployment is not None else None,
            "deployment_id": deployment.id if deployment is not None else None,
            "price_version": price.version if price is not None else None,
            "unit_prices": price.text if price is not None else None,
            "chosen_by": call.chosen_by if deployment is not None else None,
            "answered_model": answered_model(call) if call.chosen_by != "only" else None,
            "key": call.key.label if call.key is not None else None,
            "service_id": call.service_id,
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )


def answered_model(call: AiCall) -> str | None:
    """The fallback model that answered; None: the one that was asked for."""
    if call.deployment is None or call.model is None or call.deployment.model == call.model.name:
        return None
    return call.deployment.model


def _trial(trial: Trial, call: AiCall) -> dict[str, object]:
    deployment = trial.deployment
    asked = call.model is not None and deployment.model == call.model.name
    return {
        "deployment_id": deployment.id,
        "provider_id": deployment.provider_id,
        "vendor_model": deployment.target.vendor_model,
        "model": None if asked else deployment.model,
        "key": trial.key,
        "code": trial.code,
        "status": trial.status,
        "ms": trial.ms,
    }


def hooked_call(call: AiCall) -> HookedCall:
    """The call as hooks are told of it."""
    token = call.caller.token
    return HookedCall(
        request_id=call.request_id,
        format_in=call.form,
        model=call.model_name,
        stream=call.stream,
        application_id=call.caller.application_id,
        team_id=call.team_id,
        subject=token.subject,
        jti=token.jti,
    )
