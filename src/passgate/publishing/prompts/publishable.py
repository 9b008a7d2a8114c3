"""Whether a prompt's tests let it be published."""

from sqlalchemy import select

from passgate.contracts.prompt import PromptDefinition
from passgate.publishing.models import ServiceRevision
from passgate.publishing.prompts.errors import PromptUnprovenError
from passgate.publishing.prompts.models import PromptTestRun
from passgate.storage.work import Work


def require_tests_passed(work: Work, row: ServiceRevision, prompt: PromptDefinition) -> None:
    """Refuse to publish a revision whose tests must pass, and have not, in their last run, as it is now.

    Raises:
        PromptUnprovenError: they were not run, or some failed.
    """
    if not prompt.tests_required:
        return
    query = select(PromptTestRun).where(PromptTestRun.revision_id == row.id, PromptTestRun.digest == row.digest)
    last = work.session.scalars(query.order_by(PromptTestRun.id.desc()).limit(1)).first()
    if last is None:
        raise PromptUnprovenError("The prompt's tests must pass before it is published; they were not run yet.")
    if last.failed:
        told = f"{last.failed} of {last.failed + last.passed} tests failed"
        raise PromptUnprovenError(f"The prompt's tests must pass before it is published; {told}.")
