"""Changing a model, its name too: what applications and plans allow, and what prompts ask, follows.

Here, above both: the catalogue knows no applications, and identity no models.
"""

from sqlalchemy import select, update

from passgate.catalog.schemas import ModelChange, ModelView
from passgate.catalog.service.models import get_model, update_model
from passgate.identity.models import Application
from passgate.kernel.actor import Actor
from passgate.publishing.definition import digest_of
from passgate.publishing.models import Service, ServiceRevision
from passgate.publishing.plans.models import Plan
from passgate.publishing.prompts.models import PromptTestRun
from passgate.publishing.revision_rows import definition_of
from passgate.storage.work import Work


def change_model(actor: Actor, work: Work, model_id: str, change: ModelChange) -> ModelView:
    """Change a model; under a new name it stays with the applications that were allowed it by the old one.

    Tokens that are limited to models name them for good, since they are signed: those limited to the old name are not
    let in under the new one.

    Raises:
        NotFoundError: no such model, or one of a team that the actor has no part in.
        ForbiddenError: without the permission model:write.
        NameTakenError: another model has the name.
    """
    before = get_model(actor, work, model_id).name
    view = update_model(actor, work, model_id, change)
    if view.name != before:
        _rename_in_plans(work, before, view.name)
        _rename_in_prompts(work, before, view.name)
        limited = select(Application).where(Application.models.is_not(None))
        for application in work.session.scalars(limited).all():
            allowed = application.models or []
            if before in allowed:
                application.models = list(dict.fromkeys(view.name if name == before else name for name in allowed))
        work.session.flush()
    return view


def _rename_in_plans(work: Work, before: str, name: str) -> None:
    for plan in work.session.scalars(select(Plan)).all():
        if before in plan.models:
            plan.models = [name if one == before else one for one in plan.models]


def _rename_in_prompts(work: Work, before: str, name: str) -> None:
    """What a revision says stays what it said: the same model, by the name that it has now."""
    query = select(ServiceRevision).join(Service, Service.id == ServiceRevision.service_id)
    for row in work.session.scalars(query.where(Service.kind == "prompt")).all():
        prompt = definition_of(row).prompt
        if prompt is None or before not in {model.name for model in prompt.models}:
            continue
        models = tuple(
            model.model_copy(update={"name": name}) if model.name == before else model for model in prompt.models
        )
        definition = definition_of(row).model_copy(update={"prompt": prompt.model_copy(update={"models": models})})
        row.definition, digest = definition.stored(), row.digest
        row.digest = digest_of(row.definition)
        runs = update(PromptTestRun).where(PromptTestRun.revision_id == row.id, PromptTestRun.digest == digest)
        work.session.execute(runs.values(digest=row.digest))
