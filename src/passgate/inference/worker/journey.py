"""One call's way through the deployments of its model, and of the models that step in for it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from passgate.inference.policies.call_policy import CallPolicy
from passgate.inference.policies.masker import Hits
from passgate.inference.routing import Router
from passgate.inference.routing_table import ServingDeployment, ServingKey, ServingModel
from passgate.inference.stickiness import mark_of
from passgate.inference.strategies import Chance
from passgate.inference.translation import InvalidRequestError, StreamTranslator
from passgate.inference.worker.ai_call import AiCall, Trial
from passgate.inference.worker.attempt import Attempt
from passgate.inference.worker.failure_log import log_failure
from passgate.inference.worker.lessons import KEY_CODES, RATE_LIMITED, learn_from_answer, learn_from_failure
from passgate.inference.worker.refusals import NoDeploymentError, VendorDeclinedError, VendorFailedError
from passgate.kernel.errors import PassgateError

_FIRST_PAUSE = 0.25
"""Seconds before all is tried a second time; twice as long before the third."""
_JITTER = 0.25
"""Seconds, at most, that come on top of what a vendor wants, so that not all callers come back at once."""
_LONGEST_PAUSE = 5.0
"""A call does not wait longer than this for a vendor: its client does that better."""
_NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class _Stage:
    """A model that may answer, with the request as its policies want it."""

    model: ServingModel
    attempt: Attempt
    policy: CallPolicy | None


@dataclass(frozen=True, slots=True)
class _Failure:
    """An attempt that brought no answer."""

    error: VendorFailedError
    trial: Trial
    key: ServingKey
    dropped: tuple[str, ...]
    translator: StreamTranslator | None


@dataclass(slots=True)
class Journey:
    """Tries what may be tried, remembers what went wrong, and tells the caller the best of it where all went wrong."""

    call: AiCall
    attempt: Attempt
    model: ServingModel
    router: Router
    chance: Chance
    deadline: float
    """On the loop's clock."""
    _failures: list[_Failure] = field(default_factory=list)
    _stages: dict[str, _Stage | None] = field(default_factory=dict)
    _hopeless: set[str] = field(default_factory=set)
    """Deployments that a pause does not help."""
    _invalid: InvalidRequestError | None = None
    _round: int = 0
    _round_began: int = 0

    async def go_on(self) -> None:
        """Go through everything, and again after a pause where that may help; in the end, tell what went wrong.

        Raises:
            NoDeploymentError: nothing could be tried.
            InvalidRequestError: nobody can be asked what the client asks.
            VendorFailedError: nobody answered.
        """
        if not self._failures and await self._walk():
            return
        while (pause := self._pause()) is not None:
            self._round += 1
            self._round_began = len(self._failures)
            await asyncio.sleep(pause)
            if await self._walk():
                return
        await self._tell()

    async def visit(self, deployment: ServingDeployment, key: ServingKey, attempt: Attempt) -> bool:
        """Try one deployment; True: the call has its answer.

        Raises:
            InvalidRequestError: it cannot be asked what the client asks.
            VendorFailedError: the stream stalled after its beginning.
        """
        call, health = self.call, deployment.health
        started = call.timer()
        health.busy += 1
        try:
            code = await attempt.run(deployment, key)
        except VendorFailedError as failure:
            self.fail(failure, deployment, key, started)
            return False
        except BaseException:
            health.give_up()
            raise
        finally:
            health.busy -= 1
        learn_from_answer(call, deployment, key, code, started)
        return True

    def fail(self, failure: VendorFailedError, deployment: ServingDeployment, key: ServingKey, started: float) -> None:
        """Learn from an attempt that brought no answer, and remember it.

        Args:
            failure: what came instead.
            deployment: that was asked.
            key: that it used.
            started: when, on the worker's clock.

        Raises:
            VendorFailedError: the failure, where the client has something of the answer: nobody else can go on with it.
        """
        now = self.call.timer()
        learn_from_failure(failure, deployment, key, now)
        if self.call.head_sent:
            raise failure
        self._note(failure, deployment, key, now - started)

    async def _walk(self) -> bool:
        """Try all that is neither left alone nor resting; where all is, the one that is due first."""
        asked = False
        passed_over: list[tuple[_Stage, ServingDeployment]] = []
        for model in self._models():
            stage = await self._enter(model)
            if stage is None:
                continue
            mark = mark_of(model.rules.sticky, self.attempt.parsed, self.call.session, self.call.caller.token.subject)
            for deployment in await self._ordered(model, mark):
                if deployment.id in self._hopeless:
                    continue
                now = self.call.timer()
                ready = [key for key in self._keys(deployment, mark) if key.until <= now]
                if not ready or not deployment.health.admits(now):
                    passed_over.append((stage, deployment))
                    self._pass_over(deployment, deployment.keys[0].code if not ready else "circuit_open")
                    continue
                self.call.chosen_by = self._reason(stage, deployment, mark, first=not asked and not passed_over)
                for key in ready:
                    asked = True
                    if await self._try(stage, deployment, key):
                        return True
                    if not self._failures or self._failures[-1].error.code not in KEY_CODES:
                        break  # another key would meet the same
        return not asked and bool(passed_over) and await self._resort(passed_over)

    async def _ordered(self, model: ServingModel, mark: bytes | None) -> Sequence[ServingDeployment]:
        ordered = self.router.order(model, mark=mark, stream=self.call.stream)
        return ordered if self.call.hooks is None else await self.call.hooks.order(ordered)

    async def _resort(self, passed_over: list[tuple[_Stage, ServingDeployment]]) -> bool:
        stage, deployment = min(passed_over, key=lambda one: one[1].due())
        if await self._enter(stage.model) is None:
            return False
        self.call.chosen_by = "only" if self.model.sole is not None else "last-resort"
        return await self._try(stage, deployment, min(deployment.keys, key=lambda key: key.until))

    async def _try(self, stage: _Stage, deployment: ServingDeployment, key: ServingKey) -> bool:
        try:
            return await self.visit(deployment, key, stage.attempt)
        except InvalidRequestError as error:
            if self.model.sole is not None:
                raise
            self._invalid = self._invalid or error
            self._hopeless.add(deployment.id)
            self._remember(Trial(deployment, error.code))
            return False

    def _models(self) -> list[ServingModel]:
        call = self.call
        if not self.model.rules.fallbacks or call.table is None:
            return [self.model]
        # In a prompt its team has chosen the models: its subscribers need not have them.
        found = call.table.fallbacks(self.model, call.application if call.prompt is None else None)
        allowed = call.prompt.allowed if call.prompt is not None else None
        return [self.model, *(one for one in found if allowed is None or one.name in allowed)]

    async def _enter(self, model: ServingModel) -> _Stage | None:
        """Make the call one of that model's; None: its policies or limits are against it."""
        call = self.call
        if model.id not in self._stages:
            self._stages[model.id] = self._stage(model)
        stage = self._stages[model.id]
        if stage is None:
            return None
        call.policy = stage.policy
        if call.ration is not None and (model is not self.model or len(self._stages) > 1):
            try:
                await call.ration.enter_model(call, model if model is not self.model else None)
            except VendorFailedError as failure:
                for deployment in model.deployments[:1]:
                    self._remember(Trial(deployment, failure.code))
                return None
        return stage

    def _stage(self, model: ServingModel) -> _Stage | None:
        call, attempt = self.call, self.attempt
        if model is self.model or call.table is None:
            return _Stage(model, attempt, call.policy)
        own = self._stages[self.model.id]
        policy = own.policy if own is not None else None
        more = call.table.policies.beyond(call.team_id, call.caller.application_id, self.model.name, model.name)
        if more is None:
            return _Stage(model, attempt, policy)
        call.hits = call.hits or Hits()
        try:
            parsed = more.applied(attempt.parsed, call.hits)
        except PassgateError as error:
            for deployment in model.deployments[:1]:
                self._remember(Trial(deployment, error.code))
            return None
        both = more if policy is None else replace(policy, on_reply=policy.on_reply + more.on_reply)
        return _Stage(model, replace(attempt, parsed=parsed), both)

    def _keys(self, deployment: ServingDeployment, mark: bytes | None) -> tuple[ServingKey, ...]:
        """The keys, beginning with another one each time; with the same one for the same mark."""
        keys = deployment.keys
        if len(keys) == 1:
            return keys
        at = sum(mark) % len(keys) if mark is not None else int(self.chance() * len(keys))
        return keys[at:] + keys[:at]

    def _reason(self, stage: _Stage, deployment: ServingDeployment, mark: bytes | None, *, first: bool) -> str:
        if stage.model is not self.model:
            return "fallback"
        if not first:
            return "next"
        if len(next(group for group in stage.model.groups if deployment in group)) == 1:
            return "only" if len(stage.model.deployments) == 1 else "priority"
        return "sticky" if mark is not None else stage.model.rules.strategy

    def _note(self, failure: VendorFailedError, deployment: ServingDeployment, key: ServingKey, seconds: float) -> None:
        call = self.call
        status = failure.vendor_status if isinstance(failure, VendorDeclinedError) else None
        trial = Trial(deployment, failure.code, key.label, status, int(seconds * 1000))
        self._remember(trial)
        self._failures.append(_Failure(failure, trial, key, call.dropped, call.translator))
        if not failure.may_pass:
            self._hopeless.add(deployment.id)

    def _pass_over(self, deployment: ServingDeployment, code: str) -> None:
        if not self._round:
            self._remember(Trial(deployment, code))

    def _remember(self, trial: Trial) -> None:
        if self.call.tried is None:
            self.call.tried = []
        self.call.tried.append(trial)

    def _pause(self) -> float | None:
        """Seconds to wait before all is tried again; None: that would not help."""
        if self._round >= self.model.rules.retries:
            return None
        guessed = _FIRST_PAUSE * 2**self._round * (0.5 + self.chance())
        waits = [
            guessed if (told := _retry_after(failure)) is None else told + self.chance() * _JITTER
            for failure in self._failures[self._round_began :]
            if failure.error.may_pass
        ]
        pause = min(waits, default=_NEVER)
        if pause > _LONGEST_PAUSE or asyncio.get_running_loop().time() + pause >= self.deadline:
            return None
        return pause

    async def _tell(self) -> None:
        """Let the caller hear a vendor that said when to come back, where there is one; else the last one."""
        call = self.call
        if not self._failures:
            if self._invalid is not None:
                raise self._invalid
            raise NoDeploymentError(f"No deployment of the model '{self.model.name}' can be used now.")
        limited = [one for one in self._failures if one.error.code == RATE_LIMITED]
        told = min(reversed(limited), key=_wait_of) if limited else self._failures[-1]
        call.deployment, call.key = told.trial.deployment, told.key
        call.dropped, call.translator = told.dropped, told.translator
        call.tried = [trial for trial in call.tried or () if trial is not told.trial]
        if isinstance(told.error, VendorDeclinedError):
            log_failure(call, told.error, "the caller is told")
            await told.error.tell()
        else:
            raise told.error


def _retry_after(failure: _Failure) -> float | None:
    return failure.error.retry_after if isinstance(failure.error, VendorDeclinedError) else None


def _wait_of(failure: _Failure) -> float:
    told = _retry_after(failure)
    return _NEVER if told is None else told
