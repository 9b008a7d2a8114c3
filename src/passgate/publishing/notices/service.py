"""Telling a team, and what a team was told."""

from collections.abc import Sequence

from passgate.kernel.actor import Actor
from passgate.kernel.errors import NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.publishing.notices import repository
from passgate.publishing.notices.models import Notice
from passgate.publishing.notices.schemas import NoticeView
from passgate.storage.work import Work


def tell(work: Work, team_id: str, kind: str, subject: str, text: str, service_id: str | None = None) -> None:  # noqa: PLR0913, PLR0917 - the parts of a notice
    """Leave a notice for a team; for services that have authorised what they tell of."""
    work.session.add(
        Notice(
            id=work.ids.new("note"),
            team_id=team_id,
            kind=kind,
            subject=subject,
            service_id=service_id,
            text=text,
            created_at=work.clock.now(),
        )
    )


def put_away_of(work: Work, service_id: str, subject: str, kinds: Sequence[str]) -> None:
    """Mark the notices of those kinds about a thing as read: what they ask for is decided."""
    repository.put_away(work, service_id, subject, kinds, work.clock.now())


def list_notices(actor: Actor, work: Work, page: PageRequest, *, unread: bool = False) -> Page[NoticeView]:
    """Notices for the actor's teams, newest first.

    Raises:
        ForbiddenError: without the permission subscription:read.
    """
    actor.require_somewhere(Permission.SUBSCRIPTION_READ)
    found = repository.notices_page(work, page, actor.teams_with(Permission.SUBSCRIPTION_READ), unread=unread)
    return Page([NoticeView.model_validate(row) for row in found.items], found.next_cursor)


def count_unread(actor: Actor, work: Work) -> int:
    """How many notices nobody of the actor's teams has put away."""
    return repository.unread_count(work, actor.teams_with(Permission.SUBSCRIPTION_READ))


def put_away(actor: Actor, work: Work, notice_id: str) -> NoticeView:
    """Mark a notice as read, for the whole team.

    Raises:
        NotFoundError: no such notice, or one for a team that the actor has no part in.
        ForbiddenError: without the permission subscription:write in the team.
    """
    actor.require_somewhere(Permission.SUBSCRIPTION_WRITE)
    row = repository.find_notice(work, notice_id)
    if row is None:
        raise NotFoundError("No such notice.")
    actor.require(Permission.SUBSCRIPTION_WRITE, row.team_id, what="notice")
    if row.read_at is None:
        row.read_at = work.clock.now()
        work.session.flush()
    return NoticeView.model_validate(row)
