"""Changing a model, its name too: what applications may use follows.

Here, above both: the catalogue knows no applications, and identity no models.
"""

from sqlalchemy import select

from passgate.catalog.schemas import ModelChange, ModelView
from passgate.catalog.service.models import get_model, update_model
from passgate.identity.models import Application
from passgate.kernel.actor import Actor
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
        limited = select(Application).where(Application.models.is_not(None))
        for application in work.session.scalars(limited).all():
            allowed = application.models or []
            if before in allowed:
                application.models = list(dict.fromkeys(view.name if name == before else name for name in allowed))
        work.session.flush()
    return view
