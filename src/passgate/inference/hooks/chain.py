"""Asking the installed hooks, one after the other, each bounded in time."""

import asyncio
import inspect
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from passgate.contracts.hooks import HookedCall, HookedDeployment, RefusedByHookError
from passgate.inference.exact_document import exact_document
from passgate.inference.hooks.errors import HookDisagreesError, HookFailedError, HookRefusedError
from passgate.inference.hooks.faults import HookFault, HookFaults
from passgate.inference.json_text import read_json, write_json
from passgate.inference.routing_table import ServingDeployment
from passgate.inference.translation import ClientReply, InvalidRequestError, ParsedRequest
from passgate.inference.translator import parse, render_error
from passgate.kernel.errors import PassgateError

_THREADS = 4
"""For hooks that are plain functions; one that hangs holds a thread, and the others go on."""
_FIXED = ("model", "stream")
"""What a hook cannot change: routing and rights have been decided by it."""
_NO_DOCUMENT = "it answered with something else than a document"


@dataclass(frozen=True, slots=True)
class InstalledHook:
    """A hook and its name."""

    name: str
    hook: Any

    def act(self, name: str) -> Callable[..., Any] | None:
        """What it does at that point; None: nothing."""
        found: Callable[..., Any] | None = getattr(self.hook, name, None)
        return found


@dataclass(frozen=True, slots=True)
class HookChain:
    """All hooks of a worker. Where none is installed there is no chain, and a call pays nothing."""

    hooks: tuple[InstalledHook, ...]
    seconds: float
    refuse_on_failure: bool
    faults: HookFaults = field(default_factory=lambda: HookFaults(time.monotonic))
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_THREADS, "hook"))

    def of(self, call: HookedCall) -> "CallHooks":
        """The hooks, as one call meets them."""
        return CallHooks(self, call)

    async def before_request(self, call: HookedCall, parsed: ParsedRequest) -> ParsedRequest:
        """The request as the hooks let it go on.

        Raises:
            HookRefusedError: one refuses it.
            HookFailedError: one failed, and nothing may pass without it.
            InvalidRequestError: a stream is asked for, and a hook has to see whole answers.
        """
        for hook in self.hooks:
            if call.stream and getattr(hook.hook, "whole_answers_only", False):
                raise InvalidRequestError(f"stream: the hook '{hook.name}' has to see whole answers.", field="stream")
            if hook.act("before_request") is not None:
                document = exact_document(parsed)
                changed = await self._ask(hook, "before_request", call, document)
                if changed is not None:
                    parsed = self._request_of(hook.name, call, parsed, changed)
        return parsed

    async def after_answer(self, call: HookedCall, answer: ClientReply) -> ClientReply:
        """A whole answer as the hooks let it go back; one that is refused has its price."""
        for hook in self.hooks:
            if hook.act("after_answer") is None:
                continue
            try:
                document = read_json(answer.body)
            except ValueError:
                return answer  # not JSON: nothing that is said
            try:
                changed = await self._ask(hook, "after_answer", call, document)
                if changed is not None:
                    answer = answer._replace(body=self._answer_of(hook.name, call, answer, changed))
            except PassgateError as error:
                return _error_reply(call, answer, error)
        return answer

    async def order(self, call: HookedCall, deployments: Sequence[ServingDeployment]) -> Sequence[ServingDeployment]:
        """The deployments in the order in which hooks want them tried; those that one leaves out are not tried."""
        for hook in self.hooks:
            if hook.act("order_deployments") is None:
                continue
            by_id = {one.id: one for one in deployments}
            shown = [
                HookedDeployment(one.id, one.provider_id, one.target.vendor, one.target.vendor_model)
                for one in deployments
            ]
            wanted = await self._ask(hook, "order_deployments", call, shown)
            if isinstance(wanted, (list, tuple)):
                known = [by_id[name] for name in wanted if isinstance(name, str) and name in by_id]
                deployments = known or deployments
            elif wanted is not None:
                self._fail(
                    call, HookFault(hook.name, "order_deployments", "it answered with something else than a list")
                )
        return deployments

    async def _ask(self, hook: InstalledHook, name: str, call: HookedCall, given: object) -> Any:  # noqa: ANN401 - what a hook gives is checked by who asked
        act = getattr(hook.hook, name)
        try:
            async with asyncio.timeout(self.seconds) as limit:
                if inspect.iscoroutinefunction(act):
                    return await act(call, given)
                return await asyncio.get_running_loop().run_in_executor(self._threads, act, call, given)
        except RefusedByHookError as refusal:
            kind = HookDisagreesError if refusal.bad_request else HookRefusedError
            raise kind(refusal.message) from refusal
        except Exception as raised:  # noqa: BLE001 - somebody else's code may fail in any way
            slow = limit.expired() and isinstance(raised, TimeoutError)
            why = f"it took longer than {self.seconds:g} s" if slow else "it raised"
            self._fail(call, HookFault(hook.name, name, why, raised))
        return None

    def _fail(self, call: HookedCall, fault: HookFault) -> None:
        then = "the call is refused" if self.refuse_on_failure else "the call goes on without it"
        self.faults.tell(fault, then, call.request_id)
        if self.refuse_on_failure:
            raise HookFailedError(f"The hook '{fault.hook}' failed.")

    def _answer_of(self, name: str, call: HookedCall, answer: ClientReply, changed: object) -> bytes:
        why = _NO_DOCUMENT
        if isinstance(changed, dict):
            try:
                return write_json(changed)
            except (TypeError, ValueError) as error:
                why = f"its answer cannot be written ({type(error).__name__})"
        self._fail(call, HookFault(name, "after_answer", why))
        return answer.body

    def _request_of(self, name: str, call: HookedCall, parsed: ParsedRequest, changed: object) -> ParsedRequest:
        try:
            if not isinstance(changed, dict):
                raise InvalidRequestError(_NO_DOCUMENT)
            fixed = {key: parsed.document[key] for key in _FIXED if key in parsed.document}
            rest = {key: value for key, value in changed.items() if key not in _FIXED}
            return parse(parsed.format, write_json({**rest, **fixed}), dict(parsed.headers))
        except (PassgateError, TypeError, ValueError) as error:
            self._fail(call, HookFault(name, "before_request", f"its request cannot be read ({_said(error)})"))
            return parsed


@dataclass(frozen=True, slots=True)
class CallHooks:
    """The hooks, asked about one call."""

    chain: HookChain
    call: HookedCall

    async def before_request(self, parsed: ParsedRequest) -> ParsedRequest:
        """As :meth:`HookChain.before_request`."""
        return await self.chain.before_request(self.call, parsed)

    async def after_answer(self, answer: ClientReply) -> ClientReply:
        """As :meth:`HookChain.after_answer`; an error of the vendor goes back as it is."""
        return answer if answer.error_code is not None else await self.chain.after_answer(self.call, answer)

    async def order(self, deployments: Sequence[ServingDeployment]) -> Sequence[ServingDeployment]:
        """As :meth:`HookChain.order`."""
        return await self.chain.order(self.call, deployments)


def _said(error: Exception) -> str:
    """What is wrong with a hook's document: the gate's own words name fields; others may repeat what stands in them."""
    return error.message if isinstance(error, PassgateError) else type(error).__name__


def _error_reply(call: HookedCall, answer: ClientReply, error: PassgateError) -> ClientReply:
    status = HTTPStatus(error.status)
    kind, body = render_error(
        call.format_in,  # type: ignore[arg-type]  # one of the formats, as text
        status=status,
        code=error.code,
        message=error.message,
        request_id=call.request_id,
    )
    return ClientReply(status, kind, body, answer.usage, answer.finish_reason, error.code)
