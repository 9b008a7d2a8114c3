"""Reading and deleting what masking found."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from passgate.metering.models import MaskingFind


def find_masking_finds(
    session: Session, teams: frozenset[str] | None, application_id: str | None, after: int | None, limit: int
) -> Sequence[MaskingFind]:
    """Finds of those teams (None: all) and of an application (None: any), newest first, behind the id ``after``."""
    query = select(MaskingFind)
    if teams is not None:
        query = query.where(MaskingFind.team_id.in_(sorted(teams)))
    if application_id is not None:
        query = query.where(MaskingFind.application_id == application_id)
    if after is not None:
        query = query.where(MaskingFind.id < after)
    return session.scalars(query.order_by(MaskingFind.id.desc()).limit(limit)).all()


def delete_finds_before(session: Session, moment: datetime, batch: int) -> int:
    """Delete the oldest finds in calls that started before a moment, ``batch`` at most; returns how many."""
    oldest = select(MaskingFind.id).where(MaskingFind.started_at < moment).order_by(MaskingFind.started_at).limit(batch)
    statement = delete(MaskingFind).where(MaskingFind.id.in_(oldest))
    result = session.execute(statement, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", result).rowcount
