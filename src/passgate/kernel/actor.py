"""Who acts: the first argument of every service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from passgate.kernel.errors import ForbiddenError, NotFoundError
from passgate.kernel.permissions import Permission


class ActorKind(StrEnum):
    """What sort of being acts."""

    USER = "user"
    APPLICATION = "application"
    SYSTEM = "system"
    GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone with permissions, over everything and team by team."""

    kind: ActorKind
    id: str
    name: str
    everywhere: frozenset[Permission] = frozenset()
    by_team: Mapping[str, frozenset[Permission]] = field(default_factory=dict)
    via: str = ""
    """The browser session or token that the actor came with, by its id."""

    def may(self, permission: Permission, team_id: str | None = None) -> bool:
        """Whether the permission holds in that team, or over everything where no team is named."""
        if permission in self.everywhere:
            return True
        return team_id is not None and permission in self.by_team.get(team_id, frozenset())

    @property
    def is_member(self) -> bool:
        """Whether it belongs to the organisation: has a part in some team, or rights over everything."""
        return bool(self.everywhere or self.by_team)

    def require(self, permission: Permission, team_id: str | None = None, *, what: str = "resource") -> None:
        """Refuse unless the permission holds.

        Raises:
            NotFoundError: the thing belongs to a team that this actor has no part in, so it must not learn of it.
            ForbiddenError: the actor is of the team (or no team is concerned), but lacks the permission.
        """
        if self.may(permission, team_id):
            return
        if team_id is not None and team_id not in self.by_team and not self.everywhere:
            raise NotFoundError(f"No such {what}.")
        raise ForbiddenError(f"This needs the permission {permission.value}.", field=None)

    def teams_with(self, permission: Permission) -> frozenset[str] | None:
        """The teams in which the permission holds; None means all of them."""
        if permission in self.everywhere:
            return None
        return frozenset(team for team, granted in self.by_team.items() if permission in granted)

    def require_somewhere(self, permission: Permission) -> None:
        """Refuse unless the permission holds over everything or in some team; for lists, which then show those teams.

        Raises:
            ForbiddenError: it holds nowhere.
        """
        if self.teams_with(permission) == frozenset():
            raise ForbiddenError(f"This needs the permission {permission.value}.")


SYSTEM = Actor(kind=ActorKind.SYSTEM, id="system", name="system", everywhere=frozenset(Permission))
"""The machine's own operator: whoever may read the data folder, as the command line does."""

GUEST = Actor(kind=ActorKind.GUEST, id="guest", name="Guest")
"""Whoever has not signed in: sees what is public in the portal, and may do nothing."""
