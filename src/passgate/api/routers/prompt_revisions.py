"""Prompts of services: tried, tested, documented, compared."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.kernel.permissions import Permission
from passgate.publishing.prompts import revisions, trials
from passgate.publishing.prompts.comparison import PromptChange
from passgate.publishing.prompts.gate import Trial
from passgate.publishing.prompts.schemas import PromptTestView, PromptTrialIn

router = APIRouter(prefix="/api/v1", tags=["prompts"])

_ONE = "/services/{service_id}/revisions/{revision_id}"
_READ = needs(Permission.SERVICE_READ)
_WRITE = needs(Permission.SERVICE_WRITE)


@router.post("/prompts/try", dependencies=[_WRITE])
def try_prompt(edge: CurrentEdge, actor: CurrentActor, given: PromptTrialIn) -> Trial:
    """Call a prompt that is not published, with a short-lived token of your own: a real call, with its cost."""
    with edge.storage.writing() as work:
        token = trials.trial_token(actor, work, edge.token_issuer, given.team_id, given.prompt)
    return edge.gate.try_prompt(token, given.prompt, given.input)


@router.post(f"{_ONE}/prompt-tests", dependencies=[_WRITE])
def run_prompt_tests(edge: CurrentEdge, actor: CurrentActor, service_id: str, revision_id: str) -> PromptTestView:
    """Run a revision's tests, each a real call, and keep what came of them."""
    with edge.storage.writing() as work:
        plan = trials.plan_tests(actor, work, edge.token_issuer, service_id, revision_id)
    results = plan.run(edge.gate)
    with edge.storage.writing() as work:
        return trials.keep_results(actor, work, plan, results)


@router.get(f"{_ONE}/prompt-tests", dependencies=[_READ])
def list_prompt_test_runs(
    edge: CurrentEdge, actor: CurrentActor, service_id: str, revision_id: str
) -> list[PromptTestView]:
    """The last runs of a revision's tests, newest first."""
    with edge.storage.reading() as work:
        return trials.list_runs(actor, work, service_id, revision_id)


@router.get(f"{_ONE}/prompt-openapi", dependencies=[_READ])
def get_prompt_document(edge: CurrentEdge, actor: CurrentActor, service_id: str, revision_id: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of a prompt's revision."""
    with edge.storage.reading() as work:
        return revisions.document_of(actor, work, edge.public_url, service_id, revision_id)


@router.get(f"{_ONE}/prompt-changes", dependencies=[_READ])
def list_prompt_changes(
    edge: CurrentEdge,
    actor: CurrentActor,
    service_id: str,
    revision_id: str,
    before: Annotated[str, Query(description="Id of the revision to compare with.")],
) -> list[PromptChange]:
    """How a revision of a prompt differs from another, in words, what breaks callers first."""
    with edge.storage.reading() as work:
        return revisions.changes_between(actor, work, service_id, revision_id, before)
