"""Removing people and teams, with what goes along, and not while anything would be left without an owner."""

from collections.abc import Iterator

from sqlalchemy import Column, Table, select

from passgate.identity import repository
from passgate.identity.models import Membership, Team
from passgate.identity.service.revocation import revoke_before_now
from passgate.identity.service.sessions import end_sessions_of
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.storage.base import Base
from passgate.storage.constraints import refusing
from passgate.storage.work import Work

_NAMED = 5


def delete_user(actor: Actor, work: Work, user_id: str) -> None:
    """Delete a user: the sessions end, the tokens are revoked (the registry keeps them), the memberships go.

    Raises:
        ForbiddenError: without the permission user:write over everything.
        NotFoundError: no such user.
        ConflictError: oneself, the last administrator, or somebody who still owns something.
    """
    actor.require(Permission.USER_WRITE)
    user = repository.lock_user(work, user_id)
    if user is None:
        raise NotFoundError("No such user.")
    if user_id == actor.id:
        raise ConflictError("Nobody deletes themselves; another administrator can.", code="own_user")
    if user.is_admin and user.is_active and repository.count_active_admins(work) == 1:
        raise ConflictError("This is the last administrator.", code="last_administrator")
    _refuse_owner(work, "users", user_id, f"{user.name} still owns")
    end_sessions_of(work, user_id)
    revoke_before_now(actor, work, "subject", user_id, "user deleted")
    for membership in repository.memberships_of(work, user_id):
        work.session.delete(membership)
    work.session.flush()
    with refusing(work, ConflictError(f"{user.name} still owns something.", code="still_owns")):
        work.session.delete(user)


def delete_team(actor: Actor, work: Work, team_id: str) -> None:
    """Delete a team that owns nothing any more: its members lose their roles in it, its own roles go.

    What it owns is not deleted along, since calls, tokens and other teams' subscriptions hang on it; the refusal names
    it, and its owner deletes or hands it on first.

    Raises:
        ForbiddenError: without the permission team:write over everything.
        NotFoundError: no such team.
        ConflictError: names what the team still owns.
    """
    actor.require(Permission.TEAM_WRITE)
    team = work.session.get(Team, team_id)
    if team is None:
        raise NotFoundError("No such team.")
    _refuse_owner(work, "teams", team_id, f"{team.name} still owns")
    for membership in work.session.scalars(select(Membership).where(Membership.team_id == team_id)).all():
        work.session.delete(membership)
    work.session.flush()
    with refusing(work, ConflictError(f"{team.name} still owns something.", code="still_owns")):
        work.session.delete(team)


def _refuse_owner(work: Work, owners: str, owner_id: str, beginning: str) -> None:
    """Refuse where a row of any table belongs to the owner; a table with a cascading key goes along instead."""
    owned = []
    for table, column in _owned_tables(owners):
        name = table.columns.get("name")
        shown = name if name is not None else column
        found = work.session.execute(select(shown).where(column == owner_id).limit(_NAMED + 1)).scalars().all()
        if found:
            names = [str(each) for each in found[:_NAMED]] if name is not None else []
            more = " and more" if name is not None and len(found) > _NAMED else ""
            owned.append(f"{table.name.replace('_', ' ')} {', '.join(names)}{more}".strip())
    if owned:
        raise ConflictError(f"{beginning}: {'; '.join(owned)}.", code="still_owns")


def _owned_tables(owners: str) -> Iterator[tuple[Table, Column[str]]]:
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name == owners and key.ondelete not in {"CASCADE", "SET NULL"}:
                yield table, key.parent
