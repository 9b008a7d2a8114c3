"""Reading calls: a page of them, or one."""

from datetime import datetime

from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.metering.repository import calls as stored
from passgate.metering.repository.owners import team_of_application
from passgate.metering.repository.views import call_views
from passgate.metering.schemas import CallFilter, CallView
from passgate.storage.work import Work


def list_calls(actor: Actor, work: Work, wanted: CallFilter, page: PageRequest) -> Page[CallView]:
    """Calls of the actor's teams, newest start first.

    A page costs the same however many calls there are: a filter that no index serves (kind, status, text) looks at
    20,000 calls at most. Such a page may hold fewer calls than asked for, even none, and still have a next one.

    Raises:
        ForbiddenError: the actor may read calls nowhere.
        InvalidInputError: the cursor is not one of ours, or a moment lacks a zone.
    """
    actor.require_somewhere(Permission.CALL_READ)
    _check_moments(since=wanted.since, until=wanted.until)
    after = _call_id(page.after)
    teams = actor.teams_with(Permission.CALL_READ)
    application = wanted.application_id
    if teams is not None and application and team_of_application(work.session, application) not in teams:
        return Page((), None)  # without a walk through all the calls of another team to find that out
    found = stored.find_calls(work.session, wanted, teams, after, page.bounded)
    cursor = str(found.next_after) if found.next_after is not None else None
    return Page(call_views(work.session, found.calls), cursor)


def get_call(actor: Actor, work: Work, call_id: int) -> CallView:
    """One call.

    Raises:
        ForbiddenError: the actor may read calls nowhere, or not in that team of its own.
        NotFoundError: no such call, or one of another team, or of no team where the actor has only teams.
    """
    actor.require_somewhere(Permission.CALL_READ)
    call = stored.find_call(work.session, call_id)
    if call is None or (call.team_id is None and not actor.may(Permission.CALL_READ)):
        raise NotFoundError("No such call.")
    actor.require(Permission.CALL_READ, call.team_id, what="call")
    return call_views(work.session, [call])[0]


def _call_id(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= len(str(2**62))):
        raise InvalidInputError("The cursor is not one that a page of calls gave.", field="after")
    return int(cursor)


def _check_moments(**moments: datetime | None) -> None:
    for name, moment in moments.items():
        if moment is not None and moment.tzinfo is None:
            raise InvalidInputError(f"{name} needs a time zone, such as a Z at its end.", field=name)
