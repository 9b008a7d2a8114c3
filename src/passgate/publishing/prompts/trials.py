"""Trying prompts: by hand, and by their tests; the calls are the actor's own, and cost what calls cost."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from passgate.contracts.prompt import PromptDefinition, PromptTest
from passgate.identity.schemas import TokenIn, TokenIssuer
from passgate.identity.service.tokens import issue_token
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.publishing.errors import NotPublishableError
from passgate.publishing.prompts.checks import check_prompt
from passgate.publishing.prompts.gate import LocalGate
from passgate.publishing.prompts.judging import verdict
from passgate.publishing.prompts.models import PromptTestRun
from passgate.publishing.prompts.schemas import PromptTestResult, PromptTestView
from passgate.publishing.revision_rows import definition_of
from passgate.publishing.service.revisions import own_revision
from passgate.storage.work import Work

_TOKEN_SECONDS = 900
_MOST_RUNS = 20


@dataclass(frozen=True, slots=True)
class PlannedTests:
    """What is about to be run; made within a unit of work, run outside of any."""

    token: str
    service_id: str
    revision_id: str
    digest: str
    prompt: PromptDefinition

    def run(self, gate: LocalGate) -> list[PromptTestResult]:
        """Call the prompt once for each test.

        Raises:
            GateUnreachableError: the gate does not answer.
        """
        return [_run(gate, self.token, self.prompt, test) for test in self.prompt.tests]


def trial_token(actor: Actor, work: Work, issuer: TokenIssuer, team_id: str, prompt: PromptDefinition) -> str:
    """A short-lived token of the actor's own for trying a prompt of a team.

    Raises:
        NotFoundError: a team that the actor has no part in.
        ForbiddenError: without the permissions service:write and token:issue in the team, or the actor is no user.
        InvalidInputError: the prompt breaks a rule.
    """
    actor.require(Permission.SERVICE_WRITE, team_id, what="team")
    check_prompt(work, team_id, prompt)
    return _token(actor, work, issuer, team_id)


def plan_tests(actor: Actor, work: Work, issuer: TokenIssuer, service_id: str, revision_id: str) -> PlannedTests:
    """Get ready to run a revision's tests.

    Raises:
        NotFoundError: no such revision, or one of a team that the actor has no part in.
        ForbiddenError: without the permissions service:write and token:issue in the team, or the actor is no user.
        NotPublishableError: the revision has no prompt, or the prompt no tests.
    """
    service, row = own_revision(actor, work, service_id, revision_id, Permission.SERVICE_WRITE)
    prompt = definition_of(row).prompt
    if prompt is None or not prompt.tests:
        raise NotPublishableError("The revision has no tests.", field="prompt.tests")
    token = _token(actor, work, issuer, service.team_id)
    return PlannedTests(token, service.id, row.id, row.digest, prompt)


def keep_results(actor: Actor, work: Work, plan: PlannedTests, results: list[PromptTestResult]) -> PromptTestView:
    """Keep what came of a plan.

    Raises:
        NotFoundError: the revision is gone.
    """
    own_revision(actor, work, plan.service_id, plan.revision_id, Permission.SERVICE_WRITE)
    passed = sum(result.fault is None for result in results)
    row = PromptTestRun(
        id=work.ids.new("ptr"),
        revision_id=plan.revision_id,
        digest=plan.digest,
        passed=passed,
        failed=len(results) - passed,
        results=[result.model_dump(mode="json") for result in results],
        ran_at=work.clock.now(),
        ran_by=actor.id,
    )
    work.session.add(row)
    work.session.flush()
    return PromptTestView.model_validate(row)


def list_runs(actor: Actor, work: Work, service_id: str, revision_id: str) -> list[PromptTestView]:
    """The newest runs of a revision's tests, newest first.

    Raises:
        NotFoundError: no such revision, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:read in the team.
    """
    _, row = own_revision(actor, work, service_id, revision_id, Permission.SERVICE_READ)
    query = select(PromptTestRun).where(PromptTestRun.revision_id == row.id)
    rows = work.session.scalars(query.order_by(PromptTestRun.id.desc()).limit(_MOST_RUNS))
    return [PromptTestView.model_validate(run) for run in rows]


def _token(actor: Actor, work: Work, issuer: TokenIssuer, team_id: str) -> str:
    given = TokenIn(
        kind="personal",
        name="Trying a prompt",
        team_id=team_id,
        audiences=[issuer.audience],
        lifetime_seconds=_TOKEN_SECONDS,
    )
    return issue_token(actor, work, issuer, given).token


def _run(gate: LocalGate, token: str, prompt: PromptDefinition, test: PromptTest) -> PromptTestResult:
    trial = gate.try_prompt(token, prompt, test.input)
    fault: Any = trial.problem
    if trial.answer is not None:
        fault = verdict(test, trial.answer, is_text=prompt.output_schema is None)
    return PromptTestResult(name=test.name, fault=fault, trial=trial)
