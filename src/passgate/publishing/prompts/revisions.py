"""What can be said of a prompt service's revision: its document, and how it differs from another."""

from typing import Any

from passgate.contracts.prompt import PromptDefinition
from passgate.kernel.actor import Actor
from passgate.kernel.errors import NotFoundError
from passgate.kernel.permissions import Permission
from passgate.publishing import version_repository
from passgate.publishing.models import Service
from passgate.publishing.prompts.comparison import PromptChange, prompt_changes
from passgate.publishing.prompts.openapi import prompt_document
from passgate.publishing.revision_rows import definition_of
from passgate.publishing.schemas import ServiceView
from passgate.publishing.service.revisions import own_revision, version_of
from passgate.storage.work import Work


def document_of(actor: Actor, work: Work, server: str, service_id: str, revision_id: str) -> dict[str, Any]:
    """The OpenAPI document of a revision.

    Args:
        actor: who asks.
        work: to read in.
        server: the gate's URL.
        service_id: of the service.
        revision_id: of the revision.

    Raises:
        NotFoundError: no such revision, one without a prompt, or one of a team that the actor has no part in.
        ForbiddenError: without the permission service:read in the team.
    """
    service, prompt = _prompt(actor, work, service_id, revision_id)
    _, row = own_revision(actor, work, service_id, revision_id, Permission.SERVICE_READ)
    return prompt_document(
        prompt,
        title=service.name,
        version=version_of(work, row).name,
        description=service.description,
        path=service.base_path,
        server=server,
    )


def changes_between(actor: Actor, work: Work, service_id: str, revision_id: str, before: str) -> list[PromptChange]:
    """How a revision differs from an earlier one.

    Raises:
        NotFoundError: one of both is not there, has no prompt, or is of a team that the actor has no part in.
        ForbiddenError: without the permission service:read in the team.
    """
    _, new = _prompt(actor, work, service_id, revision_id)
    _, old = _prompt(actor, work, service_id, before)
    return prompt_changes(old, new)


def shown_prompt(actor: Actor, work: Work, service: ServiceView) -> PromptDefinition | None:
    """The newest prompt of a service's default version; None: it is no prompt, or not for the actor to see."""
    if service.kind != "prompt" or not actor.may(Permission.SERVICE_READ, service.team_id):
        return None
    version = version_repository.version_named(work, service.id, service.default_version or "")
    row = version_repository.newest_revision(work, version.id) if version is not None else None
    return definition_of(row).prompt if row is not None else None


def _prompt(actor: Actor, work: Work, service_id: str, revision_id: str) -> tuple[Service, PromptDefinition]:
    service, row = own_revision(actor, work, service_id, revision_id, Permission.SERVICE_READ)
    prompt = definition_of(row).prompt
    if prompt is None:
        raise NotFoundError("The revision has no prompt.")
    return service, prompt
