"""Which names of models mean something to a team."""

from collections.abc import Collection

from sqlalchemy import or_, select

from passgate.catalog.models import Model
from passgate.storage.work import Work


def chat_models(work: Work, team_id: str, names: Collection[str] | None = None) -> list[str]:
    """The names of the chat models that a team may use, sorted; of these only, where some are named."""
    owned = or_(Model.team_id.is_(None), Model.team_id == team_id)
    query = select(Model.name).where(Model.kind == "chat", Model.is_enabled, owned)
    if names is not None:
        query = query.where(Model.name.in_(list(names)))
    return sorted(work.session.scalars(query))
