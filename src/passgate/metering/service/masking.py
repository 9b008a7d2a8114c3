"""Reading the log of masking."""

from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.metering.repository.masking import find_masking_finds
from passgate.metering.schemas import MaskingFindView
from passgate.storage.work import Work

_MOST_DIGITS = 18


def list_masking_finds(
    actor: Actor, work: Work, page: PageRequest, application_id: str | None = None
) -> Page[MaskingFindView]:
    """What masking found in calls of the actor's teams, newest first; of one application, or of all.

    Raises:
        ForbiddenError: without the permission call:read.
        InvalidInputError: the cursor is not one of ours.
    """
    actor.require_somewhere(Permission.CALL_READ)
    after = page.after
    if after is not None and not (after.isascii() and after.isdigit() and len(after) <= _MOST_DIGITS):
        raise InvalidInputError("The cursor is not one that a page of finds gave.", field="after")
    teams = actor.teams_with(Permission.CALL_READ)
    rows = find_masking_finds(work.session, teams, application_id, int(after) if after else None, page.bounded + 1)
    items = [MaskingFindView.model_validate(row) for row in rows[: page.bounded]]
    return Page(items, str(items[-1].id) if len(rows) > page.bounded else None)
